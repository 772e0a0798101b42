"""A month put together: wards and contractors, poles that come and go, months without anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_tools.city.ledger import figures, sheets
from host_tools.city.ledger.curve import HEIGHT, curve
from host_tools.city.ledger.month import Month
from host_tools.city.ledger.repairs import Fault
from host_tools.city.ledger.report import Report, report
from host_tools.city.ledger.sheet import grouped, shown
from host_tools.city.ledger.sums import EMPTY, Sums, together
from host_tools.city.ledger.words import Words
from host_tools.city.store.local_time import LocalTime
from host_tools.language.language import Language
from host_tools.site.contract import Contract
from host_tools.site.load import load_site
from host_tools.site.model import Site
from tests.town import SAGAR

INDIA = LocalTime(ZoneInfo("Asia/Kolkata"))
NOVEMBER = Month.read("2026-11")
BEGINS, ENDS = NOVEMBER.bounds(INDIA)
NIGHT = Sums(1, 700, 690, 10, 0, 0, 0, 1500, 1750, 1725, 1, 1500, 2900, 2850, 0, 0)


@cache
def sagar() -> Site:
    contract = Contract(rupees_per_kwh=10, contractors={"A": ("W21",), "B": ("W14",)})
    return replace(load_site(SAGAR), contract=contract)


def made(poles: Sequence[tuple[str, Sums]], faults: Sequence[Fault] = (), site: Site | None = None) -> Report:
    nights = {date(2026, 11, 1): together(sums for _name, sums in poles)} if poles else {}
    return report(NOVEMBER, site or sagar(), poles, nights, faults, (), ENDS, INDIA)


def words(one: Report, lang: str = "en") -> Words:
    return Words(one, Language(lang), ZoneInfo("Asia/Kolkata"))


def test_wards_and_contractors_have_their_own_poles_and_repairs() -> None:
    fault = Fault(1, "lampFailure", "P0021", 2, BEGINS, None, ("P0021",))
    one = made([("P0001", NIGHT), ("P0002", NIGHT), ("P0021", NIGHT._replace(lit=100, dark=600))], [fault])
    assert [(part.name, part.poles) for part in one.wards] == [("W14", 1), ("W21", 2)]
    assert {part.name: part.repairs.rupees for part in one.contractors} == {"A": 0, "B": 29 * 50}
    assert together(part.sums for part in one.wards) == one.total
    assert one.repairs[0].contractor == "B"


def test_poles_that_come_go_or_are_in_no_file_are_said() -> None:
    gone = Sums(uncounted=3, uncounted_wh=900)
    one = made([("P0001", NIGHT), ("removed", gone)])
    assert (one.total.nights, one.total.uncounted, one.strangers) == (1, 3, 1)
    assert "P0001" not in one.never
    assert len(one.never) == len(sagar().poles) - 1
    said = words(one).notes()
    assert any("1 poles are heard that the site's files do not have" in note for note in said)
    assert any("poles of the site's files have no night" in note for note in said)
    half = made([("P0001", NIGHT._replace(nights=12)), ("P0002", NIGHT._replace(nights=30))])
    assert half.total.nights == 42


def test_money_and_carbon_are_of_lit_minutes_only() -> None:
    found = {one.name: one for one in figures.energy(words(made([("P0001", NIGHT)])))}
    assert found["saved"].value == (1725 - 1500) / 1000
    assert found["saved_cost"].value == 2.25
    assert found["saved_co2"].value == pytest.approx(0.225 * 0.7117)
    assert found["old_saved"].value == (2850 - 1500) / 1000
    dark = NIGHT._replace(lit=0, dark=700, wh=0, lit_baseline_wh=0, lit_old_wh=0, old_used_wh=0)
    assert {one.name: one for one in figures.energy(words(made([("P0001", dark)])))}["saved"].value == 0


def test_a_month_of_nothing_has_no_percentage_and_no_verdict() -> None:
    for site in (sagar(), None):
        one = report(NOVEMBER, site, (), {}, (), (), ENDS, INDIA)
        assert one.met is None
        assert one.total.strict is None
        assert words(one, "hi").verdict() == Language("hi").say("report.verdict_none")
        assert [shown(each.value, each.kind) for each in figures.uptime(words(one))][:2] == ["–", "–"]
        assert sheets.nights_of_month(words(one)).rows == []
        assert len(curve(NOVEMBER, {}, 95).bars) == 30


def test_the_worst_night_and_the_target_are_in_the_picture() -> None:
    nights = {date(2026, 11, 1): NIGHT._replace(lit=0, dark=700), date(2026, 11, 2): NIGHT._replace(lit=700, dark=0)}
    drawn = curve(NOVEMBER, nights, 95)
    assert (drawn.bars[0].missed, drawn.bars[1].missed) == (True, False)
    assert drawn.bars[0].height >= 1
    assert drawn.bars[1].height == HEIGHT
    assert 0 < drawn.target_y < HEIGHT


counts = st.integers(0, 10**7)


@given(st.builds(Sums, *[counts] * len(Sums._fields)))
def test_the_strict_figure_is_never_above_the_other_and_silence_never_raises_it(sums: Sums) -> None:
    whole = sums._replace(should=sums.lit + sums.dark + sums.unknown + sums.excluded)
    if not whole.counted:
        assert (whole.strict, whole.lenient) == (None, None)
        return
    assert whole.strict is not None and whole.lenient is not None
    assert 0 <= whole.strict <= whole.lenient <= 100
    silent = whole._replace(unknown=whole.unknown + whole.lit // 2, lit=whole.lit - whole.lit // 2)
    assert silent.strict is not None and silent.strict <= whole.strict
    dark = whole._replace(dark=whole.dark + whole.unknown, unknown=0)
    assert dark.strict == whole.strict


def test_sums_of_parts_are_the_sum() -> None:
    assert together([]) == EMPTY
    assert together([NIGHT] * 3) == NIGHT.plus(NIGHT).plus(NIGHT)


def test_numbers_are_grouped_as_in_india() -> None:
    said = [grouped(value) for value in (0, 999, 1000, 123456, 12345678, -1234567, -0.2)]
    assert said == ["0", "999", "1,000", "1,23,456", "1,23,45,678", "-12,34,567", "0"]
    assert grouped(1234.56, 1) == "1,234.6"
