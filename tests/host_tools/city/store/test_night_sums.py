"""Sums of nights: the same by pole and by night on both engines, of a month alone, and without a look at any meter."""

from __future__ import annotations

import time
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from host_tools.city.ledger.sums import Sums, together
from host_tools.city.store import night_sums
from host_tools.city.store.database import Database
from host_tools.city.store.meter_tables import night
from host_tools.city.store.night_sums import Wanted
from tests.host_tools.city.store.meter_bench import poles

FIRST, AFTER = date(2026, 11, 1), date(2026, 12, 1)


@pytest.fixture
def filled(database: Database) -> Database:
    keys = poles(database, "P0001", "P0002", "gone")
    rows = []
    for n in range(-3, 34):  # also of the months before and after
        for key in keys:
            known = key != keys[2]
            rows.append({
                "pole": key, "night": FIRST + timedelta(days=n), "wh": 900, "lit": 600, "dark": 60 + n, "unknown": 40,
                "should": 700 + n if known else None, "excluded": 0 if known else None,
                "lit_else": 5 if known else None, "baseline_wh": 1750 if known else None,
                "old_wh": 2900 if key == keys[0] else None,
            })  # fmt: skip
    with database.transaction() as connection:
        connection.execute(sa.insert(night), rows)
    return database


def test_sums_are_of_the_month_and_the_same_both_ways(filled: Database) -> None:
    with filled.transaction() as connection:
        by_pole = dict(night_sums.by_pole(connection, FIRST, AFTER))
        by_night = night_sums.by_night(connection, FIRST, AFTER)
    assert list(by_night) == [FIRST + timedelta(days=n) for n in range(30)]
    assert by_pole["gone"] == Sums(uncounted=30, uncounted_wh=27_000)
    known = together([by_pole["P0001"], by_pole["P0002"]])
    assert together(by_night.values()) == known
    assert (known.nights, known.should, known.lit) == (60, 2 * (30 * 700 + 435), 60 * 600)
    assert (by_pole["P0001"].old_nights, by_pole["P0002"].old_nights, known.old_used_wh) == (30, 0, 27_000)
    assert known.lit_baseline_wh == 2 * sum(1750 * 600 // (700 + n) for n in range(30))


def test_rows_are_chosen_by_pole_night_and_what_the_most_first(filled: Database) -> None:
    with filled.transaction() as connection:
        rows, count = night_sums.rows(connection, Wanted(FIRST, AFTER, None, "dark"), 5)
        assert (len(rows), count) == (5, 60)
        assert [row.dark for row in rows[:3]] == [89, 89, 88]
        rows, count = night_sums.rows(connection, Wanted(FIRST, AFTER, ["P0002"]), None)
        assert (count, {row.pole for row in rows}) == (30, {"P0002"})
        many = [f"X{n}" for n in range(600)] + ["P0001"]
        assert night_sums.rows(connection, Wanted(FIRST, AFTER, many), 7)[1] == 30
        assert night_sums.rows(connection, Wanted(FIRST, AFTER, None, "uncounted"), 7)[1] == 30
        assert night_sums.rows(connection, Wanted(FIRST, AFTER, []), 7) == ([], 0)


def test_a_month_of_many_nights_is_read_from_them_alone(database: Database) -> None:
    keys = poles(database, *(f"P{n:04}" for n in range(400)))
    with database.transaction() as connection:
        connection.execute(
            sa.insert(night),
            [
                {"pole": key, "night": FIRST + timedelta(days=n), "wh": 1, "lit": 1, "dark": 0, "unknown": 0,
                 "should": 1}
                for key in keys for n in range(30)
            ],
        )  # fmt: skip
        asked: list[str] = []
        event.listen(connection, "before_cursor_execute", lambda *args: asked.append(args[2]))
        began = time.process_time()
        assert len(night_sums.by_pole(connection, FIRST, AFTER)) == 400
        assert len(night_sums.by_night(connection, FIRST, AFTER)) == 30
        assert time.process_time() - began < 2
    assert asked
    assert not any("meter" in sql or "hour" in sql for sql in asked)
