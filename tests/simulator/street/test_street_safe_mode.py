"""A pole that dies young again and again starts in safe mode: lit, reachable, and nothing that could kill it."""

import pytest

from host_tools.wire import commands
from pole.wire import contract
from tests.simulator.streets import HOUR_MS, MINUTE_MS, NIGHT, City, live

ENGINES = pytest.mark.parametrize("engine", ["cpython", "micropython"])
HARD = 2


def restart(street, ms: int, deaths: int, words: bytes = b"") -> None:
    """At *ms* the chip is reset, with *deaths* early ones in its RTC memory."""

    def do() -> None:
        stage = street.poles["P0001"]
        stage.wiring.chip.handle(33, 0, 0, b"diya" + bytes([deaths]) + words)  # RTC_MEMORY_SET
        stage.pole._restart(HARD)

    street.kernel.at(ms, do)


def test_a_pole_whose_calendar_kills_it_is_lit_obeys_and_comes_back(monkeypatch) -> None:
    from pole.lighting.calendar import Calendar

    cities = []
    broken = True
    real = Calendar.at

    def at(self, unix):
        if broken:
            raise ZeroDivisionError("a calendar of rubbish")
        return real(self, unix)

    def begin(street) -> None:
        city = City(street)
        cities.append(city)
        city.look(2 * MINUTE_MS, "safe")
        city.send(5 * MINUTE_MS, commands.override(40, city.unix(15 * MINUTE_MS)))
        city.look(10 * MINUTE_MS, "commanded")
        city.look(20 * MINUTE_MS, "after")

        def mend() -> None:
            nonlocal broken
            broken = False

        street.kernel.at(50 * MINUTE_MS, mend)

    monkeypatch.setattr(Calendar, "at", at)
    lived = live(1.5, poles=1, start=NIGHT, begin=begin)
    assert len(lived.street.failures()) == 4
    assert lived.report["dark_minutes"] == 0
    lights = cities[0].lights
    assert lights["safe"] > 0.95 and lights["after"] > 0.95 and 0.2 < lights["commanded"] < 0.6
    assert [ack["outcome"] for ack in lived.acks()] == ["applied"]
    births = [birth for _ms, birth in lived.said("P0001", contract.BIRTH)]
    assert [birth["safeMode"] for birth in births] == [True, False]
    assert "journal" not in births[0]
    found = [(event["eventType"], event["startEndFlag"]) for _ms, event in lived.said("P0001", contract.EVENT)]
    assert found[:2] == [("deviceReset", None), ("safeMode", True)]
    assert ("safeMode", False) in found
    last = lived.said("P0001", contract.EVENT)[-1][1]
    assert last["eventType"] == "deviceReset" and last["attributes"]["lastWords"] == "the end of safe mode"
    first = lived.said("P0001", contract.EVENT)[0][1]["attributes"]
    assert first["earlyDeaths"] == 4 and first["lastWords"] == "ZeroDivisionError: a calendar of rubbish"
    # nothing it has not counted is said to be so
    assert [ms for ms, _meter in lived.said("P0001", contract.METER) if ms < HOUR_MS] == []
    assert lived.said("P0001", contract.STATE)[0][1]["reason"] in ("dark", "safe mode")
    assert "faults" not in lived.said("P0001", contract.STATE)[0][1]  # it looks at nothing, so it knows of none


@ENGINES
@pytest.mark.parametrize(("deaths", "safe"), [(3, False), (4, True), (255, True)])
def test_four_early_deaths_in_a_row_are_too_many(engine: str, deaths: int, safe: bool) -> None:
    lived = live(
        0.3,
        poles=1,
        start=NIGHT,
        engine=engine,
        begin=lambda street: restart(street, 5 * MINUTE_MS, deaths, b"oh \xff no"),
    )
    assert lived.said("P0001", contract.BIRTH)[-1][1]["safeMode"] is safe
    (reset,) = [event for _ms, event in lived.said("P0001", contract.EVENT) if event["eventType"] == "deviceReset"]
    assert reset["attributes"]["earlyDeaths"] == deaths and reset["attributes"]["lastWords"] == "oh  no"
    assert lived.report["dark_minutes"] == 0
    assert lived.street.failures() == []


@ENGINES
def test_ten_minutes_of_life_forget_what_was_before(engine: str) -> None:
    def begin(street) -> None:
        restart(street, 5 * MINUTE_MS, 3)
        street.kernel.at(16 * MINUTE_MS, lambda: street.poles["P0001"].pole._restart(HARD))

    lived = live(0.5, poles=1, start=NIGHT, engine=engine, begin=begin)
    resets = {  # by id: the second life does not know that the first one's has arrived
        event["id"]: event["attributes"]["earlyDeaths"]
        for _ms, event in lived.said("P0001", contract.EVENT)
        if event["eventType"] == "deviceReset"
    }
    assert list(resets.values()) == [3, 0]
    assert not any(birth["safeMode"] for _ms, birth in lived.said("P0001", contract.BIRTH))


def test_power_cuts_are_no_deaths() -> None:
    cuts = "".join(
        f'[[happening]]\nkind = "power_cut"\nat = "+{at}m"\nuntil = "+{at + 1}m"\n' for at in range(3, 33, 3)
    )
    lived = live(1, poles=1, start=NIGHT, scenario=cuts)
    assert not any(birth["safeMode"] for _ms, birth in lived.said("P0001", contract.BIRTH))
