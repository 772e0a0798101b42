"""Reads the poles' messages into typed values: the one reader for all of the city's side.

All values are checked and nothing raises: a value is valid, or it is not there (None, "" or empty).  A message that is
not valid as a whole is Unreadable; whether the values of another message are enough is the caller's decision.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from host_tools.wire.envelope import flash_nonce
from host_tools.wire.event_types import EVENTS_DROPPED
from host_tools.wire.journal import EPOCH, LAST, Journal, compact, journal
from host_tools.wire.payload import number, parsed, text
from host_tools.wire.topics import Topic, cut
from pole.wire import ack_reasons, contract

MOST_VERSION = 1_000_000_000  # of a configuration
MOST_FAULTS = 16  # of one pole
MOST_GROUPS = 32
MOST_N = 2**62  # of a sender's numbers
MOST_SERIAL = 2**53  # of a release
ACCEPTED, REVERTED = "accepted", "reverted"  # outcomes of an update, beside applied and rejected

_VERSION = re.compile(r"(0|[1-9][0-9]{0,5})(\.(0|[1-9][0-9]{0,5})){2}")
_ID = re.compile(r"([0-9A-Za-z]{1,32})-(0|[1-9][0-9]{0,9})")
_TYPE = re.compile(r"[A-Za-z][A-Za-z0-9]{0,47}")
_LATEST = 2**40  # Unix s
_MOST_W = 1e6


@dataclass(frozen=True)
class Unreadable:
    """A message that is not valid.  *empty*: it clears the retained message."""

    pole: str
    kind: str
    empty: bool = False


@dataclass(frozen=True)
class Presence:
    """Whether the pole has a session; False is its last will, which the broker sends for it."""

    pole: str
    online: bool


@dataclass(frozen=True)
class App:
    """Which software a pole runs: ``slot`` "a" or "b", "" for the one it was flashed with; ``version`` "1.2.3".

    ``probation``: it is tried, and not confirmed yet.  ``reverted``: why the last update was undone, "" where none was.
    ``serial`` of the newest release that it has taken up, None where it has none.  ``key``: the first 8 hex digits of
    the SHA-256 of its update key.
    """

    slot: str
    version: str
    probation: bool
    reverted: str
    serial: int | None
    key: str


@dataclass(frozen=True)
class Birth:
    """A pole's identity at the start of a session; ``values`` is all of it, in the names of the wire.

    ``app`` is None where the pole does not say it: its firmware takes no updates.
    """

    pole: str
    at: int | None  # Unix s, as in the others
    groups: tuple[str, ...]
    board: str
    firmware: str
    reset_cause: str
    safe_mode: bool
    config_version: int
    config_hash: str
    flash_nonce: str
    journal: Journal | None
    values: Mapping[str, Any]
    app: App | None = None
    image: App | None = None  # as image_of


@dataclass(frozen=True)
class State:
    """The light: ``level`` and ``target`` in percent, ``until`` Unix s; ``faults`` None where the open ones are not
    listed."""

    pole: str
    at: int | None
    level: int | None
    target: int | None
    reason: str
    owner: str
    until: int | None
    clock: str
    faults: tuple[str, ...] | None
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Meter:
    """What the meter measures; ``power_w`` is watts."""

    pole: str
    at: int | None
    power_w: float | None
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Event:
    """One record of a pole's journal: ``epoch`` and ``sequence`` are its id, None where that or the type is not sound.

    ``start`` is startEndFlag, None where the event has no end; ``timestamp`` Unix s, None where the pole knew no time.
    """

    pole: str
    at: int | None
    type: str
    start: bool | None
    timestamp: int | None
    replayed: bool
    attributes: Mapping[str, Any]
    epoch: str
    sequence: int | None

    @property
    def attributes_text(self) -> str:
        """The attributes as JSON in ASCII."""
        return compact(self.attributes) or "{}"

    def dropped(self) -> tuple[str, int, int] | None:
        """Epoch, first and last of the records which this event reports as lost."""
        if self.type != EVENTS_DROPPED:
            return None
        epoch = self.attributes.get("epoch", self.epoch)
        low = number(self.attributes.get("first"), 0, LAST)
        high = number(self.attributes.get("last"), 0, 2**31)
        if low is None or high is None or low > high or not isinstance(epoch, str) or not EPOCH.fullmatch(epoch):
            return None
        return epoch, low, min(high, LAST)


@dataclass(frozen=True)
class Ack:
    """What a pole answers to message *n* of *sender*.

    ``outcome`` is ``applied`` or ``rejected``, with its ``reason`` and ``detail``; of an update it may also be
    ``accepted`` (it is being fetched) or ``reverted``.  ``mark`` is the number that the pole holds of this sender,
    where it refused a lower one.
    """

    pole: str
    sender: str
    n: int | None
    outcome: str
    reason: str = ""
    detail: str = ""
    mark: int | None = None
    at: int | None = None

    @property
    def applied(self) -> bool:
        return self.outcome == ack_reasons.APPLIED


@dataclass(frozen=True)
class TimeQuestion:
    """A pole asks for the time; the answer must hold its ``nonce``, as it stands here."""

    pole: str
    nonce: str


Said = Presence | Birth | State | Meter | Event | Ack | TimeQuestion


def read(
    topic: str | Topic, payload: bytes, parse: Callable[[bytes], dict[str, Any] | None] = parsed
) -> Said | Unreadable:
    """What the pole of *topic* says in *payload*, of which *parse* gives the object."""
    where = cut(topic) if isinstance(topic, str) else topic
    if where is None or not where.from_pole:
        return Unreadable("", "" if where is None else where.kind)
    values = parse(payload)
    said = None if values is None else _READERS[where.kind](where.pole, values)
    return said or Unreadable(where.pole, where.kind, empty=not payload)


def _presence(pole: str, values: dict[str, Any]) -> Presence | None:
    online = values.get("online")
    return Presence(pole, online) if isinstance(online, bool) else None


def _birth(pole: str, values: dict[str, Any]) -> Birth:
    groups, digest = values.get("groups"), values.get("configHash")
    names = [group for group in groups if isinstance(group, str)] if isinstance(groups, list) else []
    return Birth(
        pole, _at(values), tuple(names[:MOST_GROUPS]), text(values.get("board"), 32), text(values.get("firmware"), 24),
        text(values.get("resetCause"), 24), values.get("safeMode") is True,
        number(values.get("configVersion"), 0, MOST_VERSION) or 0, digest if isinstance(digest, str) else "",
        flash_nonce(values), journal(values), values, app_of(values), image_of(values),
    )  # fmt: skip


def app_of(birth: Mapping[str, Any]) -> App | None:
    """Which software a pole runs, by the values of its *birth*; None where they do not say it."""
    return _app(birth.get("app"))


def image_of(birth: Mapping[str, Any]) -> App | None:
    """The MicroPython of a pole that was sent an image: ``serial`` of that; None where it never was."""
    return _app(birth.get("image"))


def _app(said: object) -> App | None:
    version = text(said.get("version"), 24) if isinstance(said, dict) else ""
    if not isinstance(said, dict) or not _VERSION.fullmatch(version):
        return None
    slot = said.get("slot")
    return App(
        slot if slot in ("a", "b") else "", version, said.get("probation") is True, text(said.get("reverted"), 40),
        number(said.get("serial"), 1, MOST_SERIAL), text(said.get("key"), 8),
    )  # fmt: skip


def _state(pole: str, values: dict[str, Any]) -> State:
    faults = values.get("faults")
    return State(
        pole, _at(values), number(values.get("level"), 0, 100), number(values.get("target"), 0, 100),
        text(values.get("reason"), 80), text(values.get("owner"), 16), number(values.get("until"), 1, _LATEST),
        text(values.get("clock"), 16),
        tuple(text(name, 40) for name in faults[:MOST_FAULTS]) if isinstance(faults, list) else None, values,
    )  # fmt: skip


def _meter(pole: str, values: dict[str, Any]) -> Meter:
    power = values.get("activePower")
    sound = isinstance(power, int | float) and not isinstance(power, bool) and 0 <= power <= _MOST_W
    return Meter(pole, _at(values), float(power) if sound else None, values)  # type: ignore[arg-type]


def _event(pole: str, values: dict[str, Any]) -> Event:
    name, of_type, attributes = values.get("id"), values.get("eventType"), values.get("attributes")
    found = _ID.fullmatch(name) if isinstance(name, str) else None
    sound = found and isinstance(of_type, str) and _TYPE.fullmatch(of_type) and int(found[2]) < LAST
    start = values.get("startEndFlag")
    return Event(
        pole, _at(values), text(of_type, 48), start if isinstance(start, bool) else None,
        number(values.get("timestamp"), 0, _LATEST), values.get("replayed") is True,
        attributes if isinstance(attributes, dict) else {}, found[1] if found else "",
        int(found[2]) if found and sound else None,
    )  # fmt: skip


def _ack(pole: str, values: dict[str, Any]) -> Ack:
    sender = values.get("sender")
    return Ack(
        pole, sender if isinstance(sender, str) else "", number(values.get("n"), 0, MOST_N),
        text(values.get("outcome"), 24), text(values.get("reason"), 40), text(values.get("detail"), 200),
        number(values.get("mark"), 0, MOST_N), _at(values),
    )  # fmt: skip


def _time(pole: str, values: dict[str, Any]) -> TimeQuestion | None:
    nonce = values.get("nonce")
    return TimeQuestion(pole, nonce) if isinstance(nonce, str) and nonce else None


def _at(values: dict[str, Any]) -> int | None:
    return number(values.get("at"), 1, _LATEST)


_READERS = {
    contract.PRESENCE: _presence, contract.BIRTH: _birth, contract.STATE: _state, contract.METER: _meter,
    contract.EVENT: _event, contract.ACK: _ack, contract.TIME: _time,
}  # fmt: skip
