"""A sender of the city over a broker: learns which poles there are and the time there, sends, and collects acks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator

from host_tools.broker.connection import Link, Message
from host_tools.broker.retained import Reading, read
from host_tools.city.commands.exchange import Exchange
from host_tools.city.commands.place import Place
from host_tools.wire.from_pole import Ack
from host_tools.wire.sender_numbers import Counters
from host_tools.wire.simulated_clock import WAIT_S, SiteClock, no_simulation
from host_tools.wire.simulated_clock import topic as clock_topic
from host_tools.wire.topics import Topic, cut
from pole.wire import contract

PUBLISH_S, LEAST_PUBLISH_S = 10.0, 0.5  # longest wait for the broker to take what is sent, and the shortest of it
PUBLISH_A_S = 1000  # messages that a broker takes in a second, at least
TURN_S = 0.05  # longest wait for an answer in one turn
QUIET_S, SETTLE_S = 0.3, 5.0  # the site's time is known once nothing came for the first, after the second at most


class Speaker:
    """Sends to the poles of *place* over *link* under the name *sender*.

    *link* must be subscribed to `topics(place)`.  ``clock`` is the time at the site.
    """

    reads: tuple[str, ...] = ()  # the retained kinds that `look` reads

    def __init__(self, place: Place, link: Link, sender: str, counters: Counters) -> None:
        self.place = place
        self.link = link
        self.sender = sender
        self.clock = SiteClock(place.simulated)
        self.unsure = False  # whether the broker may have poles of which it has said nothing
        self._counters = counters
        self._clock_topic = clock_topic(place.root, place.site)
        self._session = 0  # of the link, in which acks are heard

    def look(
        self, names: Iterable[str] | None = None, progress: Callable[[int, int], None] = lambda a, b: None
    ) -> None:
        """Learn which poles there are (of *names* only, where given) and the time at the site.

        *progress* is called with how many messages are here, and of how many.  Raises CommandError where no simulation
        tells the time, BrokerError.
        """
        head, wild = f"{self.place.root}/{self.place.site}", names is None
        known = [pole.name for pole in self.place.poles] if names is None else names
        if self.reads:
            reading = Reading(self.link, head, self.reads, known, wild=wild)
            read(self.link, reading, self.note, progress)
            self.unsure = reading.unsure
        else:
            for message in self.link.settle(QUIET_S, SETTLE_S):
                self.note(message)
        until = time.monotonic() + WAIT_S
        while self.clock.simulated and not self.clock.fresh:
            left = until - time.monotonic()
            if left <= 0:
                raise no_simulation(self._clock_topic, str(self.place.broker))
            awaited = self.link.take(left)
            if awaited:
                self.note(awaited)

    def remark(self) -> str:
        """A remark for the user on the time at the site; empty where there is none, or it was given before."""
        return self.clock.remark(self._clock_topic)

    def number(self, many: int = 1) -> int:
        """The next *n* of this sender, the first of *many*.  Raises CommandError where it cannot be kept."""
        return self._counters.next(self.sender, *self._when(), many)

    def learn(self, mark: int | None) -> None:
        """Take the *mark* for which a pole has refused a number of this sender.  Raises CommandError."""
        if mark is not None:
            self._counters.learn(self.sender, mark, *self._when())

    def _when(self) -> tuple[int, str]:
        """The time at the site in ms, and the name of the simulation it is from; empty for real time."""
        simulated = f"{self.place.broker}/{self.place.site}" if self.clock.simulated else ""
        return int(self.clock.now() * 1000), simulated

    def exchange(self, many: int) -> Exchange:
        """An exchange with the poles under this sender's name, its first *many* messages numbered together."""
        block: Iterator[int] = iter(())

        def number() -> int:
            nonlocal block, many
            n = next(block, None)
            if n is None:
                n = self.number(many)
                block, many = iter(range(n + 1, n + many)), 1
            return n

        return Exchange(self.link, self.sender, number)

    def converse(
        self, exchange: Exchange, until: float, progress: Callable[[], None],
        answered: Callable[[Ack], None] = lambda ack: None, turn: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """Wait until the broker has what *exchange* has posted, and then for the answers.

        *until* (monotonic s) ends the wait.  *answered* takes each answer, *progress* is called after some of them,
        *turn* at intervals.  Raises BrokerError where the broker does not accept it.
        """
        left = max(LEAST_PUBLISH_S, until - time.monotonic())
        self.link.taken(min(PUBLISH_S + exchange.counts[0] / PUBLISH_A_S, left))
        progress()
        while True:
            exchange.at(time.monotonic())
            if not exchange.waiting:
                return
            turn()
            if self.listen(exchange, until, TURN_S, answered):
                progress()

    def listen(
        self, exchange: Exchange, until: float, for_s: float, answered: Callable[[Ack], None] = lambda ack: None
    ) -> int:
        """Wait up to *for_s* for a message, and take all that have come; how many of them were answers."""
        self.hear_acks(until)
        message = self.link.take(for_s)
        answers = 0
        while message:
            ack = exchange.heard(message)
            if ack:
                answers += 1
                self.learn(ack.mark)
                answered(ack)
            else:
                self.note(message)
            message = self.link.take(0)
        return answers

    def hear_acks(self, until: float) -> None:
        """Subscribe to acks in this session of the link.

        At QoS 0: a broker queues no more than max_queued_messages for a client that is slow to acknowledge, and drops
        the rest of a city's answers.
        """
        if not self.link.connected or self._session == self.link.sessions:
            return
        self._session = self.link.sessions
        asked = self.link.subscribe([f"{self.place.root}/{self.place.site}/+/{contract.ACK}"])
        while not self.link.granted(asked) and self.link.connected and time.monotonic() < until:
            self.link.pause(TURN_S)

    def note(self, message: Message) -> None:
        """Take a message of the broker."""
        if message.topic == self._clock_topic:
            self.clock.feed(message.payload, message.retained)
            return
        topic = cut(message.topic)
        if topic:
            self.heard(topic, message)

    def heard(self, topic: Topic, message: Message) -> None:
        """Take a message of a pole, or to it, on *topic*."""


def topics(place: Place) -> list[str]:
    """The topics a Speaker's link must be subscribed to: the poles' answers, and the time."""
    return [f"{place.root}/{place.site}/+/{contract.ACK}", clock_topic(place.root, place.site)]
