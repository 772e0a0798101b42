"""The content of a batch of messages, counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from host_tools.wire.from_pole import Ack, Said


@dataclass
class Taken:
    """The content of a batch: new events, ids that were here already, unreadable payloads, acks of commands."""

    events: int = 0
    doubles: int = 0
    malformed: int = 0
    kinds: Counter[str] = field(default_factory=Counter)  # messages of poles by kind
    spoke: set[str] = field(default_factory=set)  # poles that sent a message just now
    acks: list[Ack] = field(default_factory=list)
    told: list[tuple[Said, bool]] = field(default_factory=list)  # of presence, birth, state, acks: whether retained

    def add(self, other: Taken) -> None:
        """Count the content of *other* as well."""
        self.events += other.events
        self.doubles += other.doubles
        self.malformed += other.malformed
        self.kinds += other.kinds
        self.spoke |= other.spoke
        self.acks += other.acks
        self.told += other.told
