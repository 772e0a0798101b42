"""The service's client on a line that loses, repeats and mixes things up."""

from __future__ import annotations

import pytest

from host_tools.language import Language
from host_tools.service import PoleGone, PoleSilent, Refused, Service
from host_tools.service.client import LONGEST_REQUEST
from tests.host_tools.service.fake_pole import FakePole


def service(pole: FakePole, log: list[str] | None = None) -> Service:
    return Service(pole, "socket://pole", None if log is None else log.append, pole.monotonic)


def test_questions_have_typed_answers() -> None:
    pole = FakePole()
    asked = service(pole)
    status, reading = asked.hello(), asked.read()
    assert (status.pole, status.level, status.owner, status.journal) == ("P0001", 100, "calendar", ("5eed", 1, 1))
    assert reading.power_w is not None and 80 < reading.power_w < 100
    assert reading.relay and reading.dim == 100 and reading.acceleration_mg is not None
    assert asked.set(40, 600, reason="test") is not None
    pole.pass_ms(500)
    assert asked.status().owner == "local"
    asked.release()
    assert asked.status().owner == "calendar"
    assert asked.ping() == 40


def test_log_lines_among_answers_go_to_whoever_wants_them() -> None:
    pole, log = FakePole(), []
    pole.say("diya: joined the network")
    pole.say('{"at": 3, "note": "JSON, but no answer"}')
    assert service(pole, log).status().pole == "P0001"
    assert log == ["diya: joined the network", '{"at": 3, "note": "JSON, but no answer"}']


def test_an_answer_behind_an_unended_log_line_is_found() -> None:
    pole, log = FakePole(), []
    pole._out = b"diya: half a li"
    assert service(pole, log).status().pole == "P0001"
    assert log == ["diya: half a li"]


@pytest.mark.parametrize("lost", range(0, 40, 3))
def test_a_byte_lost_on_the_way_there_is_asked_again_under_the_same_id(lost: int) -> None:
    pole = FakePole()
    left = [1]

    def spoil(data: bytes) -> bytes:
        if left and len(data) > lost:
            left.pop()
            return data[:lost] + data[lost + 1 :]
        return data

    pole.spoil = spoil
    before = pole.ms
    service(pole).set(50, 60)
    assert len({asked["id"] for asked in pole.requests}) <= 2  # a digit of it may have been what was lost
    assert pole.ms - before < 8000


@pytest.mark.parametrize("lost", range(0, 200, 17))
def test_a_byte_lost_on_the_way_back_is_asked_again_under_the_same_id(lost: int) -> None:
    pole = FakePole()
    left = [1]

    def spoil(data: bytes) -> bytes:
        if left:
            left.pop()
            return data[:lost] + data[lost + 1 :]
        return data

    pole.spoil_back = spoil
    assert service(pole).status().pole in ("P0001", "P001", "P000")  # a lost digit of a name nobody can see
    assert len({asked["id"] for asked in pole.requests}) == 1


def test_a_late_answer_to_somebody_else_is_not_taken_for_ours() -> None:
    pole = FakePole()
    pole.say('{"id": 17, "ok": true, "ms": 9999}')
    assert service(pole).ping() == 40


def test_a_refusal_says_what_the_pole_says() -> None:
    pole = FakePole()
    pole.ping_ms = None
    with pytest.raises(Refused, match="not connected to the broker"):
        service(pole).ping()


def test_silence_is_told_after_three_tries() -> None:
    pole = FakePole()
    pole.spoil = lambda data: b""
    with pytest.raises(PoleSilent, match="Nothing answers at socket://pole within 12 s"):
        service(pole).status()
    assert pole.ms < 3_600_000 + 13_000


@pytest.mark.parametrize(
    ("said", "cure"),
    [
        ("invalid header: 0xffffffff", "diya flash"),
        ("waiting for download", "reset button"),
        ("MicroPython v1.24.1 on 2024-11-29; Type help()\r\n>>> ", "mpremote"),
        ("login: ", "check the port"),
    ],
)
def test_a_port_that_is_no_pole_at_work_is_named_with_its_cure(said: str, cure: str) -> None:
    pole = FakePole()
    pole.spoil = lambda data: b""
    pole.say(said)
    with pytest.raises(PoleSilent, match=cure) as found:
        service(pole).hello(3.0)
    assert found.value.code == 11
    assert Language("hi").tell(found.value) != str(found.value)


def test_a_pulled_cable_is_one_sentence_in_either_language() -> None:
    pole = FakePole()
    asked = service(pole)
    pole.gone = True
    with pytest.raises(PoleGone, match="connection to socket://pole is lost"):
        asked.status()
    with pytest.raises(PoleGone, match="संपर्क टूट गया"), Language("hi").told():
        asked.status()


def test_a_pole_that_is_still_starting_is_waited_for() -> None:
    pole = FakePole()
    begin = pole.ms
    pole.spoil = lambda data: data if pole.ms > begin + 7000 else b""
    assert service(pole).hello().pole == "P0001"


def test_the_journal_is_read_to_its_end() -> None:
    pole = FakePole()
    pole.events = [{"eventType": "lampFailure", "startEndFlag": True}, {"eventType": "lampFailure"}]
    assert [(event.sequence, event.payload["eventType"]) for event in service(pole).journal(1)] == [
        (1, "lampFailure"),
        (2, "lampFailure"),
    ]


def test_no_request_is_longer_than_a_pole_takes() -> None:
    pole = FakePole()
    service(pole).set(100, 3600, 60, "कमीशनिंग: खंभे की जाँच और भी बहुत कुछ" * 3)  # six bytes a letter in JSON
    assert len(pole.requests) == 1
    with pytest.raises(ValueError, match=str(LONGEST_REQUEST)):
        service(pole).ask("set", reason="x" * 300)
