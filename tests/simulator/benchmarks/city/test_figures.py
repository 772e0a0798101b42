"""The benchmark of the city's store runs, and its figures are of what it says."""

from __future__ import annotations

from pathlib import Path

from host_tools.city.store import hours, meters
from simulator.benchmarks.city.figures import measured
from simulator.benchmarks.city.store_bench import BEGIN
from tests.postgres import sqlite_file


def test_the_store_is_filled_asked_and_rolled_up(tmp_path: Path) -> None:
    database = sqlite_file(tmp_path / "city.db")
    rows = measured(database, 120 * 40, poles=120)
    assert [what for what, _said, _part in rows] == [
        "a reading written: our processor", "readings written", "last night of a pole, 168 readings: at most 50 ms",
        "state of all poles, as GeoJSON: at most 200 ms", "poles changed since a revision",
        "month's report, 30 nights of each: at most 2000 ms", "an hour of all poles worked out",
    ]  # fmt: skip
    with database.transaction() as connection:
        assert meters.count(connection) == 120 * 40
        worked_out = hours.read(connection, [1, 120], BEGIN - 3600, BEGIN + 3600)
        assert {pole: [one.n for one in found] for pole, found in worked_out.items()} == {1: [12], 120: [12]}
    database.close()
