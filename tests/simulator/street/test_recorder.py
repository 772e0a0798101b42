"""What the recorder understands of the wire: who reported what, acks, events, and which darkness was ordered."""

import json
from dataclasses import replace
from typing import Any

import pytest

from host_tools.wire import commands, envelope
from pole.wire import ack_reasons, contract
from simulator.kernel import Kernel
from simulator.street.recorder import Recorder
from simulator.street.transcript import Transcript
from tests.simulator.small_site import site

NOW = 1795530600
HEAD = "diya/1/town"


class Desk:
    def __init__(self) -> None:
        self.kernel = Kernel()
        self.transcript = Transcript()
        self.excused: list[tuple[int, str]] = []
        self.recorder = Recorder(self.kernel, site(), lambda: NOW + self.kernel.now_ms // 1000, self.transcript)
        self.recorder.excuse = lambda pole: self.excused.append((self.kernel.now_ms, pole))

    def say(self, pole: str, kind: str, **values: Any) -> None:
        self.recorder.heard(f"{HEAD}/{pole}/{kind}", json.dumps(values).encode())

    def order(self, n: int, body: str, topic: str = f"{HEAD}/P0001/command") -> None:
        self.recorder.heard(topic, envelope.seal(topic, "city", n, body))

    def ack(self, pole: str, n: int, outcome: str = ack_reasons.APPLIED, reason: str = "") -> None:
        self.say(pole, contract.ACK, v=1, sender="city", n=n, outcome=outcome, reason=reason)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_messages_of_poles_are_counted_and_those_of_others_are_not(desk: Desk) -> None:
    desk.say("P0001", contract.PRESENCE, online=True)
    desk.say("P0001", contract.BIRTH, v=1)
    desk.say("P0099", contract.BIRTH, v=1)  # no pole of this site
    desk.recorder.heard("elsewhere/town/P0001/state", b"{}")
    desk.recorder.heard(f"{HEAD}/_sim/clock", b"{}")
    desk.recorder.heard(f"{HEAD}/P0001/nonsense", b"{}")
    assert desk.recorder.messages == 2
    assert desk.recorder.bytes == len(f'{HEAD}/P0001/presence{{"online": true}}{HEAD}/P0001/birth{{"v": 1}}')
    assert desk.recorder.reported["P0001"] == {contract.PRESENCE, contract.BIRTH}
    assert desk.recorder.reported["P0002"] == set()
    assert not any("_sim" in line for line in desk.transcript.lines())


def test_a_will_is_no_report(desk: Desk) -> None:
    desk.say("P0001", contract.PRESENCE, online=False)
    assert desk.recorder.reported["P0001"] == set()


@pytest.mark.parametrize("payload", [b"", b"\xff\xff", b"[]", b"null", b'{"id":1}', b'{"n":{}}', b"[" * 8000])
@pytest.mark.parametrize("kind", ["event", "ack", "presence", "state", "command"])
def test_rubbish_on_the_wire_stops_nothing(desk: Desk, kind: str, payload: bytes) -> None:
    desk.recorder.heard(f"{HEAD}/P0001/{kind}", payload)
    assert desk.recorder.events == []
    assert not desk.recorder.ordered_off("P0001")


def test_events_and_acks_are_taken_down(desk: Desk) -> None:
    event = {"v": 1, "id": "7-1", "eventType": "lampFailure", "startEndFlag": True, "timestamp": NOW}
    desk.say("P0003", contract.EVENT, **event)
    assert [(one.pole, one.event_type, one.starts) for one in desk.recorder.events] == [("P0003", "lampFailure", True)]
    desk.ack("P0001", 1)
    desk.ack("P0002", 1, ack_reasons.REJECTED, ack_reasons.REPLAYED)
    assert desk.recorder.acks == {"applied": 1, "replayed": 1}


def test_an_accepted_order_to_be_dark_excuses_until_it_expires(desk: Desk) -> None:
    desk.order(1, commands.override(0, NOW + 600))
    assert not desk.recorder.ordered_off("P0001")  # asked for is not accepted
    desk.ack("P0001", 1)
    assert desk.recorder.ordered_off("P0001")
    assert not desk.recorder.ordered_off("P0002")
    desk.kernel.run(599_999)
    assert desk.recorder.ordered_off("P0001")
    desk.kernel.run(600_000)
    assert not desk.recorder.ordered_off("P0001")
    assert desk.excused == [(0, "P0001"), (600_000, "P0001")]


def test_a_refused_order_and_one_to_a_lit_level_excuse_nothing(desk: Desk) -> None:
    desk.order(1, commands.override(0, NOW + 600))
    desk.ack("P0001", 1, ack_reasons.REJECTED, ack_reasons.BAD_MAC)
    desk.order(2, commands.override(10, NOW + 600, ref="lit"))
    desk.ack("P0001", 2)
    assert not desk.recorder.ordered_off("P0001")


@pytest.mark.parametrize("owner", ["incident", "lock"])
def test_an_order_that_can_only_raise_the_level_excuses_nothing(desk: Desk, owner: str) -> None:
    desk.order(1, commands.override(0, NOW + 600, owner=owner))
    desk.ack("P0001", 1)
    assert not desk.recorder.ordered_off("P0001")


def test_an_order_to_all_excuses_those_who_accepted_it(desk: Desk) -> None:
    desk.order(1, commands.override(0, NOW + 600), contract.all_topic("diya/1", "town"))
    desk.ack("P0002", 1)
    desk.ack("P0003", 1)
    assert [name for name in ("P0001", "P0002", "P0003") if desk.recorder.ordered_off(name)] == ["P0002", "P0003"]


def test_a_cancel_ends_the_excuse(desk: Desk) -> None:
    desk.order(1, commands.override(0, NOW + 600, ref="a"))
    desk.order(2, commands.override(0, NOW + 600, ref="b"))
    desk.ack("P0001", 1)
    desk.ack("P0001", 2)
    desk.order(3, commands.cancel("operator", "a"))
    desk.ack("P0001", 3)
    assert desk.recorder.ordered_off("P0001")
    desk.order(4, commands.cancel("incident"))
    desk.ack("P0001", 4)
    assert desk.recorder.ordered_off("P0001")
    desk.order(5, commands.cancel("operator"))
    desk.ack("P0001", 5)
    assert not desk.recorder.ordered_off("P0001")


def test_the_same_reference_again_takes_the_place_of_the_first(desk: Desk) -> None:
    desk.order(1, commands.override(0, NOW + 600, ref="a"))
    desk.ack("P0001", 1)
    desk.order(2, commands.override(80, NOW + 600, ref="a"))
    desk.ack("P0001", 2)
    assert not desk.recorder.ordered_off("P0001")


# -- poles that fall silent


def failures(desk: Desk) -> list[tuple[str, bool, int]]:
    found = [one for one in desk.recorder.events if one.event_type == "communicationFailure"]
    assert len({(one.pole, one.id) for one in found}) == len(found)
    return [(one.pole, one.starts, one.timestamp - NOW) for one in found]


def test_a_will_begins_a_failure_and_the_poles_word_ends_it(desk: Desk) -> None:
    desk.say("P0001", contract.PRESENCE, online=True)
    desk.kernel.run(90_000)
    desk.say("P0001", contract.PRESENCE, online=False)
    desk.say("P0001", contract.EVENT, id="7-1", eventType="lampFailure", startEndFlag=True, timestamp=NOW)
    desk.kernel.run(200_000)
    desk.say("P0001", contract.METER, v=1)
    assert failures(desk) == [("P0001", True, 90), ("P0001", False, 200)]
    assert not any("communicationFailure" in line for line in desk.transcript.lines())


def test_a_minute_without_the_broker_silences_who_was_online(desk: Desk) -> None:
    desk.say("P0001", contract.PRESENCE, online=True)
    desk.say("P0002", contract.PRESENCE, online=False)
    desk.kernel.run(10_000)
    desk.recorder.broker(False)
    desk.kernel.run(50_000)
    desk.recorder.broker(True)  # it was not even a minute
    desk.kernel.run(100_000)
    assert failures(desk) == [("P0002", True, 0)]
    desk.recorder.broker(False)
    desk.kernel.run(150_000)
    desk.recorder.broker(False)
    desk.kernel.run(170_000)
    desk.recorder.broker(True)
    desk.say("P0001", contract.PRESENCE, online=True)
    assert failures(desk)[1:] == [("P0001", True, 160), ("P0001", False, 170)]


def test_a_pole_without_a_word_is_noticed_after_two_refreshes_of_its_state(desk: Desk) -> None:
    for pole in ("P0001", "P0002"):
        desk.say(pole, contract.PRESENCE, online=True)
    desk.kernel.run(1_000_000)
    desk.say("P0002", contract.STATE, v=1)
    desk.kernel.run(2_200_000)
    assert failures(desk) == [("P0001", True, 2100)]


def test_an_event_of_a_pole_without_the_time_counts_from_when_it_was_heard(desk: Desk) -> None:
    desk.kernel.run(5000)
    event = {"v": 1, "id": "7-1", "eventType": "lampFailure", "startEndFlag": True, "timestamp": None}
    desk.say("P0003", contract.EVENT, **event)
    assert [one.timestamp for one in desk.recorder.events] == [NOW + 5]


def test_a_pole_on_a_switched_feeder_is_missed_in_the_evening_and_not_by_day() -> None:
    kernel, noon = Kernel(), 1795501800
    town = replace(site(), switched=frozenset(["F01"]))
    recorder = Recorder(kernel, town, lambda: noon + kernel.now_ms // 1000, None)
    for pole in ("P0001", "P0005"):  # on F01 and F02
        recorder.heard(f"{HEAD}/{pole}/presence", b'{"v":1,"online":true}')
        recorder.heard(f"{HEAD}/{pole}/presence", b'{"v":1,"online":false}')
    assert [one.pole for one in recorder.events] == ["P0005"]
    for hours, poles in ((6, ["P0005"]), (7, ["P0005", "P0001"])):  # 18:00 and 19:00; sunset is at 17:33
        kernel.run(hours * 3_600_000)
        assert [one.pole for one in recorder.events] == poles


def test_an_event_of_a_pole_that_may_go_by_a_wrong_clock_chip_counts_from_when_it_was_heard(desk: Desk) -> None:
    desk.recorder.wrong_clock = lambda pole: pole == "P0001"
    for number, (pole, at, replayed) in enumerate(
        [("P0001", NOW - 21, False), ("P0001", NOW - 900, True), ("P0001", NOW + 900, True), ("P0002", NOW - 21, False)]
    ):
        desk.say(
            pole, contract.EVENT, v=1, at=at, id=f"e-{number}", eventType="supplyLoss", startEndFlag=True, timestamp=at,
            replayed=replayed,
        )  # fmt: skip
    assert [(one.timestamp, one.dated) for one in desk.recorder.events] == [
        (NOW, False), (NOW, False), (NOW, False), (NOW - 21, True),
    ]  # fmt: skip
