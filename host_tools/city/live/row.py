"""One pole's row, an event worth a line, and the filter of a view."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from host_tools.wire.chatter import Chatter

Kind = Literal["presence", "birth", "state", "meter", "event", "ack"]


@dataclass(slots=True)
class Row:
    """What is known of one pole.  None is "not said yet"; times are Unix seconds; ``power_w`` is watts.

    ``seen`` is the time of the pole's last message, ``changed`` when its reported light last changed.  ``faults`` maps
    the eventType of each open fault to its beginning, None where that was before this program began.  ``faults_at``:
    the time of the state that listed them all; None where no state did, and then there may be more.  ``heard`` False: a
    pole of the site's files without a message.  ``flash_nonce`` is the nonce of the flashing in its birth.
    ``outlived``: a message came after its last will, which a broker may still retain.  ``switched``: a contactor
    switches its feeder off by day.  ``chatter``: those of its faults that chatter.
    """

    pole: str
    online: bool | None = None
    level: int | None = None
    target: int | None = None
    reason: str = ""
    owner: str = ""
    until: int | None = None
    clock: str = ""
    power_w: float | None = None
    seen: int | None = None
    seen_live: bool = False  # ``seen`` is by this computer's clock, and not by the pole's
    changed: int | None = None
    groups: tuple[str, ...] = ()
    ward: str = ""
    board: str = ""
    faults: dict[str, int | None] = field(default_factory=dict)
    faults_at: int | None = None
    heard: bool = False
    flash_nonce: str = ""
    outlived: bool = False
    switched: bool = False
    chatter: dict[str, Chatter] | None = None

    def gone(self, by_day: bool) -> bool:
        """Whether it is offline and should not be; *by_day*: switched feeders may be off."""
        return self.online is False and not (by_day and self.switched)

    def off(self, by_day: bool) -> bool:
        """Whether it is offline because its feeder is switched off *by_day*."""
        return self.online is False and by_day and self.switched

    def as_json(self, by_day: bool = False) -> dict[str, Any]:
        """The row in the names of the wire."""
        chatter = {name: one.as_json() for name, one in (self.chatter or {}).items()}
        return {
            "pole": self.pole, "online": self.online, "switchedOff": self.off(by_day),
            "level": self.level, "target": self.target, "reason": self.reason, "owner": self.owner,
            "until": self.until, "clock": self.clock, "activePower": self.power_w,
            "lastSeen": self.seen, "groups": list(self.groups), "ward": self.ward, "board": self.board,
            "faults": dict(self.faults), "faultsKnown": self.faults_at is not None, "chatter": chatter,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Happening:
    """Something worth a line: at ``at`` (Unix s) ``pole`` reported ``text``; ``bad``: it is highlighted."""

    at: int
    pole: str
    kind: Kind
    text: str
    bad: bool = False


@dataclass(frozen=True)
class Wanted:
    """Which poles a view shows: of a *group*, of a *ward*, with an open fault of one of *types*; empty is "all".

    *faulty*: those with any open fault.
    """

    group: str = ""
    ward: str = ""
    types: frozenset[str] = frozenset()
    faulty: bool = False

    def holds(self, row: Row) -> bool:
        if self.group and self.group not in row.groups:
            return False
        if self.ward and self.ward != row.ward:
            return False
        if self.types and self.types.isdisjoint(row.faults):
            return False
        return bool(row.faults) or not self.faulty
