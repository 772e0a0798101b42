"""What the outbox hands out: messages to seal and publish, and what it needs for them: numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from host_tools.city.commands.delivery import Delivery


class Numbers(Protocol):
    """The numbers of one sender, which no other program or task uses."""

    def next(self, many: int) -> int:
        """The first of *many*, stored before they are given out."""

    def learn(self, mark: int) -> None:
        """A pole holds *mark*: what is given out from now on is higher."""


@dataclass(frozen=True)
class Send:
    """A message to seal and publish: to *to*, a pole, or the topic of many (`_all`, `_group/NAME`)."""

    to: str
    many: bool
    key_name: str
    sender: str
    n: int
    body: str
    deliveries: tuple[Delivery, ...]
