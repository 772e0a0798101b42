"""Minutes of a night: lit, dark, unknown."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from host_tools.city.ledger.night import Minutes, Seen, minutes

NIGHT = 24 * 3600


def every(seconds: int, low: int, high: int, watts: float, level: int | None, wh: int = 0) -> list[Seen]:
    return [
        Seen(at, wh + round((at - low) * watts / 3600), round(watts * 10), level) for at in range(low, high, seconds)
    ]


def test_a_lamp_that_burns_from_six_to_six_and_is_off_by_day() -> None:
    readings = [
        *every(300, 0, 6 * 3600, 0.5, 0),
        *every(300, 6 * 3600, 18 * 3600, 148, 100),
        *every(300, 18 * 3600, NIGHT + 300, 0.5, 0),
    ]
    assert minutes(readings, [], 0, NIGHT) == Minutes(720, 0, 0)


def test_no_power_though_light_was_asked_for_is_dark() -> None:
    assert minutes(every(300, 0, NIGHT + 300, 0.4, 60), [], 0, NIGHT) == Minutes(0, 1440, 0)


def test_a_driver_without_its_lamp_takes_power_and_is_dark_by_the_event() -> None:
    readings = every(300, 0, NIGHT + 300, 5, 100)
    assert minutes(readings, [(3600, 3 * 3600)], 0, NIGHT) == Minutes(1320, 120, 0)


def test_what_nothing_was_measured_of_is_unknown() -> None:
    assert minutes([], [], 0, NIGHT) == Minutes(0, 0, 1440)
    readings = [*every(300, 0, 7200, 148, 100), *every(300, 14400, NIGHT + 300, 148, 100)]
    assert minutes(readings, [], 0, NIGHT) == Minutes(1315, 0, 125)


def test_the_counter_shows_that_a_lamp_burnt_while_its_readings_were_lost() -> None:
    burnt = every(300, 0, NIGHT + 300, 148, 100)
    readings = burnt[:24] + burnt[60:]
    assert minutes(readings, [], 0, NIGHT) == Minutes(1440, 0, 0)
    half = burnt[:24] + [one._replace(energy_wh=(one.energy_wh or 0) - 300) for one in burnt[60:]]
    assert minutes(half, [], 0, NIGHT).unknown == 185


seen = st.builds(
    Seen, st.integers(-7200, NIGHT + 7200), st.none() | st.integers(0, 10**7), st.none() | st.integers(0, 20000),
    st.none() | st.integers(0, 100),
)  # fmt: skip


@given(
    st.lists(seen, max_size=20, unique_by=lambda one: one.at),
    st.lists(st.tuples(st.integers(-9999, NIGHT), st.integers(0, NIGHT + 9999)), max_size=3),
)
def test_all_minutes_are_at_most_those_of_the_night(readings: list[Seen], dark: list[tuple[int, int]]) -> None:
    found = minutes(sorted(readings, key=lambda one: one.at), dark, 0, NIGHT)
    assert min(found[:3]) >= 0
    assert sum(found[:3]) <= 1440
    if not readings and not dark:
        assert found.unknown == 1440
