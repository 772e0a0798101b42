"""What is said of an alarm when a batch has changed it."""

from __future__ import annotations

from collections.abc import Iterable

from host_tools.city.alarms.row import ENDED, LISTED, OPENED, PROVED, REOPENED, SETTLED, SUPERSEDED, SURFACED, Note, Row
from host_tools.city.alarms.turns import POWER, STATE, Turn

_WHAT = {(STATE, True): LISTED, (STATE, False): SETTLED, (POWER, False): PROVED}
CONCLUSIONS = {what: turn for turn, what in _WHAT.items()}  # {what: (epoch, begins)}


def notes_of(was: Row | None, row: Row) -> list[Note]:
    """The notes on *row*, which *was* before; None: it is new."""
    if row.proof == SUPERSEDED and was is None:
        return []
    out = []
    came = was is None or (not was.open and row.last_began > was.last_began)
    if was is None:
        out.append(Note(row, row.began, OPENED))
    elif came:
        out.append(Note(row, row.last_began, REOPENED))
    elif was is not None and was.swallowed_by and not row.swallowed_by and row.open:
        out.append(Note(row, row.last_began, SURFACED, was.swallowed_by))
    if row.ended is not None and (came or (was is not None and was.ended is None)):
        out.append(Note(row, row.ended, ENDED, row.proof))
    return out


def notes_of_turns(rows: Iterable[Row], added: Iterable[Turn]) -> list[Note]:
    """The notes of what was concluded, from which the turns are made again after a restart."""
    out = []
    for one in added:
        what = _WHAT.get((one.epoch, bool(one.begins)))
        row = next((row for row in reversed(list(rows)) if row.began <= one.at), None)
        if what is not None and row is not None:
            out.append(Note(row, one.at, what))
    return out
