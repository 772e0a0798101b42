"""Splits the topics of a site, ``<root>/<site>/<pole>/<kind>``, into their parts."""

from __future__ import annotations

from typing import NamedTuple

from pole.wire import contract

_ANSWER = "/" + contract.TIME_ANSWER  # the one kind with two levels
_GROUP = "_group"  # before the name of a group, where else a pole's name stands


class Topic(NamedTuple):
    """The parts of a topic.  *root* may have many levels.

    *pole* is the name of a pole, ``_all``, ``_group/<group>``, or ``_sim`` for what a simulator tells.
    """

    root: str
    site: str
    pole: str
    kind: str

    @property
    def head(self) -> str:
        """``<root>/<site>``"""
        return f"{self.root}/{self.site}"

    def below(self, root: str, site: str) -> bool:
        """Whether it is a topic of that site."""
        return self.site == site and self.root == root

    @property
    def from_pole(self) -> bool:
        """Whether a pole writes there."""
        return self.kind in contract.DELIVERY and bool(self.pole) and not self.pole.startswith("_")

    def __str__(self) -> str:
        return "/".join(self)


def cut(topic: str) -> Topic | None:
    """The parts of *topic*; None where it has too few.  What stands in each part is not judged."""
    if topic.endswith(_ANSWER):
        head, kind = topic[: -len(_ANSWER)], contract.TIME_ANSWER
    else:
        head, _, kind = topic.rpartition("/")
    head, _, pole = head.rpartition("/")
    if head.endswith("/" + _GROUP):
        head, pole = head[: -len(_GROUP) - 1], f"{_GROUP}/{pole}"
    root, slash, site = head.rpartition("/")
    return Topic(root, site, pole, kind) if slash else None
