"""What came of a batch of messages."""

from __future__ import annotations

from dataclasses import dataclass, field

from host_tools.wire.from_pole import Ack


@dataclass
class Taken:
    """What a batch held: new events, ids we had already, payloads that make no sense, acks of commands."""

    events: int = 0
    doubles: int = 0
    malformed: int = 0
    spoke: set[str] = field(default_factory=set)  # poles that said something just now
    acks: list[Ack] = field(default_factory=list)

    def add(self, other: Taken) -> None:
        """Counts what *other* held as well."""
        self.events += other.events
        self.doubles += other.doubles
        self.malformed += other.malformed
        self.spoke |= other.spoke
        self.acks += other.acks
