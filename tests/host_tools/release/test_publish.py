"""Pieces on a real broker: all of them are there, none is sent twice, and what is not allowed is said."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from host_tools.broker.connection import Link, Message
from host_tools.broker.mosquitto import Mosquitto
from host_tools.errors import BrokerError
from host_tools.release import publish as module
from host_tools.release.container import Release
from host_tools.release.publish import Published, pieces_of, publish, topics_of
from tests.host_tools.release.releases import app, release

HEAD = "diya/1/sagar"


@pytest.fixture(scope="module")
def broker() -> Iterator[Mosquitto]:
    with Mosquitto() as one:
        yield one


def retained(broker: Mosquitto) -> dict[str, bytes]:
    with Link(broker.address, [f"{HEAD}/_update/#"]) as link:
        return {message.topic: message.payload for message in link.settle(0.4, 20)}


def brought(broker: Mosquitto, one: Release, *old: Release) -> tuple[Published, list[tuple[int, int]]]:
    told: list[tuple[int, int]] = []
    with Link(broker.address, topics_of(HEAD, (one, *old))) as link:
        return publish(link, HEAD, one, old, lambda done, of: told.append((done, of))), told


def test_all_pieces_are_retained_none_is_sent_twice_and_a_release_that_is_forgotten_is_removed(
    broker: Mosquitto,
) -> None:
    old = release({**app(), "large.mpy": random.Random(5).randbytes(90_000)}, boards=("esp32-devkitc", "virtual"))
    done, told = brought(broker, old)
    pieces = {f"{HEAD}/{topic}": data for topic, data in pieces_of(old).items()}
    assert len(pieces) == len(old.pieces("virtual")) > module.AT_ONCE  # both boards have the same files
    assert done == Published(len(pieces), 0, 0, sum(map(len, pieces.values())))
    assert told[-1] == (len(pieces), len(pieces)) and retained(broker) == pieces
    assert brought(broker, old)[0][:3] == (0, len(pieces), 0)
    new = release(app(1), version="0.3.0")
    done, _ = brought(broker, new, old)
    assert (done.sent, done.removed) == (len(new.pieces("virtual")), len(pieces))
    assert retained(broker) == {f"{HEAD}/{topic}": data for topic, data in pieces_of(new).items()}


def test_a_piece_that_was_changed_on_the_broker_is_right_again(broker: Mosquitto) -> None:
    one = release(app(2))
    brought(broker, one)
    topic, data = one.pieces("virtual")[2]
    with Link(broker.address, ["x"]) as link:
        link.publish(f"{HEAD}/{topic}", b"other", retain=True)
    assert brought(broker, one)[0].sent == 1
    assert retained(broker)[f"{HEAD}/{topic}"] == data


class Deaf:
    """A broker that acknowledges everything and keeps nothing, as one whose access control list forbids it."""

    def post(self, topic: str, payload: bytes, retain: bool = False) -> None:
        pass

    def taken(self, wait_s: float) -> None:
        pass

    def take(self, wait_s: float) -> Message | None:
        return None


def test_a_broker_that_takes_a_piece_and_does_not_keep_it_is_found_out() -> None:
    with pytest.raises(BrokerError, match=r"took diya/1/sagar/_update/\w{16}/0 and does not have it: its access"):
        publish(Deaf(), HEAD, release(app()))
