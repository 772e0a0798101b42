"""Repairs against the contract: hours by kind and ward, days beyond, and months that add up."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_tools.city.alarms.repair_clock import repair_clock
from host_tools.city.ledger.month import Month
from host_tools.city.ledger.repairs import Fault, counts, repair, totals
from host_tools.city.store.local_time import LocalTime
from host_tools.language.language import Spoken
from host_tools.site.contract import Contract

INDIA = LocalTime(ZoneInfo("Asia/Kolkata"))
NOVEMBER = Month.read("2026-11")
BEGINS, ENDS = NOVEMBER.bounds(INDIA)
HOUR, DAY = 3600, 86400


def fault(began: int, ended: int | None, kind: str = "lampFailure", severity: int = 2, lights: int = 1) -> Fault:
    return Fault(7, kind, "P0001", severity, began, ended, tuple(f"P{n:04}" for n in range(lights)))


@pytest.mark.parametrize(("hours", "days"), [(23, 0), (24, 0), (24.1, 1), (48, 1), (48.1, 2), (240, 9)])
def test_a_begun_day_beyond_the_hours_costs_fifty_rupees_a_light(hours: float, days: int) -> None:
    began = BEGINS + DAY
    one = repair(fault(began, began + round(hours * HOUR), lights=3), "W21", Contract(), BEGINS, ENDS, ENDS)
    assert (one.days, one.rupees, one.late) == (days, days * 150, days > 0)


def test_hours_and_rupees_are_those_of_the_contract() -> None:
    contract = Contract(repair_hours_of={"W21": 48, "leakageDetected": 4}, penalty_rupees=100)
    began = BEGINS + DAY
    lamp = repair(fault(began, began + 50 * HOUR), "W21", contract, BEGINS, ENDS, ENDS)
    leak = repair(fault(began, began + 5 * HOUR, "leakageDetected", 1), "W21", contract, BEGINS, ENDS, ENDS)
    assert (lamp.rupees, leak.rupees) == (100, 100)


def test_what_goes_on_is_looked_at_until_now_and_no_further_than_the_month() -> None:
    one = fault(BEGINS + DAY, None)
    assert repair(one, "", Contract(), BEGINS, ENDS, BEGINS + 4 * DAY).days == 2
    assert repair(one, "", Contract(), BEGINS, ENDS, ENDS + 90 * DAY).days == 28


def test_the_supply_of_the_distribution_company_is_no_fault_of_the_contractor() -> None:
    assert not counts(fault(0, None, "feederOutage"), Contract())
    assert counts(fault(0, None, "feederOutage"), Contract(excluded=()))
    assert counts(fault(0, None), Contract())
    assert not counts(fault(0, None, "powerFactorTooLow", 4), Contract())


@given(st.integers(0, 200 * DAY), st.integers(0, 200 * DAY), st.integers(1, 40))
def test_the_days_of_all_months_are_those_of_the_clock(after: int, lasted: int, lights: int) -> None:
    first = Month.read("2026-01")
    began = first.bounds(INDIA)[0] + after
    one = fault(began, began + lasted, lights=lights)
    rupees, month = 0.0, first
    for _month in range(24):
        rupees += repair(one, "", Contract(), *month.bounds(INDIA), began + lasted).rupees
        month = month.next
    assert rupees == repair_clock(began, began + lasted, lights, began + lasted).rupees


def test_totals_count_what_ended_in_the_month() -> None:
    began = BEGINS + DAY
    some = [
        repair(fault(began, began + hours * HOUR if hours else None), "", Contract(), BEGINS, ENDS, ENDS)
        for hours in (2, 10, 30, 0)
    ]
    found = totals(some, BEGINS, ENDS)
    assert (found.count, found.ended, found.in_time, found.open, found.late) == (4, 3, 2, 1, 2)
    assert found.typical_h == 10
    assert found.rupees == 50 + 28 * 50
    assert totals([], BEGINS, ENDS).typical_h is None


def test_a_month_goes_from_noon_to_noon_and_knows_its_neighbours() -> None:
    assert NOVEMBER.days[0] == date(2026, 11, 1)
    assert len(Month.read("2028-02").days) == 29
    assert Month.read("2026-12").next.name == "2027-01"
    assert Month.read("2026-01").before.name == "2025-12"
    assert ENDS - BEGINS == 30 * DAY
    berlin = LocalTime(ZoneInfo("Europe/Berlin"))
    begins, ends = Month.read("2026-03").bounds(berlin)
    assert ends - begins == 31 * DAY - HOUR
    for text in ("2026-13", "2026-00", "26-11", "2026-11-01", "1999-01", "", "２０２６-11"):
        with pytest.raises(Spoken, match="must be a month"):
            Month.read(text)
