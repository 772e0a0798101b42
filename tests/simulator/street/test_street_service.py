"""A laptop at a pole's console: it is told, and has done, what it asks for, and the street stays lit meanwhile."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest

from simulator.street.street import Street
from tests.simulator.streets import MINUTE_MS, NIGHT, Lived, live, watch_light

ENGINES = ("cpython", "micropython")
EVERY_MS = 30_000
HINDI = "त्योहार की रात, मंदिर मार्ग (क्\u200dष), १२"
CURVE = [[10, 16000, 600], [50, 72000, 870], [100, 152000, 980]]


class Laptop:
    """Types requests, one every half a minute from minute 5 on, and reads what the console said to each."""

    def __init__(self, street: Street, pole: str = "P0001") -> None:
        self.pole = street.poles[pole].pole
        self.kernel = street.kernel
        self.next_ms = 5 * MINUTE_MS
        self.text = ""

    def type(self, line: str) -> int:
        """When it is typed."""
        at, self.next_ms = self.next_ms, self.next_ms + EVERY_MS
        self.kernel.at(at, lambda: self.pole.type(line.encode() + b"\n"))
        return at

    def ask(self, number: int, do: str, **fields: Any) -> int:
        return self.type(json.dumps({"id": number, "do": do, **fields}))

    def listen(self, at_ms: int) -> None:
        def keep() -> None:
            self.text = self.pole.printed

        self.kernel.at(at_ms, keep)

    def answers(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines() if line.startswith("{")]


@cache
def visited(engine: str) -> tuple[Lived, Laptop, list[tuple[int, float]]]:
    """A pole at night that a laptop asks for everything."""
    there: list[Any] = []

    def begin(street: Street) -> None:
        laptop = Laptop(street)
        laptop.ask(1, "status")
        laptop.ask(2, "read")
        laptop.ask(3, "set", level=60, reason="a look at the lamp", **{"for": 45})
        laptop.ask(4, "read")
        laptop.ask(5, "status")
        laptop.ask(6, "ping")
        laptop.ask(7, "tilt")
        for at, point in enumerate(CURVE):
            laptop.ask(10 + at, "curve", at=at, of=len(CURVE), point=point)
        laptop.ask(20, "time", unix=street.time.start_unix + laptop.next_ms // 1000 + 1)
        laptop.ask(21, "time", unix=1_000_000_000)
        laptop.ask(22, "set", level=101, **{"for": 45})
        laptop.ask(23, "set", level=10, **{"for": 3601})
        laptop.ask(24, "boil")
        laptop.ask(25, "curve", at=2, of=3, point=[50, 1, 1])
        laptop.type("AT+GMR")
        laptop.type('{"id": 27, "do": "status", "pad": "' + "x" * 300 + '"}')
        laptop.type(json.dumps({"id": 28, "do": "set", "level": 40, "for": 600, "reason": HINDI}, ensure_ascii=False))
        laptop.ask(31, "status")
        laptop.ask(29, "release")
        laptop.ask(30, "status")
        laptop.listen(laptop.next_ms)
        there.extend((laptop, watch_light(street)))

    lived = live(0.5, poles=1, start=NIGHT, begin=begin, engine=engine)
    return lived, there[0], there[1]["P0001"]


def answer(engine: str, number: int) -> dict[str, Any]:
    (found,) = [one for one in visited(engine)[1].answers() if one["id"] == number]
    return found


@pytest.mark.parametrize("engine", ENGINES)
def test_the_pole_says_how_it_is_and_what_it_senses(engine: str) -> None:
    status = answer(engine, 1)
    assert (status["site"], status["pole"], status["level"], status["owner"]) == ("sagar", "P0001", 100, "calendar")
    assert (status["online"], status["clock"], status["faults"]) == (True, "synced", [])
    assert -100 < status["rssi"] < 0
    read = answer(engine, 2)
    assert 200 < read["supplyVoltage"] < 260
    assert 100 < read["activePower"] < 200
    assert (read["relay"], read["dim"], read["door"], read["gear"]) == (True, 100, False, True)
    assert "meter" in read["capabilities"]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_level_of_the_technicians_holds_for_its_time_and_no_longer(engine: str) -> None:
    given = answer(engine, 3)
    assert (given["level"], given["for"], given["ramp"]) == (60, 45, 2)
    there = answer(engine, 4)
    assert (there["dim"], there["relay"]) == (60, True)
    later = answer(engine, 5)
    assert (later["target"], later["owner"], later["held"]) == (100, "calendar", 0)
    assert answer(engine, 29)["released"] is True
    assert answer(engine, 30)["owner"] == "calendar"


@pytest.mark.parametrize("engine", ENGINES)
def test_a_reason_in_hindi_comes_back_whole_and_goes_to_the_city_whole(engine: str) -> None:
    assert answer(engine, 28)["ok"] is True
    assert (answer(engine, 31)["reason"], answer(engine, 31)["owner"]) == (HINDI, "local")
    assert HINDI in {state["reason"] for _ms, state in visited(engine)[0].said("P0001", "state")}


@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_a_laptop_asks_for_turns_the_light_off_or_starts_the_pole_anew(engine: str) -> None:
    lived, _laptop, light = visited(engine)
    assert lived.street.failures() == []
    assert answer(engine, 30)["bootCount"] == 1
    assert min(level for ms, level in light if ms > 2 * MINUTE_MS) > 0.3


@pytest.mark.parametrize("engine", ENGINES)
def test_the_broker_is_asked_and_the_time_it_takes_is_told(engine: str) -> None:
    assert 0 < answer(engine, 6)["ms"] < 2000


@pytest.mark.parametrize("engine", ENGINES)
def test_how_the_pole_stands_and_the_curve_of_its_lamp_are_kept(engine: str) -> None:
    x, y, z = answer(engine, 7)["acceleration"]
    assert (abs(x) < 60, abs(y) < 60, abs(z - 1000) < 60) == (True, True, True)
    assert [answer(engine, 10 + at)["points"] for at in range(3)] == [1, 2, 3]
    assert [answer(engine, 10 + at)["point"] for at in range(3)] == CURVE


@pytest.mark.parametrize("engine", ENGINES)
def test_the_laptops_time_is_taken_where_it_can_be_true(engine: str) -> None:
    taken = answer(engine, 20)
    assert taken["ok"] and abs(taken["unix"] - taken["was"]) <= 2
    refused = answer(engine, 21)
    assert not refused["ok"] and refused["error"].startswith("the time is ")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("number", "why"),
    [
        (22, "level is 101 and must be a whole number, 0 to 100"),
        (23, "for is 3601 and must be a whole number, 1 to 3600"),
        (24, "do is 'boil' and must be one of: "),
        (25, "at is 2 and must be at most 0: the points before it are missing"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(engine: str, number: int, why: str) -> None:
    refused = answer(engine, number)
    assert not refused["ok"]
    assert refused["error"].startswith(why)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_line_that_is_no_request_is_answered_as_one_that_is_not(engine: str) -> None:
    lost = [one for one in visited(engine)[1].answers() if one["id"] == 0]
    assert [one["error"] for one in lost] == ['a request is one line of JSON such as {"id":1,"do":"status"}'] * 2


@pytest.mark.parametrize("engine", ENGINES)
def test_the_journal_is_read_event_by_event(engine: str) -> None:
    laptops: list[Laptop] = []

    def begin(street: Street) -> None:
        laptop = Laptop(street)
        for number, first in enumerate((0, 1, 2, 3), 1):
            laptop.ask(number, "journal", **{"from": first})
        laptop.listen(laptop.next_ms)
        laptops.append(laptop)

    scenario = '[[happening]]\npole = "P0001"\nkind = "door_open"\nat = "+1m"\nuntil = "+3m"\n'
    live(0.2, poles=1, start=NIGHT, begin=begin, scenario=scenario, engine=engine)
    found = laptops[0].answers()
    assert [one["sequence"] for one in found] == [1, 1, 2, None]
    assert [one["event"]["eventType"] for one in found[1:3]] == ["cabinetDoorOpen"] * 2
    assert [one["event"]["startEndFlag"] for one in found[1:3]] == [True, False]
    assert found[3]["event"] is None and found[3]["next"] == 3


@pytest.mark.parametrize("engine", ENGINES)
def test_a_pole_that_was_put_up_leaning_is_upright_once_it_is_told_so(engine: str) -> None:
    """From then on it is judged against that, also after a power cut."""
    laptops: list[Laptop] = []

    def begin(street: Street) -> None:
        laptop = Laptop(street)
        laptop.ask(1, "status")
        laptop.ask(2, "tilt")
        laptop.next_ms += 3 * MINUTE_MS
        laptop.ask(3, "status")
        street.kernel.at(15 * MINUTE_MS, lambda: street.poles["P0001"].pole.power_off())
        street.kernel.at(16 * MINUTE_MS, lambda: street.poles["P0001"].pole.power_on())
        laptop.next_ms = 22 * MINUTE_MS
        laptop.ask(4, "status")
        laptop.listen(laptop.next_ms)
        laptops.append(laptop)

    scenario = '[[happening]]\npole = "P0001"\nkind = "tilt"\nat = "+1m"\nseverity = 0.3\nallow = ["impactDetected"]\n'
    live(0.5, poles=1, start=NIGHT, begin=begin, scenario=scenario, engine=engine)
    before, _tilt, after, again = laptops[0].answers()
    assert before["faults"] == ["orientationChanged"]
    assert after["faults"] == []
    assert again["faults"] == []
    assert again["bootCount"] == 2


def test_a_pole_without_the_time_is_given_the_laptops() -> None:
    laptops: list[Laptop] = []

    def begin(street: Street) -> None:
        laptop = Laptop(street)
        laptop.ask(1, "status")
        laptop.ask(2, "time", unix=street.time.start_unix + laptop.next_ms // 1000)
        laptop.ask(3, "status")
        laptop.listen(laptop.next_ms)
        laptops.append(laptop)

    scenario = (
        '[[happening]]\npole = "P0001"\nkind = "clock_lost"\nat = "+1m"\n'
        '[[happening]]\npole = "P0001"\nkind = "network_outage"\nat = "+1s"\n'
    )
    live(0.2, poles=1, start=NIGHT, begin=begin, scenario=scenario)
    before, given, after = laptops[0].answers()
    assert (before["unix"], before["clock"], before["online"]) == (None, "unknown", False)
    assert given["ok"] and given["was"] is None
    # a laptop alone is one witness: it is told, and the light does not go by it
    assert after["unix"] and (after["clock"], after["owner"]) == ("unknown", "photocell")
