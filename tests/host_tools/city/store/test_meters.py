"""Readings: what is kept of a batch, where, and how it is dropped."""

from __future__ import annotations

import threading

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from host_tools.city.store import meters, partitions
from host_tools.city.store.database import Database, postgresql
from host_tools.city.store.partitions import METER
from tests.host_tools.city.store.meter_bench import DAY, HOUR, INDIA, NOON, poles, reading, write
from tests.postgres import Server

WIRE = {
    "v": 1, "at": NOON, "supplyVoltage": 230.1, "supplyCurrent": 0.653, "activePower": 148.2, "powerFactor": 0.98,
    "activeEnergy": 1234.567, "temperature": -4.3, "operatingHours": 20123.4, "switchOnCounter": 412,
    "remainingLife": 88,
}  # fmt: skip


def test_a_reading_is_kept_with_all_that_its_message_says(database: Database) -> None:
    (pole,) = poles(database, "P0001")
    write(database, [meters.reading(pole, NOON, WIRE, 60)], NOON)
    with database.transaction() as connection:
        (row,) = meters.read(connection, [pole], NOON, NOON + 1)[pole]
    kept = dict(zip(meters.COLUMNS, row, strict=True))
    assert kept == {
        "pole": pole, "at": NOON, "power_dw": 1482, "current_ma": 653, "energy_wh": 1234567, "on_dh": 201234,
        "switch_ons": 412, "voltage_dv": 2301, "temperature_dc": -43, "factor_pc": 98, "life_pc": 88, "level": 60,
    }  # fmt: skip


def test_a_batch_that_comes_again_is_kept_once_and_the_first_one_stays(database: Database) -> None:
    (pole,) = poles(database, "P0001")
    batch = [reading(pole, NOON + 300 * i, 10 * i, 148) for i in range(5)]
    write(database, batch, NOON + HOUR)
    write(database, [*batch, reading(pole, NOON, 77, 1), *batch], NOON + HOUR)
    with database.transaction() as connection:
        assert meters.count(connection) == 5
        assert meters.read(connection, [pole], 0, NOON + 1, ["energy_wh"])[pole] == [(0,)]


def test_a_batch_of_two_days_and_many_poles_is_read_back_pole_by_pole_in_order(database: Database) -> None:
    keys = poles(database, *(f"P{n}" for n in range(3)))
    batch = [reading(pole, NOON + at, at, 1) for at in (0, DAY, 300, DAY - 1) for pole in keys]
    write(database, batch, NOON + DAY)
    with database.transaction() as connection:
        found = meters.read(connection, keys[1:], NOON, NOON + 2 * DAY, ["at"])
        assert found == {pole: [(NOON,), (NOON + 300,), (NOON + DAY - 1,), (NOON + DAY,)] for pole in keys[1:]}
        assert len(partitions.existing(connection, METER)) == 2


def test_readings_of_a_wrong_clock_are_counted_and_make_no_table(database: Database) -> None:
    (pole,) = poles(database, "P0001")
    wild = [reading(pole, at, 1, 1) for at in (1, 946684800, NOON - 400 * DAY, NOON + 2 * HOUR, 2**33, 2**62)]
    written = write(database, [*wild, reading(pole, NOON, 5, 5)], NOON)
    assert (written.kept, written.old, written.ahead) == (1, 3, 3)
    assert write(database, wild, NOON).kept == 0
    with database.transaction() as connection:
        assert partitions.existing(connection, METER) == ["meter_20261128"]
        assert meters.count(connection) == 1


def test_a_reading_that_comes_two_days_late_is_kept(database: Database) -> None:
    (pole,) = poles(database, "P0001")
    write(database, [reading(pole, NOON, 5, 5)], NOON)
    assert write(database, [reading(pole, NOON - 2 * DAY, 1, 1)], NOON).kept == 1
    with database.transaction() as connection:
        assert meters.count(connection) == 2


@pytest.mark.parametrize(
    "value", [True, None, "230", float("nan"), float("inf"), 1e300, -1e9, [230], {"a": 1}], ids=repr
)  # fmt: skip
def test_a_field_that_no_column_can_hold_is_left_out_and_refuses_no_batch(database: Database, value: object) -> None:
    (pole,) = poles(database, "P0001")
    write(database, [meters.reading(pole, NOON, {**WIRE, "supplyVoltage": value, "activeEnergy": value})], NOON)
    with database.transaction() as connection:
        columns = ["voltage_dv", "energy_wh", "power_dw"]
        assert meters.read(connection, [pole], NOON, NOON + 1, columns)[pole] == [(None, None, 1482)]


@given(
    st.integers(0, 32767), st.integers(0, 2**31 - 1), st.integers(0, 2**31 - 1), st.integers(0, 100),
    st.integers(-32768, 32767),
)  # fmt: skip
def test_no_value_of_the_wire_loses_its_precision(volts: int, amperes: int, wh: int, factor: int, celsius: int) -> None:
    # as a pole writes them (contract.Fixed) and a reader of JSON takes them
    values = {
        "supplyVoltage": float(f"{volts // 10}.{volts % 10}"),
        "supplyCurrent": float(f"{amperes // 1000}.{amperes % 1000:03}"),
        "activeEnergy": float(f"{wh // 1000}.{wh % 1000:03}"),
        "powerFactor": float(f"{factor // 100}.{factor % 100:02}"),
        "temperature": celsius / 10,
    }
    kept = dict(zip(meters.COLUMNS, meters.reading(1, NOON, values), strict=True))
    assert (kept["voltage_dv"], kept["current_ma"], kept["energy_wh"], kept["factor_pc"], kept["temperature_dc"]) == (
        volts, amperes, wh, factor, celsius,
    )  # fmt: skip


def test_old_readings_are_dropped_a_day_at_a_time(database: Database) -> None:
    (pole,) = poles(database, "P0001")
    for day in range(3):
        write(database, [reading(pole, NOON + day * DAY, day, 1)], NOON + day * DAY)
    later = NOON + (meters.RAW_DAYS + 2) * DAY
    dropped = []
    with database.transaction() as connection:
        while name := meters.drop_old(connection, later):
            dropped.append(name)
        assert dropped == ["meter_20261128", "meter_20261129"]
        assert partitions.existing(connection, METER) == ["meter_20261130"]


def test_what_a_reader_holds_is_dropped_later_and_the_receiver_goes_on(postgresql_server: Server) -> None:
    server = postgresql_server
    url = server.create_with_tables()
    database = postgresql(url)
    (pole,) = poles(database, "P0001")
    write(database, [reading(pole, NOON, 1, 1)], NOON)
    later = NOON + (meters.RAW_DAYS + 2) * DAY
    with psycopg.connect(url) as report:
        report.execute("SELECT * FROM meter").fetchall()  # and its transaction stays open
        with database.transaction() as connection:
            assert meters.drop_old(connection, later) == ""
            meters.write(connection, [reading(pole, later, 1, 1)], later, "", INDIA)
    with database.transaction() as connection:
        assert meters.drop_old(connection, later) == "meter_20261128"
        assert meters.count(connection) == 1
    database.close()
    server.drop(url)


def test_two_receivers_that_need_the_same_new_day_both_keep_their_readings(postgresql_server: Server) -> None:
    server = postgresql_server
    url = server.create_with_tables()
    first, second = postgresql(url), postgresql(url)
    one, two = poles(first, "P0001", "P0002")
    with first.transaction() as connection:
        partitions.make(connection, METER, [NOON])
        other = threading.Thread(target=write, args=(second, [reading(two, NOON, 1, 1)], NOON))
        other.start()
        other.join(0.2)
        assert other.is_alive(), "it waits for the one that makes the table"
    other.join(10)
    write(first, [reading(one, NOON, 1, 1)], NOON)
    with first.transaction() as connection:
        assert meters.count(connection) == 2
    first.close()
    second.close()
    server.drop(url)


def test_a_batch_that_is_refused_leaves_nothing_and_the_next_one_is_kept(database: Database) -> None:
    (pole,) = poles(database, "P0001")
    with pytest.raises(RuntimeError), database.transaction() as connection:
        meters.write(connection, [reading(pole, NOON, 1, 1)], NOON, "", INDIA)
        raise RuntimeError("killed")
    write(database, [reading(pole, NOON, 1, 1)], NOON)
    with database.transaction() as connection:
        assert meters.count(connection) == 1
        assert connection.execute(sa.text("SELECT count(*) FROM hour_due")).scalar_one() == 1
