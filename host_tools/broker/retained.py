"""Reads all that a broker retains of a site's poles, also from a broker that drops a part of it.

Mosquitto sends the retained messages that a new subscription matches through a queue of max_queued_messages and drops
what does not fit: at QoS 1 in all versions, at QoS 0 from 2.0.16 on (eclipse-mosquitto/mosquitto#1517, #2196, #2887).
So after the wildcards, the exact topics of every known pole (from the site's files or by any of its messages) of which
a kind is missing are subscribed to, a few at a time.  A round of such requests that brings nothing proves that there is
no more of these poles.  One that brings something proves that this broker drops messages: then the wildcards are
subscribed to again, until they name no further pole, and a pole in no file may still be missing (``unsure``).

All is read at QoS 0, where the broker waits for no acknowledgement.  The requests are paced by the SUBACKs, which need
no right to publish, unlike a message to oneself.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from host_tools.broker.connection import Link, Message
from host_tools.errors import BrokerError
from host_tools.wire.topics import cut

QUIET_S = 0.4  # without a retained message: a broker that sends them behind its SUBACK has finished
BATCH = 200  # topics of one SUBSCRIBE, so that three of them stay below Mosquitto's own max_queued_messages, 1000
BATCH_BYTES = 6000  # below the smallest max_packet_size in use
FLYING = 3  # batches that wait for their SUBACK
KEPT = 16  # batches that stay subscribed behind their SUBACK, for a broker that sends later
LEAST_BATCH = 8
TURN_S = 0.02  # longest pause between two turns
STUCK_S = 30.0  # without an answer from a broker that is connected


class Broker(Protocol):
    """What is needed of the link to a broker."""

    @property
    def sessions(self) -> int:
        """How many sessions there were: a new one has none of the subscriptions of the one before."""

    def subscribe(self, topics: Sequence[str], qos: int = 0) -> int:
        """Subscribe to *topics*; returns the number of the request, for ``granted``."""

    def granted(self, number: int) -> bool:
        """Whether the broker has answered request *number*.  Raises BrokerError when it refuses."""

    def unsubscribe(self, topics: Sequence[str]) -> None:
        """Unsubscribe from *topics*."""


class Reading:
    """Reads *kinds* of the poles below *head* (``root/site``) from *broker*: of *names*, and of all others it has.

    The reader of the link gives each message to ``note`` and calls ``turn`` often.  The wildcards stay subscribed, and
    when the broker begins another session all is read again.  ``done``: all that the broker sends has come.
    ``dropped`` counts messages that it had and did not send at first.  *wild* False: only *names*, and nothing live.
    """

    def __init__(
        self, broker: Broker, head: str, kinds: Sequence[str], names: Iterable[str] = (), *, wild: bool = True,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._broker = broker
        self._head = head
        self._kinds = tuple(kinds)
        self._wild = wild
        self._monotonic = monotonic
        self.names = set(names)
        self._listed = frozenset(self.names)
        self.done = False
        self.dropped = 0
        self._begin()

    def _begin(self) -> None:
        self._session = self._broker.sessions
        self._seen: dict[str, set[str]] = {kind: set() for kind in self._kinds}
        self._found = 0  # retained messages, each counted once
        self._heard = self._monotonic()
        self._steps = self._read()
        self.done = False

    @property
    def unsure(self) -> bool:
        """Whether the broker may have poles that are neither in the files nor among what it sent."""
        return bool(self.dropped) and (not self._listed or self.names != self._listed)

    @property
    def share(self) -> tuple[int, int]:
        """How many messages are here, and how many there would be if every known pole had each kind: for a bar."""
        return sum(map(len, self._seen.values())), len(self.names) * len(self._kinds)

    def note(self, message: Message) -> None:
        """Take *message*, of any topic.  A live message counts too: it is newer than the retained one."""
        topic = cut(message.topic)
        if topic is None or not topic.pole or topic.pole.startswith("_") or topic.head != self._head:
            return
        pole, seen = topic.pole, self._seen.get(topic.kind)
        if seen is None:
            return
        if message.retained:
            self._heard = self._monotonic()
        if pole not in seen:
            seen.add(pole)
            self.names.add(pole)
            self._found += message.retained

    def turn(self) -> bool:
        """Send the next request when it is due; returns whether all is read.  Raises BrokerError: refused, or stuck."""
        if self._broker.sessions != self._session:
            self._begin()
        if not self.done:
            self.done = next(self._steps, True)
        return self.done

    def _read(self) -> Iterator[bool]:
        """The whole reading; yields False each time there is something to wait for."""
        wildcards = [f"{self._head}/+/{kind}" for kind in self._kinds]
        if self._wild:
            # one SUBSCRIBE: where a queue cuts it short, poles are known of which the last kinds are missing
            yield from self._ask([wildcards], keep=True)
        while True:
            before = len(self.names)
            size = BATCH
            while missing := [
                f"{self._head}/{pole}/{kind}"
                for pole in sorted(self.names) for kind in self._kinds if pole not in self._seen[kind]
            ]:  # fmt: skip
                found = self._found
                yield from self._ask(_batches(missing, size), keep=False)
                if self._found == found:
                    break
                self.dropped += self._found - found
                size = max(LEAST_BATCH, size // 5)
            if not self._wild or not self.dropped or self.names == self._listed:
                return
            for topic in wildcards:
                yield from self._ask([[topic]], keep=True)
            if len(self.names) == before:
                return

    def _ask(self, batches: Iterable[list[str]], keep: bool) -> Iterator[bool]:
        """Subscribe to *batches* one after the other, and wait for what that brings; *keep*: and stay subscribed."""
        left = iter(batches)
        batch = next(left, None)
        flying: deque[tuple[int, list[str]]] = deque()
        kept: deque[list[str]] = deque()
        asked = self._heard = self._monotonic()
        while batch or flying or self._monotonic() - self._heard < QUIET_S:
            while flying and self._broker.granted(flying[0][0]):
                kept.append(flying.popleft()[1])
                asked = self._heard = self._monotonic()
            while batch and len(flying) < FLYING:
                flying.append((self._broker.subscribe(batch), batch))
                batch = next(left, None)
            while not keep and len(kept) > KEPT:
                self._broker.unsubscribe(kept.popleft())
            if flying and self._monotonic() - max(asked, self._heard) > STUCK_S:
                raise BrokerError(f"the broker has not answered to a subscription within {STUCK_S:g} s")
            yield False
        while not keep and kept:
            self._broker.unsubscribe(kept.popleft())


def read(
    link: Link, reading: Reading, take: Callable[[Message], object],
    progress: Callable[[int, int], None] = lambda here, of: None,
) -> None:  # fmt: skip
    """Finish *reading*: *take* is given each message of *link*, *progress* how far it is.  Raises BrokerError."""
    while not reading.turn():
        link.pause(TURN_S)  # to wait for each single message makes the two threads take turns: ten times slower
        for message in link.drain():
            reading.note(message)
            take(message)
        progress(*reading.share)


def _batches(topics: Iterable[str], size: int) -> Iterator[list[str]]:
    """*topics* in lists of at most *size* and BATCH_BYTES."""
    batch: list[str] = []
    room = BATCH_BYTES
    for topic in topics:
        if batch and (len(batch) == size or len(topic) + 3 > room):
            yield batch
            batch, room = [], BATCH_BYTES
        batch.append(topic)
        room -= len(topic) + 3  # its length and its QoS are three bytes on the wire
    if batch:
        yield batch
