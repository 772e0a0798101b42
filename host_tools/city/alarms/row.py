"""An alarm as the store has it, and what a batch of messages changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from host_tools.city.alarms.derive import EFFECTS as EFFECTS
from host_tools.city.alarms.spells import EVENT_PROOF as EVENT_PROOF
from host_tools.wire.chatter import Chatter

SUPERSEDED = "superseded"  # proof of a street's fault that another one explains


@dataclass
class Row:
    """The columns of ``alarm`` that the receiver writes, and when a person ``closed`` it.  ``id`` 0: it is new."""

    kind: str
    name: str
    severity: int
    began: int
    earlier: bool
    last_began: int
    ended: int | None
    proof: str
    times: int
    received: int
    poles: tuple[str, ...]
    evidence: Mapping[str, Any]
    chatter: Chatter | None
    cause: str
    carry: str
    swallowed_by: str = ""
    closed: int | None = None
    id: int = 0

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.name

    @property
    def called(self) -> str:
        """The same for the same kind of fault of the same part, at any time."""
        return f"{self.kind}/{self.name}"

    @property
    def open(self) -> bool:
        return self.ended is None and (self.closed is None or self.closed < self.last_began)


@dataclass(frozen=True)
class Note:
    """An entry of ``alarm_event`` about *row*."""

    row: Row
    at: int
    what: str
    text: str = ""


# kinds of notes.  The last three are also what the turns of a line are made from again after a restart.
OPENED, REOPENED, WORSENED, SURFACED = "opened", "reopened", "worsened", "surfaced"
ENDED, MERGED = "ended", "merged"
LISTED, SETTLED, PROVED = "listed", "settled", "proved"
