"""A feeder that is off each day and back each evening seems switched; one that trips at other times does not."""

from __future__ import annotations

from collections.abc import Iterable

from host_tools.city.correlation import History, Silence, Switched
from host_tools.city.correlation.learned_feeders import seeming, sentence
from tests.host_tools.city.correlation.streets import F1, F2, POLES, name, wills
from tests.host_tools.city.correlation.test_switched_feeders import at

PLACE = Switched(frozenset(), 23.84, 78.74)


def found(silences: list[Silence], place: Switched = PLACE) -> list[tuple[str, int]]:
    known = frozenset(pole.name for pole in POLES)
    return seeming(POLES, History(known, tuple(silences), (), at(24, "12:00")), place)


def daily(numbers: Iterable[int], off: str, on: str, days: int = 6, cause: str = "lastWill") -> list[Silence]:
    own = list(numbers)
    return [one for day in range(24 - days, 24) for one in wills(own, at(day, off), at(day, on), cause)]


def test_a_feeder_that_is_off_from_dawn_to_dusk_on_most_days_seems_switched() -> None:
    assert found(daily(F1, "06:20", "17:50", 3)) == []
    assert found(daily(F1, "06:20", "17:50", 4)) == [("F1", 4)]
    assert found(daily(F1, "06:20", "17:50") + wills(F1, at(24, "06:20"))) == [("F1", 6)]
    said = sentence("F1", 6)
    assert said.startswith("feeder F1 was off from about sunrise to about sunset on 6 of the last 7 days")
    assert 'F1 = {switched = "dusk-dawn"}' in said
    known = Switched(frozenset(map(name, F1)), 23.84, 78.74)
    assert found(daily(F1, "06:20", "17:50"), known) == []


def test_one_that_trips_at_night_or_at_noon_or_in_part_seems_none() -> None:
    for off, on in (("23:00", "23:50"), ("12:00", "17:50"), ("06:20", "12:00")):
        assert found(daily(F1, off, on)) == []
    assert found(daily(list(F1)[:5], "06:20", "17:50")) == []
    assert found(daily(F2, "06:20", "17:50", cause="broker")) == []
