"""Makes a node that was flashed or replaced accept commands again: sends it a message under its own key, and seals its
retained configuration for the nonce of that flashing.

Messages sealed for the node before are refused by the one that is there now.  So when a birth has a nonce that is new
to the record, the pole is sent an empty resend request under its own key: before that it takes from a shared key only
what raises its light.  And the configuration that the broker retains for it is sealed again, with the same body, where
it is genuine under the pole's own key and not below the highest version that the record has of this pole: a broker
could deliver an old one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from host_tools.broker.connection import Message
from host_tools.city.record.record import Record
from host_tools.keys.key import Key
from host_tools.wire import envelope
from host_tools.wire.commands import resend
from host_tools.wire.from_pole import MOST_VERSION, Ack, Birth, read
from host_tools.wire.journal import LAST
from host_tools.wire.payload import number, parsed
from host_tools.wire.topics import cut
from pole.wire import ack_reasons, contract

MOST = 20  # poles handled in one turn


class Broker(Protocol):
    """What is needed of the recorder's sessions."""

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> bool:
        """Publish with QoS 1; False where there is no connection."""

    def hear(self, topic: str, on: bool) -> None:
        """Subscribe to *topic* (*on*), retained message first, or unsubscribe."""


@dataclass
class _Open:
    """A pole whose nonce is new: ``topic`` of its configuration, whether that was ``seen``, ``n`` of our question."""

    nonce: str
    n: int
    topic: str
    seen: bool = False


class Flashings:
    """Handles the poles below *head* (root/site) whose own key is among *keys*; *number* gives the next n of *sender*.

    *say* is called with a sentence that an operator should read.
    """

    def __init__(
        self, record: Record, head: str, keys: Mapping[str, Key], sender: Callable[[], str], number: Callable[[], int],
        say: Callable[[str], None],
    ) -> None:  # fmt: skip
        self._record = record
        self._head = head
        self._keys = keys
        self._sender = sender
        self._number = number
        self._say = say
        self._waiting: dict[str, str] = {}  # pole: nonce
        self._open: dict[str, _Open] = {}
        self._told: set[str] = set()

    def heard(self, messages: Iterable[Message], broker: Broker) -> None:
        """Take births, and configurations that the broker retains; other messages are ignored."""
        births = {}
        for message in messages:
            topic = cut(message.topic)
            if topic is None or topic.head != self._head:
                continue
            if topic.pole in self._keys and topic.kind == contract.BIRTH:
                birth = read(topic, message.payload)
                if isinstance(birth, Birth):
                    births[topic.pole] = birth
            elif topic.kind == contract.CONFIG and topic.pole in self._open and message.payload:
                self._configured(topic.pole, message, broker)
        if births:
            self._born(births)

    def answered(self, ack: Ack, broker: Broker) -> None:
        """Take a pole's ack: any answer to our request shows that a message under its own key has arrived."""
        asked = self._open.get(ack.pole)
        if asked is None or ack.n != asked.n or ack.reason == ack_reasons.BAD_MAC:
            return
        with self._record.change() as book:
            book.flash(ack.pole, asked.nonce, self._known(ack.pole)[1])
        if asked.seen:
            broker.hear(asked.topic, False)
            del self._open[ack.pole]

    def turn(self, broker: Broker) -> None:
        """Handle some of those that wait."""
        for pole in list(self._waiting)[:MOST]:
            nonce = self._waiting.pop(pole)
            topic = f"{self._head}/{pole}/{contract.CONFIG}"
            asked = self._open[pole] = _Open(nonce, self._number(), topic)
            broker.hear(topic, True)
            # from the highest possible sequence on: an empty range
            body = resend(self._epoch(pole), LAST, LAST)
            to = f"{self._head}/{pole}/{contract.COMMAND}"
            broker.publish(to, envelope.seal(to, self._sender(), asked.n, body, self._keys[pole], nonce))

    def forget_all(self) -> None:
        """Drop all state, after a new connection: the births come again."""
        self._waiting.clear()
        self._open.clear()

    def _born(self, births: Mapping[str, Birth]) -> None:
        changed = []
        for pole, birth in births.items():
            nonce, version = birth.flash_nonce, birth.config_version
            if not nonce:
                continue
            known, highest = self._known(pole)
            if version > highest or not (known or highest):
                changed.append((pole, known, max(version, highest)))
            if known != nonce and (pole not in self._open or self._open[pole].nonce != nonce):
                self._waiting[pole] = nonce
        if changed:
            with self._record.change() as book:
                for one in changed:
                    book.flash(*one)

    def _configured(self, pole: str, message: Message, broker: Broker) -> None:
        asked, key = self._open[pole], self._keys[pole]
        asked.seen = True
        said = parsed(message.payload) or {}
        body = said.get("body")
        if envelope.flash_nonce(said) == asked.nonce:
            return  # ours, or `site configure` was first
        sealed_by_city = genuine(message, key) is not None
        version = number((parsed(str(body).encode()) or {}).get("version"), 0, MOST_VERSION)
        least = self._known(pole)[1]
        if not sealed_by_city or version is None or version < least:
            why = (
                "is not of its key" if not sealed_by_city else f"has version {version}, and the pole had {least} before"
            )
            if pole not in self._told:
                self._told.add(pole)
                self._say(
                    f"{pole} was flashed, and the configuration that the broker retains for it {why}: "
                    f"`diya site configure --pole {pole}` sends it the present one"
                )
            return
        sealed = envelope.seal(message.topic, self._sender(), self._number(), str(body), key, asked.nonce)
        broker.publish(message.topic, sealed, retain=True)

    def _epoch(self, pole: str) -> str:
        """Epoch of its journal, as its birth says."""
        entry = self._record.book.entries.get(pole)
        return entry.epoch if entry else "0"

    def _known(self, pole: str) -> tuple[str, int]:
        """The nonce for which *pole* has got a message under its own key, and its highest configuration version."""
        entry = self._record.book.entries.get(pole)
        return entry.flashed if entry else ("", 0)


def genuine(message: Message, key: Key | None) -> int | None:
    """The number of the configuration in *message*, which must be sealed with *key* where there is one; else None."""
    said = parsed(message.payload) or {}
    body, n, sender = said.get("body"), number(said.get("n"), 1, 2**53), said.get("sender")
    if not isinstance(body, str) or not isinstance(sender, str) or n is None or message.payload[:1] != b"{":
        return None
    if key and message.payload != envelope.seal(message.topic, sender, n, body, key, envelope.flash_nonce(said)):
        return None
    return n
