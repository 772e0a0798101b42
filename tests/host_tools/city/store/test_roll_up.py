"""Hours and nights are the same in whatever order readings come, and however often the receiver is killed."""

from __future__ import annotations

import random
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from host_tools.city.ledger.night import LONGEST_GAP_S, Seen, minutes
from host_tools.city.store import hours, meters, partitions, roll_up, tables
from host_tools.city.store.database import Database
from host_tools.city.store.hour_sums import HourSum, Sample, sums
from host_tools.city.store.local_time import LocalTime
from host_tools.city.store.partitions import METER
from tests.host_tools.city.store.meter_bench import (
    DAY,
    HOUR,
    INDIA,
    NOON,
    hours_of,
    nights_of,
    poles,
    reading,
    turns,
    write,
)
from tests.postgres import create_tables, sqlite_file

TONIGHT = date(2026, 11, 28)


def burning(pole: int, low: int, high: int, watts: float = 120.0, counter: int = 0) -> list[meters.Reading]:
    """Readings every five minutes of a lamp that burns."""
    return [
        reading(pole, at, counter + round((at - low) * watts / 3600), watts, 230.0, 100)
        for at in range(low, high, 300)
    ]  # fmt: skip


def test_an_hour_and_a_night_are_worked_out_once_they_are_over(database: Database) -> None:
    (pole,) = poles(database, "P0001")
    turns(database, NOON + 60)
    for at in range(NOON, NOON + DAY + 2 * HOUR, HOUR):
        write(database, burning(pole, at, at + HOUR, counter=(at - NOON) // HOUR * 120), at + HOUR)
        turns(database, at + 700)
    found = hours_of(database, pole)
    assert list(found)[:24] == list(range(NOON, NOON + DAY, HOUR))
    assert {one[1:] for one in list(found.values())[:24]} == {(120, 1200, 1200, 2300, 2300, 12)}
    (row,) = nights_of(database, pole).values()
    assert (row.night, row.wh, row.lit, row.dark, row.unknown) == (TONIGHT, 24 * 120, 1440, 0, 0)
    assert (row.should, row.excluded, row.baseline_wh) == (None, None, None)


def test_a_reading_two_days_late_corrects_its_hour_and_its_night(database: Database) -> None:
    (pole,) = poles(database, "P0001")
    all_ = burning(pole, NOON - 300, NOON + 3 * DAY)
    lost = [one for one in all_ if NOON + 8 * HOUR <= (one[1] or 0) < NOON + 9 * HOUR]
    turns(database, NOON)
    write(database, [one for one in all_ if one not in lost and (one[1] or 0) <= NOON + DAY], NOON + DAY)
    turns(database, NOON + DAY + HOUR + 700)
    before = hours_of(database, pole)
    assert before[NOON + 8 * HOUR] == HourSum(NOON + 8 * HOUR, 120, None, None, None, None, 0)
    assert nights_of(database, pole)[TONIGHT].lit == 1440  # by the counter
    dark = [reading(pole, one[1] or 0, 8 * 120 + 10, 0.4, 230, 100) for one in lost]
    assert write(database, dark, NOON + 3 * DAY).kept == 12
    turns(database, NOON + 3 * DAY)
    after = hours_of(database, pole)[NOON + 8 * HOUR]
    assert (after.n, after.power_mean_dw, after.power_max_dw, after.wh) == (12, 4, 4, 120)
    assert after.wh == before[NOON + 8 * HOUR].wh, "the counter is the same"
    assert nights_of(database, pole)[TONIGHT].dark == 60


def test_energy_of_an_outage_is_in_all_of_its_hours_and_nights(database: Database) -> None:
    keys = poles(database, "P0001", "P0002")
    turns(database, NOON)
    back = NOON + 2 * DAY
    for pole in keys:
        write(database, burning(pole, NOON, NOON + 2 * HOUR), NOON + 2 * HOUR)
    turns(database, NOON + 3 * HOUR)
    for pole in keys:
        write(database, burning(pole, back, back + 2 * HOUR, counter=48 * 120), back + 2 * HOUR)
    turns(database, back + 2 * HOUR + 700)
    for pole in keys:
        found = hours_of(database, pole)
        assert len(found) == 50
        assert {one.wh for one in list(found.values())[:48]} == {120}
        assert [row.wh for row in nights_of(database, pole).values()] == [24 * 120, 24 * 120]


def test_a_pole_that_was_silent_all_night_has_a_night_of_which_nothing_is_known(database: Database) -> None:
    talking, silent = poles(database, "P0001", "P0002")
    turns(database, NOON)
    write(database, burning(talking, NOON, NOON + DAY), NOON + DAY)
    turns(database, NOON + DAY + HOUR + 700)
    row = nights_of(database, silent)[TONIGHT]
    assert (row.wh, row.lit, row.dark, row.unknown) == (0, 0, 0, 1440)


def test_a_lamp_that_an_event_calls_dark_is_dark_until_its_end(database: Database) -> None:
    (pole,) = poles(database, "P0001")
    turns(database, NOON)
    write(database, burning(pole, NOON, NOON + DAY + 1, watts=5.0), NOON + DAY)
    with database.transaction() as connection:
        for sequence, (starts, at) in enumerate([(True, NOON + 6 * HOUR), (False, NOON + 8 * HOUR)]):
            connection.execute(
                sa.insert(tables.event).values(
                    pole=pole, epoch="e", sequence=sequence, event_type="lampFailure", starts=starts, timestamp=at,
                    replayed=False, attributes="{}", received_at=at, source="pole",
                )
            )  # fmt: skip
    turns(database, NOON + DAY + HOUR + 700)
    row = nights_of(database, pole)[TONIGHT]
    assert (row.lit, row.dark) == (1320, 120)


def test_a_late_reading_wakes_no_reader(database: Database) -> None:
    (pole,) = poles(database, "P0001")
    turns(database, NOON)
    write(database, burning(pole, NOON, NOON + DAY), NOON + DAY)
    turns(database, NOON + DAY + HOUR + 700)
    write(database, [reading(pole, NOON + 150, 5, 120.0)], NOON + DAY)
    turns(database, NOON + DAY + HOUR + 700)
    with database.transaction() as connection:
        assert connection.execute(sa.select(tables.revision.c.number)).scalar_one() == 0


def test_hours_stay_when_their_readings_are_dropped(database: Database) -> None:
    (pole,) = poles(database, "P0001")
    turns(database, NOON)
    write(database, burning(pole, NOON, NOON + HOUR), NOON + HOUR)
    turns(database, NOON + HOUR + 700)
    before = hours_of(database, pole)
    later = NOON + 40 * DAY
    turns(database, later)
    with database.transaction() as connection:
        assert partitions.existing(connection, METER) == []
    assert hours_of(database, pole) == before
    with database.transaction() as connection:
        assert hours.drop_old(connection, NOON + 1200 * DAY) == "hour_202611"
    assert hours_of(database, pole) == {}


def test_a_receiver_leaves_alone_what_is_due_to_the_one_of_another_zone(database: Database) -> None:
    mine, other = poles(database, "P0001", "P0002")
    with database.transaction() as connection:
        connection.execute(sa.update(tables.pole).where(tables.pole.c.id == other).values(zone="east"))
    turns(database, NOON)
    turns(database, NOON, zone="east")
    write(database, burning(mine, NOON, NOON + HOUR), NOON + HOUR)
    write(database, burning(other, NOON, NOON + HOUR), NOON + HOUR, zone="east")
    turns(database, NOON + HOUR + 700)
    assert len(hours_of(database, mine)) == 1
    assert hours_of(database, other) == {}
    turns(database, NOON + HOUR + 700, zone="east")
    assert hours_of(database, other).keys() == hours_of(database, mine).keys()


def test_a_clock_that_was_once_far_ahead_stops_nothing(database: Database) -> None:
    (pole,) = poles(database, "P0001")
    assert turns(database, NOON + 3000 * DAY) < 10
    assert turns(database, NOON) < 10
    write(database, burning(pole, NOON, NOON + HOUR), NOON + HOUR)
    assert turns(database, NOON + 2 * HOUR) < 20
    assert hours_of(database, pole)[NOON].wh == 110
    assert turns(database, NOON + 5000 * DAY) < 200, "no hour of these years is gone through"


def test_a_meter_that_says_no_energy_for_a_while_keeps_the_hours_of_its_gap(database: Database) -> None:
    (pole,) = poles(database, "P0001")
    turns(database, NOON)
    all_ = burning(pole, NOON, NOON + 12 * HOUR)
    mute = [
        (*one[:4], None, *one[5:]) if NOON + HOUR <= (one[1] or 0) < NOON + 11 * HOUR else one for one in all_
    ]  # fmt: skip
    write(database, mute, NOON + 12 * HOUR)
    turns(database, NOON + 12 * HOUR + 700)
    found = hours_of(database, pole)
    assert [one.wh for one in found.values()] == [120] * 11 + [110]
    late = [(*one[:1], (one[1] or 0) + 1, *one[2:]) for one in mute if one[1] == NOON + 6 * HOUR]
    write(database, late, NOON + 12 * HOUR)
    turns(database, NOON + 12 * HOUR + 700)
    assert hours_of(database, pole)[NOON + 6 * HOUR] == found[NOON + 6 * HOUR]._replace(n=13)


def test_the_night_in_which_summer_time_ends_has_25_hours_and_all_their_energy(database: Database) -> None:
    # home-assistant/core#58799: the hour that the clock shows twice was kept once, and a gap shown beside it
    berlin = LocalTime(ZoneInfo("Europe/Berlin"))
    (pole,) = poles(database, "P0001")
    low, high = berlin.noon(date(2026, 10, 24)), berlin.ends(date(2026, 10, 24))

    def turn(now: int) -> bool:
        with database.transaction() as connection:
            return roll_up.turn(connection, now, "", berlin)

    while turn(low):
        pass
    with database.transaction() as connection:
        meters.write(connection, burning(pole, low, high + HOUR), high + HOUR, "", berlin)
    while turn(high + 2 * HOUR):
        pass
    found = [one for one in hours_of(database, pole).values() if low <= one.hour < high]
    assert [(one.hour, one.wh, one.n) for one in found] == [(low + n * HOUR, 120, 12) for n in range(25)]
    row = nights_of(database, pole)[date(2026, 10, 24)]
    assert (row.wh, row.lit, row.unknown) == (25 * 120, 25 * 60, 0)


def lived(database: Database, seed: int, days: int = 2) -> None:
    """Readings in a random order, in batches, between turns some of which are cut short; then the outcome is judged."""
    chance = random.Random(seed)
    keys = poles(database, "P0001", "P0002")
    turns(database, NOON)
    every: dict[int, list[Sample]] = {pole: [] for pole in keys}
    todo = []
    for pole in keys:
        at, wh = NOON, chance.randrange(10**6)
        while at < NOON + days * DAY - 40_000:
            gap = chance.choice([300, 300, 900, 2400, 7200, 40_000])
            watts = chance.choice([0, 20, 148])
            at, wh = at + gap, wh + gap * watts // 3600
            wh = chance.choice([wh] * 20 + [wh - 5, 0, wh + 9000])
            one = reading(pole, at, chance.choice([max(wh, 0)] * 9 + [None]), chance.choice([watts, None]))
            every[pole].append(Sample(at, one[4], one[2], one[7]))
            todo.append(one)
    now = NOON + days * DAY + 3 * HOUR
    todo.sort(key=lambda one: (one[1] or 0) + chance.choice([0, 0, 0, 7200, DAY]))
    while todo:
        batch, todo = todo[: (size := chance.randrange(1, 40))], todo[size:]
        write(database, batch, now)
        here = max(NOON, min(now, (batch[-1][1] or 0) + chance.choice([0, HOUR, 5 * HOUR])))
        for _ in range(chance.randrange(6)):
            try:
                with database.transaction() as connection:
                    roll_up.turn(connection, here, "", INDIA)
                    if chance.random() < 0.3:
                        raise RuntimeError("killed")
            except RuntimeError:
                pass
    turns(database, now)
    end = INDIA.hour(now - roll_up.GRACE_S)
    for pole in keys:
        wanted = [one for one in sums(every[pole], None, None, NOON, end + 3 * HOUR) if one.hour < end]
        assert list(hours_of(database, pole).values()) == wanted
        by_night: dict[date, int] = {}
        for one in wanted:
            by_night[INDIA.night(one.hour)] = by_night.get(INDIA.night(one.hour), 0) + one.wh
        # the night before has a row where the first reading, with no counter, is in the hour after noon
        found = {key: row for key, row in nights_of(database, pole).items() if key >= TONIGHT}
        assert len(found) == days
        assert {key: row.wh for key, row in found.items()} == {key: by_night.get(key, 0) for key in found}
        for key, row in found.items():
            low, high = INDIA.noon(key), INDIA.ends(key)
            near = [Seen(*one[:3], None) for one in every[pole] if low - LONGEST_GAP_S <= one.at < high + LONGEST_GAP_S]
            assert (row.lit, row.dark, row.unknown) == minutes(near, [], low, high)[:3]


@pytest.fixture(scope="module")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("empty") / "store.db"
    database = sqlite_file(file)
    create_tables(database)
    database.close()
    return file


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**9))
def test_any_order_of_readings_and_any_kill_gives_the_same(empty_file: Path, tmp_path: Path, seed: int) -> None:
    for left in tmp_path.glob("*"):
        left.unlink()
    file = tmp_path / "store.db"
    file.write_bytes(empty_file.read_bytes())
    database = sqlite_file(file)
    try:
        lived(database, seed)
    finally:
        database.close()


def test_any_order_of_readings_and_any_kill_gives_the_same_on_either_engine(database: Database) -> None:
    lived(database, 7)
