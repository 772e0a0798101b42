"""What the record reads of the wire, and the one command it sends.

Nothing is trusted: what makes no sense is None, and never raises, because a message that could stop the recorder would
stop it again each time the broker delivers it.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from host_tools.naming import NAME
from host_tools.wire.payload import number, parsed
from pole.wire import contract

# eventType by which a pole says that it no longer has the records first ... last of attributes.epoch (default: its
# own): because its journal was full, or because we asked for what it has not
DROPPED = "eventsDropped"

# Highest sequence a pole counts to (a small integer on the ESP32); as the end of a `resend`: all there is
LAST = 2**30 - 1

_ID = re.compile(r"([0-9A-Za-z]{1,32})-(0|[1-9][0-9]{0,9})")
_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9]{0,47}")
_EPOCH = re.compile(r"[0-9A-Za-z]{1,32}")
_LATEST = 2**40  # Unix s
_RESEND = ("type", "epoch", "from", "to")


@dataclass(frozen=True)
class Event:
    """One record of a pole's journal: ``epoch`` and ``sequence`` are its id, ``attributes`` JSON text.

    ``start`` is startEndFlag, None where the event has no end; ``timestamp`` Unix s, None where the pole knew no time.
    """

    epoch: str
    sequence: int
    type: str
    start: bool | None
    timestamp: int | None
    replayed: bool
    attributes: str

    def dropped(self) -> tuple[str, int, int] | None:
        """Epoch, first and last of the records which this event says are gone for good."""
        if self.type != DROPPED:
            return None
        said = json.loads(self.attributes)
        epoch = said.get("epoch", self.epoch)
        low = number(said.get("first"), 0, LAST)
        high = number(said.get("last"), 0, 2**31)
        if low is None or high is None or low > high or not isinstance(epoch, str) or not _EPOCH.fullmatch(epoch):
            return None
        return epoch, low, min(high, LAST)


@dataclass(frozen=True)
class Journal:
    """What a birth says of the pole's journal: its epoch, the oldest sequence still held, the newest given out."""

    epoch: str
    first: int
    last: int


def kind_of(root: str, site: str, topic: str) -> tuple[str, str] | None:
    """Pole and kind of *topic*, None where it is no pole's of this site."""
    head = f"{root}/{site}/"
    parts = topic[len(head) :].split("/")
    if not topic.startswith(head) or len(parts) != 2 or not NAME.fullmatch(parts[0]) or parts[1] not in contract.FIELDS:
        return None
    return parts[0], parts[1]


def event(payload: bytes) -> Event | None:
    """The event in *payload*."""
    values = parsed(payload)
    if values is None:
        return None
    name, of_type = values.get("id"), values.get("eventType")
    found = _ID.fullmatch(name) if isinstance(name, str) else None
    if not found or not isinstance(of_type, str) or not _TYPE.fullmatch(of_type) or int(found[2]) >= LAST:
        return None
    attributes = values.get("attributes")
    kept = compact(attributes) if isinstance(attributes, dict) else "{}"
    start = values.get("startEndFlag")
    return Event(
        epoch=found[1],
        sequence=int(found[2]),
        type=of_type,
        start=start if isinstance(start, bool) else None,
        timestamp=number(values.get("timestamp"), 0, _LATEST),
        replayed=values.get("replayed") is True,
        attributes=kept if kept is not None else "{}",
    )


def journal(birth: dict[str, Any]) -> Journal | None:
    """What *birth* says of the journal: ``journal`` {``epoch``, ``first``, ``last``}; last = first - 1: it is empty."""
    said = birth.get("journal")
    if not isinstance(said, dict):
        return None
    epoch, first, last = said.get("epoch"), number(said.get("first"), 0, LAST), number(said.get("last"), 0, LAST - 1)
    if not isinstance(epoch, str) or not _EPOCH.fullmatch(epoch) or first is None or last is None or first > last + 1:
        return None
    return Journal(epoch, first, last)


def compact(values: dict[str, Any]) -> str | None:
    """*values* as JSON in ASCII, which a database takes whatever the pole sent; None where that is not possible."""
    try:
        return json.dumps(values, separators=(",", ":"), allow_nan=False)
    except (ValueError, RecursionError):
        return None


def resend(epoch: str, low: int, high: int) -> str:
    """Body of the command that asks for the records *low* to *high* of *epoch* again."""
    text: str = contract.encode(_RESEND, {"type": "resend", "epoch": epoch, "from": low, "to": high})
    return text
