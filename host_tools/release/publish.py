"""Brings a release's pieces to a broker as retained messages, and takes them back.

A broker does not say that a client may not write a topic (MQTT 3.1.1), so every piece is listened for as well: what
comes back is there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import NamedTuple, Protocol

from host_tools.broker.connection import Message
from host_tools.errors import BrokerError
from host_tools.release.container import Release
from pole.wire.city_side import PIECES

AT_ONCE = 64  # messages whose PUBACK is waited for together
QUIET_S, STUCK_S = 0.4, 20.0


class Broker(Protocol):
    """What is needed of the link to a broker, which listens to ``topics_of`` what is published and forgotten."""

    def post(self, topic: str, payload: bytes, retain: bool = False) -> None: ...
    def taken(self, wait_s: float) -> None: ...
    def take(self, wait_s: float) -> Message | None: ...


class Published(NamedTuple):
    """*sent*: pieces that were not there, *kept*: those that were, *removed*: of releases that are forgotten."""

    sent: int
    kept: int
    removed: int
    bytes: int


def pieces_of(release: Release) -> dict[str, bytes]:
    """{topic behind ``<root>/<site>/``: payload} of all its boards, each once."""
    return {topic: data for board in release.boards for topic, data in release.pieces(board)}


def topics_of(head: str, releases: Iterable[Release]) -> list[str]:
    """What the link has to listen to below *head* (``root/site``)."""
    contents = {release.package(board).topic for release in releases for board in release.boards}
    return [f"{head}/{PIECES}/{content}/+" for content in sorted(contents)]


def publish(
    link: Broker, head: str, release: Release, forget: Collection[Release] = (),
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Published:  # fmt: skip
    """Retains the pieces of *release* below *head*, and removes those of *forget* which it does not share.

    Pieces that are there are not sent again.  *progress*: (how many are done, of how many).  Raises BrokerError.
    """
    wanted = {f"{head}/{topic}": data for topic, data in pieces_of(release).items()}
    old = {f"{head}/{topic}": b"" for other in forget for topic in pieces_of(other)}
    there: dict[str, bytes] = {}
    while message := link.take(QUIET_S):
        there[message.topic] = message.payload
    missing = {topic: data for topic, data in wanted.items() if there.get(topic) != data}
    gone = {topic: data for topic, data in old.items() if topic not in wanted and there.get(topic)}
    _bring(link, missing | gone, progress)
    return Published(len(missing), len(wanted) - len(missing), len(gone), sum(map(len, wanted.values())))


def _bring(link: Broker, messages: Mapping[str, bytes], progress: Callable[[int, int], None]) -> None:
    """Publishes *messages*, and waits until each has come back."""
    left, waiting = list(messages.items()), dict(messages)
    while waiting:
        batch, left = left[:AT_ONCE], left[AT_ONCE:]
        for topic, data in batch:
            link.post(topic, data, retain=True)
        link.taken(STUCK_S)
        until = time.monotonic() + STUCK_S
        while any(topic in waiting for topic, _ in batch):
            message = link.take(max(0.0, until - time.monotonic()))
            if message is None:
                raise BrokerError(
                    f"the broker took {batch[0][0]} and does not have it: its access control list must let this user "
                    "write and read there (city.acl of `diya site broker-config`)"
                )
            if messages.get(message.topic) == message.payload:
                waiting.pop(message.topic, None)
                progress(len(messages) - len(waiting), len(messages))
