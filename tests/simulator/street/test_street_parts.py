"""A pole lives through its own parts failing: lit, online, and it says which; and through floods of messages.

All parts, all errors, at every time: tests/soak/test_parts.py.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from host_tools.keys.key import Key
from host_tools.wire import commands
from pole.commands.handler import Commanding
from pole.control import Control
from pole.wire import contract
from simulator.device_modules import ops
from simulator.engines.cpython_net import CpythonStream
from simulator.network import mqtt_stream as mqtt
from tests.simulator.part_faults import FAULTS, try_fault
from tests.simulator.streets import MINUTE_MS, NIGHT, City, Lived, live

CHEAP = (
    ("relay pin", OSError, "dusk", "cpython"),
    ("PWM", ValueError, "dusk", "cpython"),
    ("watchdog, fed", RuntimeError, "start", "cpython"),
    ("UART read", MemoryError, "start", "micropython"),
    ("NVS written", OSError, "start", "cpython"),
    ("RTC memory read", ValueError, "start", "cpython"),
)


@pytest.mark.parametrize(("name", "error", "at", "engine"), CHEAP)
def test_a_part_that_raises_for_good_is_left_out_and_named(
    name: str, error: type[Exception], at: str, engine: str
) -> None:
    part, asked = FAULTS[name]
    outcome = try_fault(asked, error, for_good=True, at=at, engine=engine, hours=0.8 if at == "dusk" else 0.2)
    assert outcome.problem(part, networked=True) == ""


def events(lived: Lived, kind: str = "partFailure") -> list[dict[str, Any]]:
    found = {event["id"]: event for _ms, event in lived.said("P0001", contract.EVENT) if event["eventType"] == kind}
    return list(found.values())


def test_a_part_that_works_again_is_used_again_and_that_is_said_after_a_restart_too() -> None:
    def begin(street: Any) -> None:
        pole = street.poles["P0001"].pole
        handle = pole.handle

        def faulty(op: int, a: int = 0, b: int = 0, data: bytes = b"") -> tuple[int, bytes]:
            now = street.kernel.now_ms
            if (op == ops.ADC_READ and now < 6 * MINUTE_MS) or (op == ops.NVS_SET and now < 12 * MINUTE_MS):
                raise OSError(5)
            return handle(op, a, b, data)

        pole.handle = faulty
        street.kernel.at(20 * MINUTE_MS, lambda: pole._restart(2))

    lived = live(0.5, poles=1, start=NIGHT, begin=begin)
    told = [(e["startEndFlag"], e["attributes"]["part"], e["attributes"]["works"]) for e in events(lived)]
    assert (True, "photocell", False) in told and (True, "nvs", False) in told
    assert told[-1] == (False, "nvs", True)  # counted again by the start after the reset
    assert sum(e["startEndFlag"] is False for e in events(lived)) == 1
    assert events(lived)[-1]["attributes"]["parts"] == []


def test_a_file_that_cannot_be_written_is_named_and_the_others_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    from simulator.hardware import little_files

    put = little_files.LittleFiles._put

    def faulty(self: Any, name: str, flags: int, data: bytes) -> None:
        if name.startswith("counters.json"):
            raise RuntimeError("worn")
        put(self, name, flags, data)

    monkeypatch.setattr(little_files.LittleFiles, "_put", faulty)
    lived = live(0.5, poles=1, start=NIGHT)
    assert [event["attributes"]["part"] for event in events(lived)] == ["counters.json"]
    assert lived.street.resets() == {"powerOn": 1}


@pytest.mark.parametrize("size", [2, 1100])
def test_a_signed_command_is_obeyed_in_the_midst_of_a_flood_of_unsigned_ones(size: int) -> None:
    key = Key("P0001", bytes.fromhex("ab" * 32))

    def begin(street: Any) -> None:
        city = City(street)
        for at in range(600):
            city.publish(5 * MINUTE_MS + at * 100, b"x" * size)
        city.send(5 * MINUTE_MS + 30_000, commands.override(30, city.unix(20 * MINUTE_MS)), key=key)

    lived = live(0.15, poles=1, start=NIGHT, settings={"keys": {"P0001": "ab" * 32}}, begin=begin)
    assert [ack["outcome"] for ack in lived.acks() if ack["n"]] == ["applied"]
    assert lived.street.resets() == {"powerOn": 1}
    told = [ack["detail"] for ack in lived.acks() if ack["reason"] == contract.BUSY]
    answered = len(lived.acks()) - len(told)
    assert answered + sum(int(detail.split()[0]) for detail in told) == 601, "what was dropped is told"


def test_an_endless_line_on_the_console_keeps_nothing_back() -> None:
    def begin(street: Any) -> None:
        pole = street.poles["P0001"].pole
        for second in range(10):
            street.kernel.at(5 * MINUTE_MS + second * 1000, lambda: pole.type(bytes(range(4, 10)) * 200))
        question = b"\n" + json.dumps({"id": 1, "do": "status"}).encode() + b"\n"
        street.kernel.at(7 * MINUTE_MS, lambda: pole.type(question))
        street.kernel.at(8 * MINUTE_MS, lambda: answers.append(pole.printed))

    answers: list[str] = []
    lived = live(0.15, poles=1, start=NIGHT, engine="micropython", begin=begin)
    assert lived.street.resets() == {"powerOn": 1}
    assert '{"id":1,"ok":true' in answers[0]


FLOODS = {
    "tiny": b"{}",
    "large": b"x" * 8000,
    "larger than any may be": b"x" * 100_000,
    "deep": b"[" * 4000 + b'"mac"',
    "signed by nobody": b'{"v":1,"key":"P0001","sender":"s","n":1,"body":"{}","mac":"' + b"0" * 64 + b'"}',
}


def test_between_two_decisions_on_the_light_only_a_few_messages_are_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    light, take, read = Control._light, Commanding.take, CpythonStream.readinto
    since = {"judged": 0, "bytes": 0}  # the last decision, or the last time that others had their turn
    most = dict.fromkeys(since, 0)

    def count(what: str, n: int) -> None:
        since[what] += n
        most[what] = max(most[what], since[what])

    def lit(*arguments: Any) -> Any:
        since["judged"] = 0
        return light(*arguments)

    def judge(*arguments: Any) -> Any:
        count("judged", 1)
        return take(*arguments)

    async def take_in(stream: Any, buffer: Any) -> int:
        n = await read(stream, buffer)
        most["bytes"] = max(most["bytes"], n)
        return n

    monkeypatch.setattr(Control, "_light", lit)
    monkeypatch.setattr(Commanding, "take", judge)
    monkeypatch.setattr(CpythonStream, "readinto", take_in)
    answered: list[str] = []

    def begin(street: Any) -> None:
        city = City(street)
        for place, payload in enumerate(FLOODS.values()):
            for at in range(50):
                city.publish((3 + place) * MINUTE_MS + at, payload)
        topic = city.topic()
        message = mqtt.publish_frame(topic, b"{}", 0, False, 0) + mqtt.publish_frame(topic, b"x" * 900, 0, False, 0)
        endless = b"\x30\xff\xff\xff\x7f" + len(topic).to_bytes(2, "big") + topic.encode()

        def send(at: int, data: bytes) -> None:
            street.kernel.at(at, lambda: street.network.broker.sessions["sagar-P0001"]._send(data))

        pole = street.poles["P0001"].pole
        for minute in (4, 8, 9):
            at = minute * MINUTE_MS + 200
            street.kernel.at(at, lambda: pole.type(b"z" * 5000 + b"\n" * 500 + b'{"id":1,"do":"status"}\n'))
        street.kernel.at(11 * MINUTE_MS, lambda: answered.append(pole.printed))
        for at, byte in enumerate(message):  # one byte a time
            send(8 * MINUTE_MS + at, bytes([byte]))
        for at in range(500):  # and never an end
            send(9 * MINUTE_MS + at, b"x" * 1400 if at else endless)

    lived = live(0.2, poles=1, start=NIGHT, settings={"keys": {"P0001": "ab" * 32}}, begin=begin)
    assert lived.street.resets() == {"powerOn": 1} and lived.street.failures() == []
    assert lived.report["dark_minutes"] == 0
    assert 1 <= most["judged"] <= 4
    assert 512 <= most["bytes"] <= contract.MAX_PAYLOAD
    assert answered[0].count('"ok":true') == 3, "the console had its turns"
