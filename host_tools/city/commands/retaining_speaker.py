"""A sender of messages that the broker retains for each pole: knows what it retains, and what the poles said last."""

from __future__ import annotations

from typing import Any

from host_tools.broker.connection import Message
from host_tools.city.commands.speaker import Speaker
from host_tools.wire.from_pole import Birth, Presence, read
from host_tools.wire.topics import Topic
from pole.wire import contract


class RetainingSpeaker(Speaker):
    """``births``, ``online`` and ``kept``, what the broker retains of the kind ``retains``, are by pole.

    Its link must be subscribed to ``speaker.topics(place)``.
    """

    retains = ""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.reads = (contract.PRESENCE, contract.BIRTH, self.retains)
        self.births: dict[str, Birth] = {}
        self.kept: dict[str, bytes] = {}
        self.online: dict[str, bool] = {}

    def heard(self, topic: Topic, message: Message) -> None:
        if topic.kind == self.retains:
            self.kept[topic.pole] = message.payload
            return
        said = read(topic, message.payload)
        if isinstance(said, Birth):
            self.births[said.pole] = said
        elif isinstance(said, Presence):
            self.online[said.pole] = said.online
