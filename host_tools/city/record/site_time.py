"""The time of the site for a receiver: what a simulation tells, where that is to be used, and answers to poles."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from host_tools.broker.connection import Message
from host_tools.city.record.believed_times import FLOOR
from host_tools.city.record.time_answer import time_answer
from host_tools.keys.key import Key
from host_tools.wire.simulated_clock import WAIT_S, SiteClock
from host_tools.wire.topics import cut
from pole.wire import contract

LISTEN_S = 0.2  # longest wait for a message


class Broker(Protocol):
    """What is needed of the receiver's sessions."""

    @property
    def connected(self) -> bool:
        """Whether they are."""

    def listen(self, wait_s: float) -> list[Message]:
        """Messages of the live session within *wait_s*."""

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> bool:
        """Publish with QoS 1; False where there is no connection."""


class SiteTime:
    """Keeps *clock* by what comes on *topic*; answers are sealed with *keys*, those of the poles by name."""

    def __init__(self, clock: SiteClock, topic: str, keys: Mapping[str, Key], say: Callable[[str], None]) -> None:
        self._clock = clock
        self._topic = topic
        self._keys = keys
        self._say = say

    def wait(self, broker: Broker, going: Callable[[], bool]) -> list[Message]:
        """What comes until a simulation has told its time, at most for WAIT_S, where that is to be used."""
        until = time.monotonic() + WAIT_S
        heard: list[Message] = []
        while self._clock.simulated and not self._clock.fresh and going() and broker.connected:
            for message in broker.listen(LISTEN_S):
                self.note([message])
                heard.append(message)
            if not self._clock.fresh and time.monotonic() >= until:
                break
        return heard

    def note(self, messages: Iterable[Message]) -> None:
        """Take those of *messages* that tell the time of a simulation."""
        for message in messages:
            if message.topic == self._topic:
                self._clock.feed(message.payload, message.retained)
                remark = self._clock.remark(self._topic)
                if remark:
                    self._say(remark)

    def asked(self, message: Message) -> bool:
        """Whether *message* asks for the time."""
        if not message.topic.endswith("/" + contract.TIME):
            return False
        topic = cut(message.topic)
        return topic is not None and topic.kind == contract.TIME

    def answer(self, message: Message, broker: Broker) -> bool:
        """Answer *message*, which asks for the time; whether that could be done."""
        topic, now, clock = cut(message.topic), self._clock.now(), self._clock
        # a pole without keys would take ours for the answer of the simulation that is on this broker
        unsure = clock.ignored and (topic is None or topic.pole not in self._keys)
        if now < FLOOR or unsure or message.retained or (clock.simulated and not clock.fresh):
            return False
        answer = time_answer(message.topic, message.payload, int(now * 1000), self._keys)
        return answer is not None and broker.publish(*answer)
