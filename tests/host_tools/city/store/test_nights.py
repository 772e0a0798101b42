"""Nights by the site's plan: what comes late is counted all the same, in any order, as long as readings are kept."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.ledger.plans import Plans
from host_tools.city.store import (
    alarm_tables,
    command_tables,
    meters,
    nights,
    nights_again,
    partitions,
    roll_up,
    tables,
)
from host_tools.city.store.database import Database, raise_revision
from host_tools.city.store.partitions import METER
from host_tools.site.load import load_site
from tests.host_tools.city.store.meter_bench import DAY, HOUR, INDIA, NOON, nights_of, poles, reading, write
from tests.town import SAGAR

TONIGHT = date(2026, 11, 28)
EVENING = NOON + 8 * HOUR  # 20:00
SHOULD = 790  # of P0002, in the night of the 28th of November


@cache
def plans() -> Plans:
    return Plans(load_site(SAGAR))


def turns(database: Database, now: int) -> None:
    for _count in range(5000):
        with database.transaction() as connection:
            if not roll_up.turn(connection, now, "", INDIA, plans()):
                return
    raise AssertionError("not done")


def lit(
    pole: int, low: int, high: int, dark: Iterable[tuple[int, int]] = (), counter: bool = True
) -> list[meters.Reading]:  # fmt: skip
    """Readings of P0002 by its programme; none in the times *dark*, in which it has no supply."""
    out, wh = [], 0.0
    for at in range(low, high, 300):
        plan = plans().of("P0002", INDIA.night(at))
        assert plan is not None
        level = plan.level(at) or 0
        if any(begins <= at < ends for begins, ends in dark):
            continue
        out.append(reading(pole, at, round(wh) if counter else None, plan.power_dw[level] / 10, 230.0, level))
        wh += plan.power_dw[level] / 10 / 12
    return out


def happen(
    connection: Connection, pole: int, kind: str, starts: bool, at: int, sequence: int, **attributes: Any
) -> None:  # fmt: skip
    connection.execute(
        sa.insert(tables.event).values(
            pole=pole, epoch="e", sequence=sequence, event_type=kind, starts=starts, timestamp=at, replayed=False,
            attributes=json.dumps(attributes), received_at=at, source="pole", rev=raise_revision(connection),
        )
    )  # fmt: skip


def outage(connection: Connection, began: int, ended: int | None, names: list[str], kind: str = "feederOutage") -> None:
    connection.execute(
        sa.insert(alarm_tables.alarm).values(
            kind=kind, name="F01", severity=2, began=began, last_began=began, ended=ended, times=1, received=began,
            poles=json.dumps(names), evidence="{}", cause="", carry="", rev=raise_revision(connection),
        )
    )  # fmt: skip


@pytest.fixture
def pole(database: Database) -> int:
    _first, key = poles(database, "P0001", "P0002")
    turns(database, NOON)
    return key


def minutes(database: Database, pole: int, night: date = TONIGHT) -> tuple[int, ...]:
    row = nights_of(database, pole)[night]
    return row.should, row.lit, row.dark, row.unknown, row.excluded


def test_a_night_is_compared_with_lamps_that_are_never_dimmed_and_with_those_before(
    database: Database, pole: int
) -> None:  # fmt: skip
    write(database, lit(pole, NOON - 600, NOON + DAY + 2 * HOUR), NOON + DAY)
    turns(database, NOON + DAY + 2 * HOUR)
    row = nights_of(database, pole)[TONIGHT]
    assert abs(row.should - SHOULD) <= 2
    assert (row.lit, row.dark, row.unknown, row.excluded) == (row.should, 0, 0, 0)
    assert 0 < row.lit_else <= 22  # from 10 minutes before sunset to 10 after sunrise
    assert row.baseline_wh == round(150 * row.should / 60)
    assert row.old_wh == round(250 * row.should / 60)
    assert row.wh < row.baseline_wh


def morning_of(database: Database, pole: int) -> tuple[bool, tuple[int, ...]]:
    return bool(nights_of(database, pole)[TONIGHT].preliminary), minutes(database, pole)


def test_an_hour_after_sunrise_a_night_is_counted_as_it_stands_and_once_more_when_it_is_over(
    database: Database, pole: int
) -> None:  # fmt: skip
    (silent,) = (key for key in poles(database) if key != pole)
    sunrise = plans().sunrise(TONIGHT)
    assert sunrise is not None
    gone = (sunrise - 2 * HOUR, sunrise - HOUR)  # its readings come at nine: it had no network
    all_ = lit(pole, NOON - 600, NOON + DAY + 2 * HOUR, counter=False)
    late = [one for one in all_ if gone[0] <= (one[1] or 0) < gone[1]]
    write(database, [one for one in all_ if one not in late and (one[1] or 0) <= sunrise + HOUR], sunrise + HOUR)
    turns(database, sunrise + HOUR - 60)
    assert nights_of(database, pole) == {}
    turns(database, sunrise + HOUR)
    preliminary, (should, lit_, dark, unknown, excluded) = morning_of(database, pole)
    assert preliminary
    assert abs(should - SHOULD) <= 2
    assert (dark, excluded, lit_) == (0, 0, should - unknown)
    assert unknown == 65
    # of a silent pole nothing is known: it is not lit, in the morning either
    assert morning_of(database, silent)[1][1:4] == (0, 0, minutes(database, silent)[0])

    write(database, late, sunrise + 2 * HOUR)
    turns(database, sunrise + 2 * HOUR)
    assert morning_of(database, pole) == (True, (should, should, 0, 0, 0))

    with database.transaction() as connection:
        happen(connection, pole, "lampFailure", True, EVENING, 1)
        happen(connection, pole, "lampFailure", False, EVENING + HOUR, 2)
    turns(database, sunrise + 2 * HOUR)
    assert morning_of(database, pole)[0]
    write(database, [one for one in all_ if (one[1] or 0) > sunrise + HOUR], NOON + DAY)
    turns(database, NOON + DAY + HOUR)
    assert morning_of(database, pole)[0]
    turns(database, NOON + DAY + 2 * HOUR)
    assert morning_of(database, pole) == (False, minutes(database, pole))
    before = nights_of(database, pole)
    assert minutes(database, pole)[0] == should

    with database.transaction() as connection:  # what was final stays, whoever counts it as if it went on
        nights.work_out(connection, TONIGHT, [pole], INDIA, plans(), preliminary=True)
    assert nights_of(database, pole) == before


def test_a_receiver_that_was_off_all_morning_counts_its_night_once(database: Database, pole: int) -> None:
    write(database, lit(pole, NOON - 600, NOON + DAY + 2 * HOUR), NOON + DAY)
    turns(database, NOON + DAY + 2 * HOUR)
    assert not nights_of(database, pole)[TONIGHT].preliminary
    turns(database, NOON + DAY + 12 * HOUR)
    assert set(nights_of(database, pole)) == {TONIGHT}  # no row of the night that has only begun


def test_an_event_and_an_alarm_that_come_days_later_change_the_night_and_silence_never_does(
    database: Database, pole: int
) -> None:  # fmt: skip
    cut = (EVENING, EVENING + 2 * HOUR)
    write(database, lit(pole, NOON - 600, NOON + DAY + 2 * HOUR, [cut], counter=False), NOON + DAY)
    turns(database, NOON + DAY + 2 * HOUR)
    should, lit_, dark, unknown, excluded = minutes(database, pole)
    assert (dark, excluded) == (0, 0)
    assert unknown == 125  # and not lit
    with database.transaction() as connection:
        for number, starts in enumerate((True, False)):
            happen(connection, pole, "supplyLoss", starts, cut[1], number, lastAlive=cut[0] - 100)
    turns(database, NOON + 4 * DAY)
    assert minutes(database, pole) == (should, lit_ + 5, 120, 0, 0)
    with database.transaction() as connection:
        outage(connection, cut[0], cut[1], ["P0001", "P0002"])
    turns(database, NOON + 5 * DAY)
    assert minutes(database, pole) == (should, lit_ + 5, 0, 0, 120)


def test_an_order_by_which_the_lamp_is_off_asks_for_nothing(database: Database, pole: int) -> None:
    with database.transaction() as connection:
        values = {
            "state": "accepted", "written_at": EVENING, "who": "R.", "role": "engineer", "door": "console",
            "scope": "{}", "kind": "override", "owner": "operator", "level": 0, "reason": "film", "ref": "OP-1",
            "expiration": EVENING + HOUR,
        }  # fmt: skip
        number = connection.execute(sa.insert(command_tables.command).values(**values)).inserted_primary_key[0]
        cancel = {**values, "kind": "cancel", "level": None, "expiration": EVENING + 8 * DAY}
        other = connection.execute(sa.insert(command_tables.command).values(**cancel)).inserted_primary_key[0]
        for one, at in ((number, EVENING), (other, EVENING + 1800)):
            connection.execute(
                sa.insert(command_tables.delivery).values(command=one, pole=pole, state="applied", answered_at=at)
            )
    off = (EVENING, EVENING + 1800)
    write(database, lit(pole, NOON - 600, NOON + DAY + 2 * HOUR, [off], counter=False), NOON + DAY)
    turns(database, NOON + DAY + 2 * HOUR)
    should, _lit, dark, unknown, _excluded = minutes(database, pole)
    assert abs(should - (SHOULD - 30)) <= 2
    assert (dark, unknown) == (0, 5)


def test_the_same_night_comes_of_any_order_of_readings_events_and_alarms(database: Database, pole: int) -> None:
    chance = random.Random(5)
    cuts = [(EVENING, EVENING + HOUR), (EVENING + 4 * HOUR, EVENING + 7 * HOUR)]
    said = [
        (pole, "supplyLoss", starts, cut[1], 2 * number + (not starts), {"lastAlive": cut[0] - 60})
        for number, cut in enumerate(cuts)
        for starts in (True, False)
    ]
    all_ = lit(pole, NOON - 600, NOON + DAY + 2 * HOUR, cuts)
    things: list[Any] = [all_[n : n + 20] for n in range(0, len(all_), 20)] + said + ["outage"]
    chance.shuffle(things)
    for thing in things:
        if isinstance(thing, list):
            write(database, thing, NOON + 2 * DAY)
        else:
            with database.transaction() as connection:
                if thing == "outage":
                    outage(connection, cuts[0][0] + 60, cuts[0][1], ["P0002"])
                else:
                    happen(connection, *thing[:5], **thing[5])
        if chance.random() < 0.5:
            turns(database, NOON + 2 * DAY)
    turns(database, NOON + 2 * DAY)
    should, lit_, dark, unknown, excluded = minutes(database, pole)
    assert (dark, unknown, excluded) == (180, 0, 60)
    assert lit_ + dark + excluded == should


def test_a_pole_that_is_added_has_nights_from_then_on_and_none_before(database: Database, pole: int) -> None:
    turns(database, NOON + 2 * DAY + 2 * HOUR)
    with database.transaction() as connection:
        connection.execute(sa.insert(tables.pole).values(name="P0003"))
    turns(database, NOON + 3 * DAY + 2 * HOUR)
    with database.transaction() as connection:
        key = connection.execute(sa.select(tables.pole.c.id).where(tables.pole.c.name == "P0003")).scalar_one()
        happen(connection, key, "lampFailure", True, NOON + HOUR, 1)  # of before it was heard
    turns(database, NOON + 3 * DAY + 2 * HOUR)
    assert set(nights_of(database, key)) == {TONIGHT + timedelta(days=2)}
    assert len(nights_of(database, pole)) == 3


def test_a_night_stays_once_its_readings_are_dropped(database: Database, pole: int) -> None:
    write(database, lit(pole, NOON - 600, NOON + DAY + 2 * HOUR), NOON + DAY)
    turns(database, NOON + DAY + 2 * HOUR)
    before = minutes(database, pole)
    turns(database, NOON + 45 * DAY)
    with database.transaction() as connection:
        assert partitions.existing(connection, METER) == []
        happen(connection, pole, "lampFailure", True, EVENING, 1)
        outage(connection, NOON, NOON + DAY, ["P0002"])
    turns(database, NOON + 45 * DAY + HOUR)
    assert minutes(database, pole) == before
    assert nights_again.REACH_S < meters.RAW_DAYS * DAY


def test_a_pole_without_files_has_minutes_of_the_day_and_nothing_to_compare(database: Database) -> None:
    (key,) = poles(database, "X1")
    turns(database, NOON)
    write(database, lit(key, NOON - 600, NOON + DAY + 2 * HOUR), NOON + DAY)
    turns(database, NOON + DAY + 2 * HOUR)
    row = nights_of(database, key)[TONIGHT]
    assert (row.should, row.excluded, row.baseline_wh, row.old_wh, row.lit_else) == (None,) * 5
    assert row.lit + row.dark + row.unknown <= 1440
