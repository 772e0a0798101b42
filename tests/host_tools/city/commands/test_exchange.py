"""Messages to poles and their answers, without a broker and without waiting."""

import json
import time
from itertools import count
from typing import Any

import pytest

from host_tools.broker.connection import Message
from host_tools.city.commands.exchange import Exchange, rejections_as_json
from host_tools.errors import CommandError
from host_tools.keys.key import Key
from pole.commands.judge import Commands

HEAD = "diya/1/sagar"
KEY = Key("P0001", bytes([7]) * 32)


class Broker:
    """Takes what is posted; ``answer`` is what a pole says to it."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, dict[str, Any], bool]] = []

    def post(self, topic: str, payload: bytes, retain: bool = False) -> None:
        self.posted.append((topic, json.loads(payload), retain))


class Desk:
    def __init__(self) -> None:
        self.broker = Broker()
        self.exchange = Exchange(self.broker, "desk", count(1).__next__)

    def send(self, pole: str, until: float = 60.0, **more: Any) -> int:
        return self.exchange.send(f"{HEAD}/{pole}/command", "{}", until=until, **more)

    def ack(self, pole: str, n: object, reason: str = "", retained: bool = False, **more: Any) -> bool:
        said = {"v": 1, "sender": "desk", "n": n, "outcome": "rejected" if reason else "applied", "reason": reason}
        message = Message(f"{HEAD}/{pole}/ack", json.dumps({**said, **more}).encode(), retained)
        return self.exchange.heard(message) is not None


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_each_answer_is_put_to_the_pole_that_gave_it(desk: Desk) -> None:
    ns = [desk.send(pole) for pole in ("P1", "P2", "P3")]
    assert (desk.exchange.waiting, desk.exchange.counts, desk.exchange.silent()) == (3, (3, 3), ["P1", "P2", "P3"])
    assert desk.ack("P2", ns[1])
    assert desk.ack("P1", ns[0], "belowFloor", detail="the level is 5")
    assert (desk.exchange.applied(), desk.exchange.rejected()) == (["P2"], {"P1": ("belowFloor", "the level is 5")})
    assert (desk.exchange.silent(), desk.exchange.waiting, desk.exchange.complete) == (["P3"], 1, False)
    assert rejections_as_json(desk.exchange.rejected()) == {"P1": {"reason": "belowFloor", "detail": "the level is 5"}}


def test_what_is_no_first_answer_to_what_was_sent_changes_nothing(desk: Desk) -> None:
    n, other = desk.send("P1"), desk.send("P2")
    assert not desk.ack("P1", n, sender="somebody else")
    assert not desk.ack("P1", other)  # P1 did not hear it
    assert not desk.ack("P9", n)
    assert not desk.ack("P1", n, retained=True)
    assert not any(desk.ack("P1", wrong) for wrong in (99, -1, True, 1.0, "1", None, [n]))
    for topic, payload in ((f"{HEAD}/P1/ack", b"["), (f"{HEAD}/P1/state", b'{"sender":"desk","n":1}'), ("", b"{}")):
        assert desk.exchange.heard(Message(topic, payload, False)) is None
    assert desk.exchange.silent() == ["P1", "P2"]
    assert desk.ack("P1", n)
    assert not desk.ack("P1", n, "busy")  # QoS 1: an answer may come twice, and only the first counts
    assert (desk.exchange.applied(), desk.exchange.counts) == (["P1"], (2, 1))


def test_on_a_topic_of_many_any_pole_may_answer_and_some_are_waited_for(desk: Desk) -> None:
    n = desk.exchange.send(f"{HEAD}/_group/main-road/command", "{}", poles=["P1", "P2"], until=60)
    assert len(desk.broker.posted) == 1 and desk.exchange.waiting == 2
    assert desk.ack("P7", n) and desk.ack("P1", n)
    assert (desk.exchange.applied(), desk.exchange.silent(), desk.exchange.counts) == (["P7", "P1"], ["P2"], (3, 1))
    assert desk.ack("P2", n) and desk.exchange.complete


def test_a_pole_whose_time_is_over_is_not_waited_for_and_may_still_answer(desk: Desk) -> None:
    first, second = desk.send("P1", until=10), desk.send("P2", until=20)
    desk.exchange.at(9.9)
    assert desk.exchange.waiting == 2
    desk.exchange.at(10)
    assert (desk.exchange.waiting, desk.exchange.silent()) == (1, ["P1", "P2"])
    assert desk.ack("P1", first) and desk.ack("P2", second)
    assert desk.exchange.complete and desk.exchange.waiting == 0


def test_a_pole_that_is_asked_again_is_waited_for_again(desk: Desk) -> None:
    first = desk.send("P1", until=10)
    assert desk.ack("P1", first, "badMac")
    second = desk.send("P1", until=30)
    assert (desk.exchange.waiting, desk.exchange.rejected(), desk.exchange.silent()) == (1, {}, ["P1"])
    desk.exchange.at(10)  # the time of the first is over, and not that of the second
    assert desk.exchange.waiting == 1 and not desk.ack("P1", first, "badMac")
    assert desk.ack("P1", second) and desk.exchange.complete
    third, fourth = desk.send("P1"), desk.send("P1")
    assert desk.ack("P1", fourth) and desk.ack("P1", third, "busy")  # the latest decides, and both are told
    assert desk.exchange.applied() == ["P1"] and desk.exchange.complete


def test_what_is_sent_is_sealed_for_the_pole_and_its_flashing(desk: Desk) -> None:
    nonce = "0123456789abcdef"
    desk.exchange.send(f"{HEAD}/P0001/command", lambda n: f'{{"n":{n}}}', KEY, nonce=nonce, retain=True)
    [(topic, said, retain)] = desk.broker.posted
    assert (said["key"], said["n"], said["body"], said["flashNonce"], retain) == ("P0001", 1, '{"n":1}', nonce, True)
    body = '{"type":"override","owner":"operator","level":60,"expiration":1795531800}'
    n = desk.exchange.send(f"{HEAD}/P0001/command", body, KEY)
    verdict = Commands({"P0001": KEY.secret.hex()}, {}).take(
        topic, json.dumps(desk.broker.posted[1][1]).encode(), 1795530000, 20
    )
    assert (verdict.outcome, verdict.n) == ("applied", n)
    with pytest.raises(CommandError, match="must be at most 8192"):
        desk.exchange.send(topic, "x" * 9000)
    assert len(desk.broker.posted) == 2 and desk.exchange.counts[0] == 1


def test_an_exchange_that_goes_on_for_months_forgets_what_is_over(desk: Desk) -> None:
    old, new = desk.send("P1", until=10), desk.send("P2", until=1000)
    desk.ack("P1", old)
    desk.exchange.forget(400)
    assert (desk.exchange.counts, desk.exchange.applied(), desk.exchange.complete) == ((1, 1), [], False)
    assert not desk.ack("P1", old) and desk.ack("P2", new) and desk.exchange.complete


def test_ten_thousand_poles_at_once_cost_less_than_two_seconds(desk: Desk) -> None:
    names = [f"P{number:05}" for number in range(10_000)]
    acks = [
        Message(f"{HEAD}/{name}/ack", f'{{"v":1,"sender":"desk","n":{n},"outcome":"applied"}}'.encode(), False)
        for n, name in enumerate(names, 1)
    ]
    began = time.process_time()
    for name in names:
        desk.send(name, until=60)
    for number, ack in enumerate(acks):  # as a console does it, which shows the numbers after each
        desk.exchange.heard(ack)
        desk.exchange.at(number / 1000)
        assert desk.exchange.waiting == 9_999 - number and not (desk.exchange.complete and number < 9_999)
    for ack in acks:
        assert desk.exchange.heard(ack) is None
    assert time.process_time() - began < 2
    assert desk.exchange.complete and desk.exchange.applied() == names
