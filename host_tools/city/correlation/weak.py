"""A weak access point: its poles drop and rejoin again and again, much more often than those of the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from host_tools.city.correlation import fault
from host_tools.city.correlation.grouping import Found
from host_tools.city.correlation.history import BROKER, Absence
from host_tools.city.correlation.thresholds import Thresholds
from host_tools.city.correlation.topology import Street


@dataclass(frozen=True)
class _Run:
    """Drops of one pole, each soon after the one before: from the first to a while after the last."""

    begins: int
    ends: int
    pole: str


def weak_points(absences: Iterable[Absence], street: Street, now: int, limits: Thresholds) -> list[Found]:
    """The weak access points, each with every drop that it explains."""
    drops: dict[str, list[Absence]] = defaultdict(list)
    for absence in sorted(absences, key=lambda absence: absence.order):
        if _is_drop(absence, now, limits):
            drops[absence.pole].append(absence)
    runs: dict[str, list[_Run]] = defaultdict(list)
    for pole, own in drops.items():
        runs[street.access_point.get(pole, "")] += _runs(own, limits)
    found = []
    for name in sorted(runs):
        if not name:
            continue  # poles whose access point is not known; they count as others
        poles = street.on_access_point.get(name, frozenset())
        for episode in _episodes(runs[name]):
            begins, ends = min(run.begins for run in episode), max(run.ends for run in episode)
            others = [run for other in runs if other != name for run in runs[other]]
            unsteady = {run.pole for run in others if run.begins < ends and begins < run.ends}
            elsewhere = len(unsteady), len(street.everyone) - len(poles)
            if not _weak(len({run.pole for run in episode}), len(poles), elsewhere, limits):
                continue
            own = [drop for pole in sorted(poles) for drop in drops.get(pole, ()) if begins <= drop.begins <= ends]
            found.append(Found(fault.WEAK_ACCESS_POINT, name, own, len(poles), open=ends > now, elsewhere=elsewhere))
    return found


def _is_drop(absence: Absence, now: int, limits: Thresholds) -> bool:
    lasted = (now if absence.ends is None else absence.ends) - absence.begins
    return absence.cause != BROKER and absence.supply is not True and lasted <= limits.short_s


def _runs(drops: list[Absence], limits: Thresholds) -> Iterator[_Run]:
    start = 0
    for place in range(1, len(drops) + 1):
        if place == len(drops) or drops[place].begins - _end(drops[place - 1]) > limits.hold_s:
            if place - start >= limits.unsteady_drops:
                last = drops[place - 1]
                yield _Run(drops[start].begins, _end(last) + limits.hold_s, last.pole)
            start = place


def _end(drop: Absence) -> int:
    return drop.begins if drop.ends is None else drop.ends


def _episodes(runs: list[_Run]) -> Iterator[list[_Run]]:
    """Runs that overlap, together."""
    episode: list[_Run] = []
    for run in sorted(runs, key=lambda run: (run.begins, run.pole)):
        if episode and run.begins > max(other.ends for other in episode):
            yield episode
            episode = []
        episode.append(run)
    if episode:
        yield episode


def _weak(unsteady: int, of: int, elsewhere: tuple[int, int], limits: Thresholds) -> bool:
    if unsteady < limits.weak_poles or unsteady < limits.weak_share * of:
        return False
    return unsteady * max(elsewhere[1], 1) >= limits.weak_ratio * elsewhere[0] * of
