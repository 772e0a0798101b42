"""The turns of a condition: it begins or it ends, by an event of its pole or by what the city concludes.

The order of turns is that of the pole, however late and in which order they arrive: by number within a journal, and by
time between journals.  All that is derived from a set of turns is therefore the same for every order of arrival.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from host_tools.wire.chatter import Chatter, chatter_of
from host_tools.wire.from_pole import Event

FLOOR = 1_577_836_800  # 2020-01-01: no event of a pole with this firmware is older
AHEAD_S = 86400  # a pole's clock may be ahead by this much and its times are still taken as they are

# epochs of turns that no journal has: what was concluded from a state, or from the power that a meter shows
STATE, POWER = "_state", "_power"
COMPLAINT = "_complaint"  # a person says that it is so; the sequence is the complaint's key


@dataclass(frozen=True)
class Turn:
    """Condition ``kind`` of ``pole`` begins or ends at ``at`` (Unix s); ``begins`` None: it is over at once.

    ``epoch`` and ``sequence`` are the event's id.  ``received``: when the city had it.
    """

    pole: str
    kind: str
    at: int
    begins: bool | None
    epoch: str
    sequence: int
    received: int
    attributes: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def id(self) -> tuple[str, int]:
        return self.epoch, self.sequence

    @property
    def chatter(self) -> Chatter | None:
        return chatter_of(self.attributes, self.begins is not False) if "count" in self.attributes else None


def turn_of(event: Event, received: int) -> Turn | None:
    """*event* as a turn; None where its id is not sound.

    Its time is its own, or where that is not plausible, the time at which it was received.
    """
    if event.sequence is None:
        return None
    return turn(
        event.pole, event.type, event.timestamp, event.start, event.epoch, event.sequence, received, event.attributes
    )


def turn(
    pole: str, kind: str, timestamp: int | None, begins: bool | None, epoch: str, sequence: int, received: int,
    attributes: Mapping[str, Any],
) -> Turn:  # fmt: skip
    """A turn by the fields of an event."""
    sound = timestamp is not None and FLOOR <= timestamp <= received + AHEAD_S
    at = timestamp if sound and timestamp is not None else received
    return Turn(pole, kind, at, begins, epoch, sequence, received, attributes)


def ordered(turns: Iterable[Turn]) -> list[tuple[int, Turn]]:
    """(place, turn) of all *turns* in their order, each once; *place* is Unix s, and never falls within a journal.

    Where a clock was put back, what came later in the journal is later all the same.
    """
    of: dict[str, dict[int, Turn]] = {}
    for one in turns:
        of.setdefault(one.epoch, {})[one.sequence] = one
    out = []
    for epoch, own in of.items():
        highest, concluded = 0, epoch.startswith("_")
        for sequence in sorted(own):
            one = own[sequence]
            highest = one.at if concluded or one.at > highest else highest
            out.append((highest, one))
    if len(of) > 1:  # of the same moment, an event decides before what was concluded
        out.sort(key=lambda each: (each[0], each[1].epoch.startswith("_"), each[1].epoch, each[1].sequence))
    return out
