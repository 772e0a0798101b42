"""What a site decides about its alarms: severities, its nights, the power its lamps should take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from host_tools.city.alarms.severity import IN_THE_DARK, severity
from host_tools.city.correlation.switched_feeders import DAY_S, NOTHING, UNIX_2000, Switched, sun_at, switched
from host_tools.site.model import Site

LEAST_LEVEL = 10  # percent
LIT_SHARE = 0.9  # of the expected power


@dataclass(frozen=True)
class Rules:
    """``moved``: severities that are not the catalogue's.  ``expected_w(pole, level)``: None where it is not known."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    latitude: float = 0.0
    longitude: float = 0.0
    moved: Mapping[str, int] = field(default_factory=dict)
    expected_w: Callable[[str, int], float | None] = lambda pole, level: None
    switched: Switched = NOTHING

    def night(self, at: int) -> bool:
        """Whether the sun is down at *at* (Unix s)."""
        return self.night_within(at, at)

    def night_within(self, since: int, until: int) -> bool:
        """Whether the sun is down at any time from *since* to *until* (Unix s)."""
        if until - since >= DAY_S:
            return True
        first = (since - UNIX_2000) // DAY_S
        for day in range(first - 2, first + 3):
            sets = sun_at(day, self.latitude, self.longitude, rising=False)
            rises = sun_at(day + 1, self.latitude, self.longitude, rising=True)
            if sets <= until and since < rises:
                return True
        return False

    def severity(self, kind: str, began: int, until: int) -> int:
        """The severity of *kind* that was there from *began* to *until* (Unix s)."""
        if kind in self.moved:
            return self.moved[kind]
        if kind in IN_THE_DARK and not self.night_within(began, until):
            return IN_THE_DARK[kind]
        return severity(kind)

    def lit(self, pole: str, at: int, level: int | None, power_w: float | None) -> bool:
        """Whether *power_w* at *at* proves that the lamp of *pole* burns at *level* percent, in the dark."""
        if level is None or power_w is None or level < LEAST_LEVEL:
            return False
        expected = self.expected_w(pole, level)
        return bool(expected) and expected is not None and power_w >= LIT_SHARE * expected and self.night(at)


def rules_of(site: Site) -> Rules:
    """The rules that the files of *site* give."""
    luminaires = {
        pole.name: site.luminaires[pole.luminaire]
        for pole in site.poles
        if pole.luminaire in site.luminaires and not site.luminaires[pole.luminaire].assumed
    }

    def expected_w(pole: str, level: int) -> float | None:
        return luminaires[pole].power_at(level) if pole in luminaires else None

    return Rules(
        ZoneInfo(site.timezone), site.latitude, site.longitude, site.alarms.severities, expected_w, switched(site)
    )
