"""What a batch of messages says to the alarms, and what it changes in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from host_tools.city.alarms.line import Line
from host_tools.city.alarms.row import Note, Row
from host_tools.city.alarms.street_lines import StreetView
from host_tools.city.alarms.turns import Turn
from host_tools.wire.from_pole import Event, Meter, State

Key = tuple[str, str]  # pole and kind


@dataclass(frozen=True)
class Seen:
    """A state of ``pole`` at ``at`` (Unix s): the faults that it lists, None where it has no list."""

    pole: str
    at: int
    faults: frozenset[str] | None
    level: int | None = None


class Reading(NamedTuple):
    """What the meter of ``pole`` shows at ``at`` (Unix s); ``level`` as in the pole's state, where that is known."""

    pole: str
    at: int
    power_w: float
    level: int | None = None


@dataclass(frozen=True)
class Batch:
    """``street`` None: what correlation finds is as it was."""

    turns: Sequence[Turn] = ()
    states: Sequence[Seen] = ()
    readings: Sequence[Reading] = ()
    street: StreetView | None = None


@dataclass
class Changes:
    """What one batch changes.

    ``rows`` are new (id 0) or changed; ``merges``: (a row that is gone, the row that it is a part of).  The rest is for
    ``AlarmBook.keep``.
    """

    rows: list[Row] = field(default_factory=list)
    merges: list[tuple[Row, Row]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    lines: dict[Key, Line] = field(default_factory=dict)
    street: list[Row] | None = None
    states: dict[str, Seen] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.rows or self.merges or self.notes)


def batch_of(said: Sequence[tuple[Event | State | Meter, int]], street: StreetView | None = None) -> Batch:
    """The batch of messages *said*, each with the time (Unix s) at which it was received."""
    from host_tools.city.alarms.turns import turn_of

    turns, states, readings = [], [], []
    for one, received in said:
        if isinstance(one, Event):
            turn = turn_of(one, received)
            if turn is not None:
                turns.append(turn)
        elif isinstance(one, State):
            if one.at is not None:
                faults = None if one.faults is None else frozenset(one.faults)
                states.append(Seen(one.pole, one.at, faults, one.level))
        elif one.at is not None and one.power_w is not None:
            readings.append(Reading(one.pole, one.at, one.power_w))
    return Batch(turns, states, readings, street)
