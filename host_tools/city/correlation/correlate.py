"""Finds the faults in the history of a street: each absence is explained once, by as few faults as possible."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable

from host_tools.city.correlation import fault
from host_tools.city.correlation.causes import fault_of
from host_tools.city.correlation.fault import Fault
from host_tools.city.correlation.grouping import Found, explain, part
from host_tools.city.correlation.history import BROKER, Absence, History, absences
from host_tools.city.correlation.switched_feeders import Switched
from host_tools.city.correlation.thresholds import THRESHOLDS, Thresholds
from host_tools.city.correlation.topology import Street
from host_tools.city.correlation.weak import weak_points
from host_tools.site.model import Pole


def street_faults(
    poles: Iterable[Pole], history: History, limits: Thresholds = THRESHOLDS, switched: Switched | None = None
) -> list[Fault]:
    """The faults that explain *history* on the site's *poles*: those going on first, each then by its beginning.

    An expected absence of poles on *switched* feeders is none.
    """
    faults = [fault_of(one) for one in found_in(poles, history, limits, switched)]
    return sorted(faults, key=lambda one: (one.ends is not None, one.begins, one.kind, one.name))


def found_in(
    poles: Iterable[Pole], history: History, limits: Thresholds, switched: Switched | None = None
) -> list[Found]:
    """The faults with the absences they explain: every moment of every absence is in exactly one of them."""
    everything = absences(history, limits)
    if switched and switched.poles:
        everything = switched.missed(everything, history.now)
    street = Street(poles, history.known, everything)
    weak = weak_points(everything, street, history.now, limits)
    taken = {absence for one in weak for absence in one.absences}
    left = [absence for absence in everything if absence not in taken]
    return _held(weak + _explained(left, street, history.now, limits), limits)


def _explained(left: list[Absence], street: Street, now: int, limits: Thresholds) -> list[Found]:
    """The faults behind *left*, which is sorted: the earliest absence and all that may have begun with it, and again.

    A pole that does not come back with the others is handled again, as having gone away at that moment.
    """
    out = []
    widest = max((absence.begins - absence.earliest for absence in left), default=0)
    done: set[Absence] = set()
    place = 0
    while place < len(left):
        first = left[place]
        if first in done:
            place += 1
            continue
        together = []
        for later in range(place, len(left)):
            absence = left[later]
            if absence.begins > first.begins + max(widest, limits.together_s):
                break
            if absence not in done and _with(first, absence, limits):
                together.append(absence)
        if first.cause == BROKER:
            one = Found(fault.BROKER, "", together, len(street.everyone))
        else:
            one = explain(first, together, street, limits)
        done.update(one.absences)
        for rest in part(one, now, limits):
            done.discard(rest)
            if rest.after:
                insort(left, rest, lo=place, key=lambda absence: absence.order)
        out.append(one)
    return out


def _with(first: Absence, absence: Absence, limits: Thresholds) -> bool:
    """Whether *absence* may have begun at the same moment as *first*, which was noticed no later."""
    if (first.cause == BROKER) != (absence.cause == BROKER):
        return False
    if first.cause == BROKER:
        return absence.begins <= first.begins + limits.together_s
    return absence.earliest <= first.begins


def _held(found: list[Found], limits: Thresholds) -> list[Found]:
    """Joins faults: one that comes again within the hour is the same fault."""
    out: list[Found] = []
    latest: dict[tuple[str, str], Found] = {}
    for one in sorted(found, key=lambda one: (one.begins, one.kind, one.name)):
        before = latest.get((one.kind, one.name))
        if before is not None and (before.ends is None or one.begins <= before.ends + limits.hold_s):
            before.since = before.begins
            before.absences += one.absences
            before.times += one.times
            before.open = before.open or one.open
            before.there = max(before.there, one.there)
            before.rival = before.rival and one.rival
            before.partial = before.partial and one.partial
        else:
            latest[one.kind, one.name] = one
            out.append(one)
    return out
