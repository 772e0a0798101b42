"""Minutes of a night: lit, dark, unknown."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host_tools.city.ledger.night import COVER_S, Loss, Minutes, Seen, minutes
from host_tools.city.ledger.plan import Plan

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


# -- with a plan: 18:00 to 06:00 of a night that begins at noon, at 150 W

FROM, TO = 6 * 3600, 18 * 3600
SHOULD = 720


def plan(start: int = -NIGHT, days: int = 3, level: int = 100) -> Plan:
    day = bytes(360) + bytes([level]) * SHOULD + bytes(360)
    return Plan(start, day * days, (bytes(360) + b"\1" * SHOULD + bytes(360)) * days, tuple(15 * n for n in range(101)))


def lived(dark: tuple[int, int] = (0, 0), step: int = 300, off: int = 0) -> list[Seen]:
    """What a sound meter says of a night, but for the lamp being dark in the time *dark*."""
    out, wh = [], 5000.0
    for at in range(-300 + off, NIGHT + 600, step):
        asked = FROM <= at < TO
        lit = asked and not dark[0] <= at < dark[1]
        out.append(Seen(at, round(wh), 1500 if lit else 4, 100 if asked else 0))
        wh += step * (150 if lit else 0.4) / 3600
    return out


def test_a_sound_night_is_lit_in_all_minutes_that_it_should_be_however_its_readings_lie() -> None:
    for off in range(0, 300, 37):
        assert minutes(lived(off=off), [], 0, NIGHT, plan()) == Minutes(SHOULD, 0, 0, SHOULD, 0, 0)


def test_the_programme_says_when_between_two_readings_the_lamp_went_on() -> None:
    # readings at 17:58 and 18:12: the middle would be 18:05, and the programme says 18:00
    readings = [one for one in lived() if not FROM - 120 < one.at < FROM + 600]
    assert minutes(readings, [], 0, NIGHT, plan()).lit == SHOULD


def test_a_lamp_that_is_off_though_the_programme_wants_light_is_dark_and_one_by_day_is_lit_else() -> None:
    off = [one._replace(power_dw=4, level=0) for one in lived()]
    assert minutes(off, [], 0, NIGHT, plan()) == Minutes(0, SHOULD, 0, SHOULD, 0, 0)
    by_day = [one._replace(power_dw=1500) for one in lived()]
    assert minutes(by_day, [], 0, NIGHT, plan()) == Minutes(SHOULD, 0, 0, SHOULD, 0, SHOULD)


def test_a_quarter_of_the_power_is_light_and_less_is_not() -> None:
    for power, lit in ((380, SHOULD), (370, 0)):
        readings = [one._replace(power_dw=power) if one.level else one for one in lived()]
        assert minutes(readings, [], 0, NIGHT, plan()).lit == lit


def test_a_failure_whose_end_was_lost_ends_where_the_lamp_takes_its_power_again() -> None:
    readings = lived(dark=(FROM, FROM + 3600))
    found = minutes(readings, [(FROM, NIGHT)], 0, NIGHT, plan())
    assert abs(found.dark - 60) <= 3
    assert found.lit + found.dark == SHOULD


def test_a_loss_of_supply_begins_in_the_middle_of_what_the_pole_can_know_and_ends_with_its_start() -> None:
    gone, back = FROM + 3600, FROM + 2 * 3600
    readings = [one for one in lived() if not gone <= one.at < back]
    found = minutes(readings, [], 0, NIGHT, plan(), [Loss(gone - 200, back, back)])
    assert abs(found.dark - 60) <= 5
    assert (found.unknown, found.excluded) == (0, 0)
    shed = minutes(readings, [], 0, NIGHT, plan(), [Loss(gone - 200, back, back)], [(gone + 120, back + 60)])
    assert shed == found._replace(dark=0, excluded=found.dark)


def test_of_a_loss_that_is_longer_than_the_outage_only_the_outage_is_excluded() -> None:
    gone, back = FROM + 3600, FROM + 6 * 3600
    readings = [one for one in lived() if not gone <= one.at < back]
    shed = (FROM + 2 * 3600, FROM + 3 * 3600)
    found = minutes(readings, [], 0, NIGHT, plan(), [Loss(gone - 200, back, back)], [shed])
    assert found.excluded == 60
    assert abs(found.dark - 240) <= 5


def test_a_board_with_a_hold_up_tells_the_moment_of_a_loss() -> None:
    gone, back = FROM + 3600, FROM + 2 * 3600
    readings = [one for one in lived() if not gone <= one.at < back]
    assert minutes(readings, [], 0, NIGHT, plan(), [Loss(None, gone, back)]).dark == 60


def test_the_supply_excludes_no_minute_that_was_lit() -> None:
    assert minutes(lived(), [], 0, NIGHT, plan(), outages=[(FROM, TO)]) == Minutes(SHOULD, 0, 0, SHOULD, 0, 0)
    silent = minutes([], [], 0, NIGHT, plan(), outages=[(FROM, FROM + 3600)])
    assert silent == Minutes(0, 0, SHOULD - 60, SHOULD, 60, 0)


@pytest.mark.parametrize(("part", "lit"), [(1.0, SHOULD), (0.97, SHOULD), (0.9, 0), (0.5, 0)])
def test_over_a_gap_the_counter_proves_light_only_where_nearly_all_of_the_energy_was_taken(
    part: float, lit: int
) -> None:  # fmt: skip
    # a pole without network from before dusk to after dawn
    taken = round(150 * 12 * part)
    readings = [Seen(FROM - 600, 1000, 4, 0), Seen(TO + 600, 1000 + taken, 4, 0)]
    found = minutes(readings, [], 0, NIGHT, plan())
    assert (found.lit, found.lit + found.unknown) == (lit, SHOULD)
    nothing = minutes([readings[0], readings[1]._replace(energy_wh=1001)], [], 0, NIGHT, plan())
    assert nothing.dark == SHOULD


def test_a_gap_of_days_is_unknown_whatever_the_counter_says() -> None:
    readings = [Seen(-2 * 3600, 0, 4, 0), Seen(NIGHT + 2 * 3600, 1800, 4, 0)]
    assert minutes(readings, [], 0, NIGHT, plan()) == Minutes(0, 0, SHOULD, SHOULD, 0, 0)


spans = st.tuples(st.integers(-9999, NIGHT), st.integers(1, 30_000)).map(lambda one: (one[0], sum(one)))
losses = st.builds(
    lambda alive, told, lasts: Loss(alive, told, told + lasts),
    st.none() | st.integers(-9999, NIGHT), st.integers(-9999, NIGHT), st.sampled_from([0, 0, 30, 900, 20_000]),
)  # fmt: skip
sound = st.lists(seen, max_size=30, unique_by=lambda one: one.at).map(lambda some: sorted(some, key=lambda one: one.at))


@given(sound, st.lists(spans, max_size=3), st.lists(losses, max_size=3), st.lists(spans, max_size=3), st.randoms())
def test_the_minutes_that_should_be_lit_add_up_whatever_comes_and_in_whichever_order(
    readings: list[Seen], dark: list[tuple[int, int]], lost: list[Loss], outages: list[tuple[int, int]], chance: Random
) -> None:
    found = minutes(readings, dark, 0, NIGHT, plan(), lost, outages)
    assert found.lit + found.dark + found.unknown + (found.excluded or 0) == found.should == SHOULD
    assert min(one or 0 for one in found) >= 0
    for some in (dark, lost, outages):
        chance.shuffle(some)
    assert minutes(readings, dark, 0, NIGHT, plan(), lost, outages) == found


@given(sound)
def test_no_minute_of_silence_is_lit(readings: list[Seen]) -> None:
    # without a counter a minute is lit only between two readings that are at most three usual intervals apart
    mute = [one._replace(energy_wh=None) for one in readings]
    covered = sum(b.at - a.at for a, b in pairwise(mute) if b.at - a.at <= COVER_S)
    found = minutes(mute, [], 0, NIGHT, plan())
    assert (found.lit + (found.lit_else or 0)) * 60 <= covered + 60 * len(mute)
