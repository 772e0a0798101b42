"""The service's client on a line that loses, repeats and mixes things up."""

from __future__ import annotations

from typing import Any

import pytest

from host_tools.field.console_client import PoleGone, PoleSilent, Refused, Service
from host_tools.field.console_client.client import LONGEST_REASON
from host_tools.field.console_client.exchange import LONGEST_REQUEST
from host_tools.language import Language
from tests.host_tools.field.console_client.fake_pole import FakePole


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
    assert service(pole).status().pole in ("P0001", "P001", "P000")  # a lost digit of a name cannot be detected
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


@pytest.mark.parametrize("busy_ms", [10_000, 24_000])
def test_a_pole_that_is_busy_is_waited_for_and_said_to_be(monkeypatch: pytest.MonkeyPatch, busy_ms: int) -> None:
    """3 s of arithmetic for TLS, and 7 s for a name server that never answers: its console is deaf, but keeps bytes.

    Both twice, for the broker and the time; a virtual pole on a laptop with other work is as slow.
    """
    pole = FakePole()
    told: list[int] = []
    asked = service(pole)
    asked.on_busy = lambda: told.append(pole.ms)
    assert asked.hello().pole == "P0001" and told == []
    begin, kept = pole.ms, bytearray()
    write, read = pole.write, pole.read

    def keep(data: bytes) -> int:
        kept.extend(data[: 260 - len(kept)])
        return len(data)

    def wake(size: int = 1) -> bytes:
        if pole.ms >= begin + busy_ms:
            write(bytes(kept))
            kept.clear()
        return read(size)

    monkeypatch.setattr(pole, "write", keep)
    monkeypatch.setattr(pole, "read", wake)
    assert asked.status().pole == "P0001"
    assert len(told) == 1 and 2_000 < told[0] - begin < 4_000


def test_a_pole_that_answered_and_is_silent_is_busy_and_not_missing() -> None:
    pole = FakePole()
    asked = service(pole)
    asked.hello()
    pole.spoil = lambda data: b""
    with pytest.raises(PoleSilent, match="is there and has not answered for 30 s: it is busy") as found:
        asked.status()
    assert "व्यस्त" in Language("hi").tell(found.value)
    fresh = FakePole()
    fresh.spoil = lambda data: b""
    fresh.say("diya: looking for the broker")
    with pytest.raises(PoleSilent, match="is there and has not answered for 20 s"):
        service(fresh).hello()


class Loader(FakePole):
    """A chip that was put into its loader before the port was opened."""

    answer = b"\xc0\x01\x08\x04\x00\x07\x07\x12\x20\0\0\0\0\xc0"
    asks_for = b"\x07\x07\x12\x20" + 32 * b"\x55"

    def write(self, data: bytes) -> int:
        if self.asks_for in data:
            self._out += self.answer
        return len(data)


class RawRepl(Loader):
    answer = b"\r\nMicroPython v1.24.1 on 2024-11-29; Generic ESP32 module with ESP32\r\n>>> "
    asks_for = b"\x02"


@pytest.mark.parametrize(("kind", "words"), [(Loader, "waits in its loader"), (RawRepl, "is in maintenance")])
def test_a_chip_that_says_nothing_unasked_is_asked_what_it_is(kind: type[FakePole], words: str) -> None:
    with pytest.raises(PoleSilent, match=words):
        service(kind()).hello(3.0)


def test_hindi_comes_back_whole_however_its_bytes_are_split() -> None:
    pole = FakePole()
    read = pole.read
    pole.read = lambda size=1: read(1)  # type: ignore[method-assign]
    reason = "त्योहार की रात, मंदिर मार्ग (क्\u200dष)"
    assert len(reason) <= LONGEST_REASON
    asked = service(pole)
    asked.set(100, 3600, 60, reason)
    assert pole.requests[-1]["reason"] == reason
    pole.say('{"id": 0, "log": "' + reason + '"}')
    assert asked.status().reason == reason


def test_a_reason_of_any_script_fits_into_a_request() -> None:
    pole = FakePole()
    service(pole).set(100, 3600, 60, "🪔" * LONGEST_REASON)
    assert pole.requests[-1]["reason"] == "🪔" * LONGEST_REASON


ESCAPES = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202e"


def test_nothing_a_pole_says_acts_on_a_terminal() -> None:
    pole, log = FakePole(), []
    pole.say("log " + ESCAPES)
    pole.events = [{"eventType": "x" + ESCAPES, "attributes": {ESCAPES: [{"deep": ESCAPES}]}}]
    asked = service(pole, log)
    asked.set(50, 60, reason="ok")
    pole._held["reason"] = ESCAPES  # type: ignore[index]
    found = [str(asked.status()), *log, *(str(event) for event in asked.journal(1))]
    assert len(found) == 3 and not [one for one in found if set(one) & set(ESCAPES[:1] + "\x07\x9b\u202e")], found


@pytest.mark.parametrize(
    "answer",
    [
        '"level":Infinity', '"level":NaN', '"level":' + "9" * 5000, '"level":[]', '"faults":5', '"events":7',
        '"events":[1]', '"until":1e400', '"reason":' + "[" * 500 + "]" * 500, '"reason":null', '"faults":[{"a":1}]',
    ],
)  # fmt: skip
def test_an_answer_that_makes_no_sense_is_one_sentence(answer: str) -> None:
    class Odd(FakePole):
        def say(self, line: str) -> None:
            super().say(line.replace('"ok":true', f'"ok":true,{answer}', 1).replace(",,", ","))

        def _answer(self, line: bytes) -> dict[str, Any]:
            found = super()._answer(line)
            for name in ("level", "faults", "events", "until", "reason"):
                if f'"{name}"' in answer:
                    found.pop(name, None)
            return found

    try:
        assert service(Odd()).status().pole == "P0001"
    except (Refused, PoleSilent) as error:
        assert "\n" not in str(error)


def test_a_journal_that_goes_back_is_refused_and_not_read_for_ever() -> None:
    class Back(FakePole):
        def _answer(self, line: bytes) -> dict[str, Any]:
            found = super()._answer(line)
            return {**found, "sequence": 1} if "event" in found else found

    pole = Back()
    pole.events = [{"eventType": "lampFailure"}] * 3
    with pytest.raises(Refused, match="its answer cannot be understood"):
        list(service(pole).journal(1))
