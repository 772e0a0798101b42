"""What a draft of programmes would do: checked as the receiver will check it, and a night drawn before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from host_tools.city.console.night_picture import NightPicture, picture
from host_tools.city.rollouts.examine import Examined, examine
from host_tools.city.rollouts.ruling import Ruling, ruling
from host_tools.language.sentence import Sentence
from host_tools.site import sections
from host_tools.site.check import kinds_of, warnings_of_nights
from host_tools.site.model import Pole, Site
from host_tools.site.night_preview import Course, Night


@dataclass(frozen=True)
class Compared:
    """*poles* many of one kind through one night by the programmes in force and by the new ones."""

    name: str
    poles: int
    before: NightPicture
    after: NightPicture

    @property
    def more_kwh(self) -> float:
        """Energy of this night that the new ones take in addition; below 0: less."""
        return self.after.kwh - self.before.kwh


@dataclass(frozen=True)
class Checked:
    """What was found in a draft, how it would be ruled on, warnings, and the nights of the kinds of poles it touches.

    *rupees_per_kwh*: what the city pays, None where its files do not say it.
    """

    found: Examined
    ruled: Ruling
    warnings: tuple[Sentence, ...]
    nights: tuple[Compared, ...]
    rupees_per_kwh: float | None

    @property
    def kwh(self) -> tuple[float, float]:
        """Of the night by the programmes in force, and by the new ones."""
        return sum(one.before.kwh for one in self.nights), sum(one.after.kwh for one in self.nights)


def checked(
    folder: Path, values: sections.Values, base: str, present: sections.Values, role: str, today: date, night_of: date
) -> Checked:  # fmt: skip
    """Checks the sections *values*, made from those of the digest *base*, while those in force are *present*.

    Raises CommandError.
    """
    found = examine(folder, values, today, present)
    ruled = ruling(role, base, values, found, found.site.limits if found.site else {})
    if found.site is None or found.now is None:
        return Checked(found, ruled, (), (), None)
    touched = [pole for pole in found.site.poles if pole.name in found.touched]
    warnings = tuple(warnings_of_nights(found.site, kinds_of(touched, found.site), today))
    nights = compared(found.now, found.site, found.touched, night_of)
    return Checked(found, ruled, warnings, tuple(nights), tariff(found.site))


def compared(present: Site, site: Site, touched: Mapping[str, str], night_of: date) -> list[Compared]:
    """The night of the evening of *night_of*, of each kind of the poles that are *touched* {pole: kind}."""
    kinds: dict[str, list[Pole]] = {}
    for pole in site.poles:
        if pole.name in touched:
            kinds.setdefault(touched[pole.name], []).append(pole)
    zone, out = ZoneInfo(site.timezone), []
    for poles in kinds.values():
        both = []
        for one in (present, site):
            night = Night(one, poles[0], night_of)
            both.append(picture(one, Course(poles[0].road_class, tuple(poles), night, night.switches()), zone))
        out.append(Compared(poles[0].road_class, len(poles), *both))
    return sorted(out, key=lambda one: (-one.poles, one.name))


def tariff(site: Site) -> float | None:
    """Rupees for a kWh, as `[contract]` of the site file says; None where it does not."""
    rupees = getattr(getattr(site, "contract", None), "rupees_per_kwh", None)
    return float(rupees) if isinstance(rupees, int | float) and not isinstance(rupees, bool) else None
