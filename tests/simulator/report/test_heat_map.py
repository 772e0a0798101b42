"""The heat map of a night: its rows, its columns, and its faults."""

from dataclasses import replace

import pytest

from simulator.report import heat_map
from simulator.report.episodes import Event
from simulator.report.night import NightLog
from tests.simulator.small_site import pole, run_time, site

MINUTE_MS = 60_000


def test_a_street_has_a_row_a_pole_and_a_city_a_row_a_feeder(monkeypatch: pytest.MonkeyPatch) -> None:
    poles = [replace(pole(number), feeder=feeder) for number, feeder in enumerate(("F2", "F1", "F2", "", "F3"), 1)]
    city = site().with_poles(poles)
    assert heat_map.rows_of(city) == {f"P000{number}": [f"P000{number}"] for number in range(1, 6)}
    monkeypatch.setattr(heat_map, "POLES_MOST", 4)
    assert heat_map.rows_of(city) == {
        "F2": ["P0001", "P0003"], "F1": ["P0002"], "no feeder": ["P0004"], "F3": ["P0005"],
    }  # fmt: skip
    monkeypatch.setattr(heat_map, "ROWS_MOST", 2)
    assert heat_map.rows_of(city) == {"F2": ["P0001", "P0003", "P0002"], "no feeder": ["P0004", "P0005"]}


def test_a_row_is_the_mean_light_and_marks_faults_until_they_end() -> None:
    time = run_time()
    log = NightLog(time)
    for minute, first, second in ((0, 0.0, 0.0), (10, 100.0, 0.0), (20, 100.0, 50.0), (59, 100.0, 50.0)):
        log.sample("P0001", minute * MINUTE_MS, first, 1.0)
        log.sample("P0002", minute * MINUTE_MS, second, 1.0)
    rows = {"F1": ["P0001", "P0002"], "F2": ["P0009"]}
    lit, unknown = heat_map.levels_of(log, rows, 600, 6)
    assert lit == [0.0, 50.0, 75.0, 75.0, 75.0, 75.0]
    assert all(level != level for level in unknown)
    events = [
        Event("a-1", "P0001", "lampFailure", True, time.unix(12 * MINUTE_MS)),
        Event("a-2", "P0001", "lampFailure", False, time.unix(25 * MINUTE_MS)),
        Event("b-1", "P0009", "supplyLoss", True, time.unix(45 * MINUTE_MS)),
    ]
    spells = heat_map.fault_spells(events, time, 60 * MINUTE_MS)
    assert spells == {"P0001": [(12 * MINUTE_MS, 25 * MINUTE_MS)], "P0009": [(45 * MINUTE_MS, 60 * MINUTE_MS)]}
    marked = heat_map.faults_of(spells, rows, 600, 6)
    assert marked == [[False, True, True, False, False, False], [False, False, False, False, True, True]]
