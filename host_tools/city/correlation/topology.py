"""The feeder and access point of each pole, and which poles were present at a moment."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable

from host_tools.city.correlation.history import Absence
from host_tools.site.model import Pole


class Street:
    """The poles of a site that are *known*, with all *absences* by beginning; no other pole counts."""

    def __init__(self, poles: Iterable[Pole], known: frozenset[str], absences: Iterable[Absence]) -> None:
        here = [pole for pole in poles if pole.name in known]
        self.feeder = {pole.name: pole.feeder for pole in here}
        self.access_point = {pole.name: pole.access_point for pole in here}
        self.on_feeder = _gathered(self.feeder)
        self.on_access_point = _gathered(self.access_point)
        self.everyone = frozenset(known)
        self._absences: dict[str, list[Absence]] = defaultdict(list)
        for absence in absences:
            if absence.ends != absence.begins:
                self._absences[absence.pole].append(absence)
        self._begins = {pole: [absence.begins for absence in own] for pole, own in self._absences.items()}

    def speaking(self, poles: frozenset[str], at: int) -> set[str]:
        """Those of *poles* that were not away at *at*."""
        return {pole for pole in poles if self._away(pole, at) is None}

    def powered(self, poles: frozenset[str], at: int) -> set[str]:
        """Those of *poles* that were not away at *at*, or have reported since that they had mains all the time."""
        return {pole for pole in poles if (away := self._away(pole, at)) is None or away.supply is False}

    def _away(self, pole: str, at: int) -> Absence | None:
        """The absence of *pole* at *at*: it has but one at a time."""
        place = bisect_right(self._begins.get(pole, ()), at) - 1
        if place < 0:
            return None
        latest = self._absences[pole][place]
        return latest if latest.lasts_at(at) else None


def _gathered(of: dict[str, str]) -> dict[str, frozenset[str]]:
    out: dict[str, set[str]] = defaultdict(set)
    for pole, name in of.items():
        if name:  # an empty name is unknown: poles without one do not belong together
            out[name].add(pole)
    return {name: frozenset(poles) for name, poles in out.items()}
