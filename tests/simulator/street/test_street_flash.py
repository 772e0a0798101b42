"""With any damage of a pole's data partition the street is lit and the pole reports."""

import pytest

from host_tools.wire import commands
from pole.wire import ack_reasons, contract
from tests.simulator.streets import HOUR_MS, MINUTE_MS, NIGHT, City, live, stored

ENGINES = pytest.mark.parametrize("engine", ["cpython", "micropython"])
CORRUPT = '[[happening]]\nkind = "data_corrupt"\npole = "P0001"\nat = "+30m"\n'


def flash_of(street):
    return street.poles["P0001"].pole.flash


@ENGINES
def test_a_new_pole_makes_its_file_system_and_keeps_its_counters_in_it(engine: str) -> None:
    lived = live(0.5, poles=1, start=NIGHT, engine=engine)
    assert lived.street.failures() == []
    flash = flash_of(lived.street)
    assert flash.programmed > 0 and flash.bytes_held < 16384
    files = stored(flash)
    assert files.names() == ["counters.json", "curve.json"]
    assert not (lived.street.folder / "P0001" / "data").exists()


@ENGINES
def test_rubbish_on_the_flash_costs_what_was_stored_and_nothing_of_the_light(engine: str) -> None:
    cities = []

    def begin(street):
        city = City(street)
        cities.append(city)
        body = commands.override(40, city.unix(2 * HOUR_MS), ref="T-1")
        city.send(10 * MINUTE_MS, body)
        city.look(29 * MINUTE_MS, "before")
        city.look(40 * MINUTE_MS, "after")
        city.send(45 * MINUTE_MS, body)
        city.look(59 * MINUTE_MS, "again")

    lived = live(1, poles=1, start=NIGHT, engine=engine, scenario=CORRUPT, begin=begin)
    assert lived.street.failures() == []
    assert lived.report["dark_minutes"] == 0
    lights = cities[0].lights
    assert abs(lights["before"] - 0.4) < 0.1 and lights["after"] > 0.95 and abs(lights["again"] - 0.4) < 0.1
    births = lived.said("P0001", contract.BIRTH)
    assert [birth["bootCount"] for _ms, birth in births] == [1, 2]
    assert 30 * MINUTE_MS < births[1][0] < 33 * MINUTE_MS
    assert [ack["outcome"] for ack in lived.acks()] == ["applied", "applied"]
    told = [event["eventType"] for _ms, event in lived.said("P0001", contract.EVENT)]
    assert told == ["supplyLoss", "supplyLoss", "dataReformatted"]
    assert "commands.json" in stored(flash_of(lived.street)).names()


@ENGINES
def test_a_flash_that_takes_nothing_costs_no_light_and_not_the_link(engine: str) -> None:
    def begin(street):
        flash_of(street).protected = True
        city = City(street)
        city.send(10 * MINUTE_MS, commands.override(40, city.unix(HOUR_MS), ref="T-1"))

    scenario = '[[happening]]\nkind = "power_cut"\npole = "P0001"\nat = "+20m"\nuntil = "+21m"\n'
    lived = live(0.7, poles=1, start=NIGHT, engine=engine, begin=begin, scenario=scenario)
    assert lived.street.failures() == []
    assert lived.report["dark_minutes"] == 0
    assert len(lived.said("P0001", contract.BIRTH)) == 2
    assert [(ack["outcome"], ack["reason"]) for ack in lived.acks()] == [("rejected", ack_reasons.NOT_STORED)]
    assert lived.targets("P0001", 0, 40 * MINUTE_MS) == {100}


@ENGINES
def test_a_flash_that_fails_in_the_night_costs_no_light(engine: str) -> None:
    def begin(street):
        city = City(street)
        city.send(5 * MINUTE_MS, commands.override(40, city.unix(HOUR_MS), ref="T-1"))
        street.kernel.at(10 * MINUTE_MS, lambda: setattr(flash_of(street), "protected", True))
        city.send(15 * MINUTE_MS, commands.override(60, city.unix(HOUR_MS), ref="T-2"))

    lived = live(0.7, poles=1, start=NIGHT, engine=engine, begin=begin)
    assert lived.street.failures() == []
    assert lived.report["dark_minutes"] == 0
    assert [ack["reason"] for ack in lived.acks()] == ["", ack_reasons.NOT_STORED]


def test_the_report_says_how_long_the_flash_would_last() -> None:
    report = live(6, poles=2, start=NIGHT).report["flash"]
    assert 2 < report["mean_erases_a_day"] < 100
    assert report["worst_block_erases_a_day"] <= 2 * report["mean_erases_a_day"]
    assert report["years_to_100000_erases"] == pytest.approx(
        100_000 / report["worst_block_erases_a_day"] / 365.25, rel=0.01
    )
    assert 0 < report["mean_bytes_programmed_a_day"] < 1_000_000


def test_two_engines_do_the_same_to_the_flash() -> None:
    of_engine = []
    for engine in ("cpython", "micropython"):
        flash = flash_of(live(1, poles=1, start=NIGHT, engine=engine, scenario=CORRUPT).street)
        of_engine.append((list(flash.erases), flash.programmed))
    assert of_engine[0] == of_engine[1]
