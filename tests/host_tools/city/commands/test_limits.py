"""How far a role may go, and from when on it takes two."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from host_tools.city.commands import limits
from host_tools.city.commands.order import Order
from host_tools.site.command_limits import read_limits
from host_tools.site.limit import Limit, roles
from host_tools.site.load import load_site
from host_tools.site.toml_reader import Reader

NOW = 1_795_521_600
SAGAR = load_site("sagar")


def ruling(
    count: int = 1, target: int | None = 100, night: bool = True, hours: float = 1,
    known: dict[str, Limit] | None = None, **fields: object,
) -> limits.Ruling:  # fmt: skip
    values = {"role": "engineer", "owner": "operator", "level": 60, **fields}
    order = Order("asha", kind="override", expiration=NOW + int(hours * 3600), written_at=NOW, **values)  # type: ignore[arg-type]
    return limits.judge(order, {f"P{one}": target for one in range(count)}, known or roles(20), 20, night, NOW)


@pytest.mark.parametrize("role", ["operator", "engineer"])
def test_more_than_fifty_poles_darkened_at_night_take_two_whoever_it_is(role: str) -> None:
    assert ruling(50, role=role) == limits.Ruling()
    assert "darkens 51 poles" in ruling(51, role=role).second
    assert ruling(51, role=role, night=False) == limits.Ruling()


@pytest.mark.parametrize(("target", "level", "darker"), [
    (60, 60, False), (50, 60, False), (0, 60, True), (None, 60, True), (0, 100, False), (None, 100, False),
])  # fmt: skip
def test_a_pole_that_is_off_or_not_known_may_be_on_later(target: int | None, level: int, darker: bool) -> None:
    assert bool(ruling(51, target, level=level).second) is darker


def test_what_only_raises_takes_one() -> None:
    assert ruling(500, owner="incident", level=10) == limits.Ruling()


def test_an_operator_above_his_number_of_poles_needs_another_and_is_not_refused() -> None:
    assert ruling(2000, role="operator", level=100) == limits.Ruling()
    assert "2001 poles" in ruling(2001, role="operator", level=100).second


def test_an_emergency_below_the_floor_takes_two_by_day_too() -> None:
    assert "below the site's floor" in ruling(owner="emergency", level=0, night=False).second


def test_the_time_counts_from_the_start() -> None:
    assert ruling(role="operator", start=NOW + 3600, hours=13) == limits.Ruling()
    assert "13 h" in ruling(role="operator", start=NOW - 3600, hours=13).refused
    assert "at most 7 days ahead" in ruling(start=NOW + 8 * 86400, hours=200).refused


def test_a_token_has_its_own_limits(tmp_path: Path) -> None:
    text = '[limits.traffic]\nlowest = 70\nhours = 0.5\nowners = ["incident"]\n[limits.operator]\nhours = 6\n'
    reader = Reader("site.toml", text)
    known = dict(read_limits(reader, 20))
    assert reader.problems == []
    assert ruling(known=known, role="traffic", owner="incident", level=85, hours=0.5) == limits.Ruling()
    assert "must be, for traffic, incident" in ruling(known=known, role="traffic", level=85, hours=0.5).refused
    assert "70 to 100" in ruling(known=known, role="traffic", owner="incident", level=60, hours=0.5).refused
    assert "at most 0 h 30 min" in ruling(known=known, role="traffic", owner="incident", level=70).refused
    assert known["operator"] == Limit(20, 100, 6 * 3600, 2000, ("operator",))


@pytest.mark.parametrize(("hour", "hours", "night"), [
    (12, 2, False), (12, 8, True), (16, 1, False), (20, 1, True), (3, 1, True), (8, 9, False), (8, 30, True),
])  # fmt: skip
def test_the_night_of_the_site(hour: int, hours: int, night: bool) -> None:
    since = int(datetime(2026, 11, 24, hour, tzinfo=UTC).timestamp()) - 5 * 3600 - 1800  # local time of Sagar
    assert limits.touches_night(SAGAR, since, since + hours * 3600) is night
