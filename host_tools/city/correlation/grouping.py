"""Groups absences that began together, and finds the one cause that explains most of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import ceil

from host_tools.city.correlation import fault
from host_tools.city.correlation.history import SUPPLY, Absence
from host_tools.city.correlation.thresholds import Thresholds
from host_tools.city.correlation.topology import Street


@dataclass
class Found:
    """A possible fault.  ``there``: how many poles it might have silenced; ``rival``: another cause that explains it.

    ``partial``: a feeder's, though others of its poles had mains; ``open``: goes on although no pole is silent now.
    """

    kind: str
    name: str
    absences: list[Absence]
    there: int
    rival: str = ""
    times: int = 1
    since: int | None = None  # when the first of several times began
    partial: bool = False
    open: bool = False
    elsewhere: tuple[int, int] = (0, 0)  # of a weak access point: how many poles of how many are unsteady elsewhere

    @property
    def called(self) -> str:
        """Kind and name in one word."""
        return f"{self.kind} {self.name}".strip()

    @property
    def begins(self) -> int:
        """When the first was noticed; where none was noticed, the last moment at which all were alive."""
        if self.since is not None:
            return self.since
        if all(absence.cause == SUPPLY for absence in self.absences):
            return max(absence.earliest for absence in self.absences)
        return min(absence.begins for absence in self.absences)

    @property
    def ends(self) -> int | None:
        """When the last was back, None where one is not."""
        last = 0
        for absence in self.absences:
            if self.open or absence.ends is None:
                return None
            last = max(last, absence.ends)
        return last


def explain(first: Absence, together: list[Absence], street: Street, limits: Thresholds) -> Found:
    """The fault that explains *first*, and as many as possible of the absences that began *together* with it.

    A pole that kept its supply was not silenced by its feeder, and one that lost it not by its access point.
    """
    one = Found(fault.POLE, first.pole, [first], 1)
    if len(together) < limits.least_poles:
        return one
    found = []
    feeder, point = street.feeder.get(first.pole, ""), street.access_point.get(first.pole, "")
    if first.supply is not False:
        found += _feeder(feeder, first.begins, together, street, limits)
    if first.supply is not True:
        talking = [absence for absence in together if absence.supply is not True]
        lost = {absence.pole for absence in together if absence.supply is True}
        found += _point(point, first.begins, talking, lost, street, limits)
        found += _network(first.begins, talking, lost, street, limits)
    if not found:
        # a pole that drops and rejoins within the moment is still one pole
        one.absences = [absence for absence in together if absence.pole == first.pole]
        return one
    best = max(found, key=lambda each: len(_names(each.absences)))  # of equals the first: a dark street is the worst
    rivals = [each for each in found if each is not best and _names(each.absences) == _names(best.absences)]
    best.rival = rivals[0].called if rivals else ""
    return best


def part(found: Found, now: int, limits: Thresholds) -> list[Absence]:
    """Takes the poles that are not back long after the others out of *found*; returns the rest of their absences."""
    if found.kind == fault.POLE:
        return []
    ends = sorted(absence.ends for absence in found.absences if absence.ends is not None)
    needed = ceil(limits.back_share * len(found.absences))
    if len(ends) < needed:
        return []
    late = ends[needed - 1] + limits.rejoin_s
    if late > now:
        return []
    back = [absence for absence in found.absences if absence.ends is not None and absence.ends <= late]
    over = max(absence.ends or 0 for absence in back)
    rest = []
    for absence in found.absences:
        if absence.ends is not None and absence.ends <= late:
            continue
        if absence.begins < over:
            back.append(absence.until(over))
            rest.append(absence.not_back(over, found.called))
        else:
            rest.append(absence)  # went away when the others were back: nothing to do with it
    found.absences = back
    return rest


def _feeder(name: str, at: int, together: list[Absence], street: Street, limits: Thresholds) -> list[Found]:
    poles = street.on_feeder.get(name, frozenset())
    own = [absence for absence in together if absence.pole in poles and absence.supply is not False]
    gone = _names(own)
    there = len(gone | street.powered(poles, at))
    lost = _names(absence for absence in own if absence.supply)
    whole = _enough(gone, there, limits.group_share, limits)
    enough = whole or len(lost) >= limits.phase_poles
    return [Found(fault.FEEDER, name, own, there, partial=not whole)] if enough else []


def _point(
    name: str, at: int, talking: list[Absence], lost: set[str], street: Street, limits: Thresholds
) -> list[Found]:  # fmt: skip
    poles = street.on_access_point.get(name, frozenset())
    own = [absence for absence in talking if absence.pole in poles]
    gone = _names(own)
    there = len(gone | street.speaking(poles, at) - lost)
    enough = _enough(gone, there, limits.group_share, limits)
    return [Found(fault.ACCESS_POINT, name, own, there)] if enough else []


def _network(at: int, talking: list[Absence], lost: set[str], street: Street, limits: Thresholds) -> list[Found]:
    gone = _names(talking)
    if len(gone) < limits.network_share * (len(street.everyone) // 2):
        return []  # too few to count
    if len({street.access_point.get(pole) or pole for pole in gone}) < 2:  # not known: it may be one of its own
        return []
    there = len(gone | street.speaking(street.everyone, at) - lost)
    enough = _enough(gone, there, limits.network_share, limits)
    return [Found(fault.NETWORK, "", list(talking), there)] if enough else []


def _enough(gone: set[str], there: int, share: float, limits: Thresholds) -> bool:
    return len(gone) >= limits.least_poles and len(gone) >= share * there


def _names(absences: Iterable[Absence]) -> set[str]:
    return {absence.pole for absence in absences}
