"""Checks the pole's time against the laptop's, which is offered to a pole that has none."""

from __future__ import annotations

from host_tools.field.commission.bounds import CLOCK_CHIP, CLOCK_ERROR
from host_tools.field.commission.outcome import Figure, Note, Outcome
from host_tools.field.commission.session import Visit
from host_tools.field.console_client import Refused

NAME = "clock"


def check(visit: Visit) -> Outcome:
    """The first check: a pole without the time accepts no command to give less light."""
    notes: list[Note] = []
    error = _error(visit)
    if error is None or (visit.set_time and not CLOCK_ERROR.holds(error)):
        try:
            visit.service.offer_time(round(visit.wall()))
            notes.append(Note("note_time_set" if error is None else "note_time_replaced", {"was": error or 0}))
        except Refused as refused:
            notes.append(Note("note_time_refused", {"why": refused.why}))
        error = _error(visit)
    figures = [Figure(CLOCK_ERROR, error)]
    if "rtc" in visit.parts:
        kept, at = visit.service.read().rtc, visit.wall()
        figures.append(Figure(CLOCK_CHIP, None if kept is None else kept - int(at)))
    return Outcome(NAME, tuple(figures), tuple(notes))


def _error(visit: Visit) -> float | None:
    """Seconds by which the pole is fast; None where it has no time."""
    unix = visit.service.status().unix
    return None if unix is None else unix - int(visit.wall())
