"""An alarm, and a fault reported by a pole, from which alarms are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from host_tools.city.alarms.severity import NAMES, severity
from host_tools.wire.chatter import Chatter

OPEN, CLOSED = "open", "closed"


@dataclass(frozen=True)
class Heard:
    """A fault that *pole* has reported, Unix s: ``begins`` None: before the first message; ``ends`` None: open.

    ``evidence`` are the attributes of the event by which it began.  ``chatter``: it came and went.
    """

    pole: str
    type: str
    begins: int | None
    ends: int | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    chatter: Chatter | None = None


@dataclass(frozen=True)
class Alarm:
    """``kind`` (an eventType, or a street's fault) of ``name``: a pole, feeder or access point; empty for the street.

    ``poles`` are all that it concerns.  Times are Unix s; ``since`` None: open before the first message; ``ended``
    None: it goes on.  ``times``: how often it came, and ``chatter`` of one pole's that comes and goes.  ``cause`` and
    ``carry`` are sentences, empty where not known.  ``graded``: its severity, where it is not that of its kind.
    """

    kind: str
    name: str
    since: int | None
    ended: int | None
    poles: tuple[str, ...]
    evidence: Mapping[str, Any]
    cause: str
    carry: str
    times: int = 1
    chatter: Chatter | None = None
    graded: int | None = None

    @property
    def id(self) -> str:
        """The same for the same kind of fault of the same part, at any time."""
        return f"{self.kind}/{self.name}"

    @property
    def severity(self) -> int:
        return severity(self.kind) if self.graded is None else self.graded

    @property
    def state(self) -> str:
        return OPEN if self.ended is None else CLOSED

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id, "kind": self.kind, "name": self.name, "severity": NAMES[self.severity],
            "state": self.state, "since": self.since, "ended": self.ended, "times": self.times,
            "poles": list(self.poles), "evidence": dict(self.evidence), "cause": self.cause, "carry": self.carry,
            "chatter": self.chatter and self.chatter.as_json(),
        }  # fmt: skip
