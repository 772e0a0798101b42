"""Sends messages to poles and collects their acks, without blocking: the caller has connection, clock and loop.

One exchange is one task of one sender, such as a command, a configuration or a step of a rollout, with any number of
poles: the work for one pole does not grow with their number.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from host_tools.broker.connection import Message
from host_tools.keys.key import Key
from host_tools.wire import envelope
from host_tools.wire.from_pole import Ack, read
from host_tools.wire.topics import cut

Rejections = dict[str, tuple[str, str]]  # pole: (reason, detail)


class Connection(Protocol):
    """What is needed of a connection to the broker."""

    def post(self, topic: str, payload: bytes, retain: bool = False) -> object:
        """Publish with QoS 1, without waiting for the broker."""


@dataclass(frozen=True)
class Sealed:
    """A message ready to be posted: *n* is its number, *pole* whose topic it is for, empty for a topic of many."""

    topic: str
    n: int
    pole: str
    payload: bytes


class Exchange:
    """Messages of *sender* to poles over *connection*, and their acks; *number* gives the next number.

    Times are seconds on a monotonic clock of the caller.  A pole is waited for until its time is over, and
    may answer later still.  The first answer to a message counts; the broker may deliver it twice.
    """

    def __init__(self, connection: Connection, sender: str, number: Callable[[], int]) -> None:
        self.sender = sender
        self._connection = connection
        self._number = number
        self._sent: dict[int, str] = {}  # n: the one pole that may answer; empty where any may
        self._latest: dict[str, int] = {}  # pole: n of the last message to it
        self._answers: dict[str, Ack] = {}  # pole: to its latest message
        self._heard: set[tuple[str, int]] = set()
        self._waiting: dict[str, int] = {}  # pole: n
        self._deadlines: list[tuple[float, int, str]] = []  # a heap
        self._over: deque[tuple[float, int, str]] = deque()  # those which are past
        self._applied = 0

    # -- to the poles

    def send(
        self, topic: str, body: str | Callable[[int], str], key: Key | None = None, *, nonce: str = "",
        retain: bool = False, poles: Iterable[str] | None = None, until: float = math.inf,
    ) -> int:  # fmt: skip
        """Seal *body* and post it; its n.  See `seal` and `post`."""
        return self.post(self.seal(topic, body, key, nonce), retain=retain, poles=poles, until=until)

    def seal(self, topic: str, body: str | Callable[[int], str], key: Key | None = None, nonce: str = "") -> Sealed:
        """*body* (or what makes it of its number), sealed for *topic* with *key* and the *nonce* of the flashing.

        Raises CommandError where it is too long for a pole.
        """
        n, where = self._number(), cut(topic)
        text = body if isinstance(body, str) else body(n)
        pole = "" if where is None or where.pole.startswith("_") else where.pole
        return Sealed(topic, n, pole, envelope.seal(topic, self.sender, n, text, key, nonce))

    def post(
        self, sealed: Sealed, *, retain: bool = False, poles: Iterable[str] | None = None, until: float = math.inf
    ) -> int:
        """Post *sealed* and wait for *poles* (default: the one of its topic) until *until*; its n.

        A pole that was sent something before is waited for again.  Others that take commands on a topic of many may
        answer as well.
        """
        self._connection.post(sealed.topic, sealed.payload, retain)
        self._sent[sealed.n] = sealed.pole
        for pole in (sealed.pole,) if poles is None and sealed.pole else poles or ():
            self._expect(pole, sealed.n)
            self._waiting[pole] = sealed.n
            heapq.heappush(self._deadlines, (until, sealed.n, pole))
        return sealed.n

    # -- from the poles

    def heard(self, message: Message) -> Ack | None:
        """Take *message*; returns its ack, None where it is none to a message of this exchange, or a repeated one."""
        if message.retained:  # an answer never is
            return None
        said = read(message.topic, message.payload)
        return self.answered(said) if isinstance(said, Ack) else None

    def answered(self, ack: Ack) -> Ack | None:
        """Take *ack*, as `heard` does."""
        pole, n = ack.pole, ack.n
        if n is None or ack.sender != self.sender or n not in self._sent or self._sent[n] not in ("", pole):
            return None
        if (pole, n) in self._heard:
            return None
        self._heard.add((pole, n))
        if n >= self._latest.get(pole, n):
            self._expect(pole, n)
            self._waiting.pop(pole, None)
            self._answers[pole] = ack
            self._applied += ack.applied
        return ack

    def at(self, now: float) -> None:
        """Take the time *now*: poles whose time is over are no longer waited for."""
        while self._deadlines and self._deadlines[0][0] <= now:
            past = heapq.heappop(self._deadlines)
            self._over.append(past)
            if self._waiting.get(past[2]) == past[1]:
                del self._waiting[past[2]]

    def forget(self, before: float) -> None:
        """Drop all messages that were to be answered by *before*, for an exchange that goes on for months."""
        self.at(before)
        while self._over and self._over[0][0] < before:
            _, n, pole = self._over.popleft()
            self._sent.pop(n, None)
            self._heard.discard((pole, n))
            if self._latest.get(pole) == n:
                del self._latest[pole]
                answer = self._answers.pop(pole, None)
                self._applied -= answer is not None and answer.applied

    # -- results

    def outcomes(self) -> Mapping[str, Ack]:
        """{pole: its answer to the latest message to it}, in the order of the answers.  Not to be changed."""
        return self._answers

    def applied(self) -> list[str]:
        """The poles that applied it, in the order of their answers."""
        return [pole for pole, ack in self._answers.items() if ack.applied]

    def rejected(self) -> Rejections:
        """{pole: (reason, detail)} of those that rejected it."""
        return {pole: (ack.reason or "?", ack.detail) for pole, ack in self._answers.items() if not ack.applied}

    def silent(self) -> list[str]:
        """The poles that have not answered, whether they are still waited for or not."""
        return [pole for pole in self._latest if pole not in self._answers]

    @property
    def waiting(self) -> int:
        """How many poles are waited for."""
        return len(self._waiting)

    @property
    def counts(self) -> tuple[int, int]:
        """How many poles were sent a message (or answered), and how many of them have not answered."""
        return len(self._latest), len(self._latest) - len(self._answers)

    @property
    def complete(self) -> bool:
        """Whether every pole applied it."""
        return self._applied == len(self._latest)

    def _expect(self, pole: str, n: int) -> None:
        self._latest[pole] = n
        before = self._answers.pop(pole, None)
        self._applied -= before is not None and before.applied


class ExchangeOutcome:
    """The results of *exchange* so far, for a verb to report; each verb adds its own fields."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    @property
    def applied(self) -> list[str]:
        return self._exchange.applied()

    @property
    def rejected(self) -> Rejections:
        return self._exchange.rejected()

    @property
    def silent(self) -> list[str]:
        return self._exchange.silent()

    @property
    def counts(self) -> tuple[int, int]:
        """How many poles were sent a message, and how many of them have not answered."""
        return self._exchange.counts

    @property
    def complete(self) -> bool:
        """Whether every pole applied it."""
        return self._exchange.complete


def rejections_as_json(rejected: Rejections) -> dict[str, Any]:
    """*rejected* for programs."""
    return {pole: {"reason": reason, "detail": detail} for pole, (reason, detail) in sorted(rejected.items())}
