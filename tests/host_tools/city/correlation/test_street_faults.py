"""Many poles gone together are one fault: which one, since when, and of whom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from host_tools.city.correlation import History, Silence, SupplyLoss, fault, street_faults
from tests.host_tools.city.correlation.streets import (
    EVERY,
    F1,
    F2,
    F3,
    HOUR,
    MINUTE,
    NOW,
    POLES,
    T,
    faults,
    kinds,
    losses,
    name,
    will,
    wills,
)


def test_a_street_that_speaks_has_no_fault() -> None:
    assert faults([]) == []


def test_a_feeder_that_is_off_is_one_fault_from_the_first_minute() -> None:
    [one] = faults(wills(F1, T), now=T + 5 * MINUTE)
    assert (one.kind, one.name, one.begins, one.ends) == ("feederOutage", "F1", T + 7, None)  # the first will
    assert one.silent == one.poles == tuple(name(number) for number in F1)
    assert one.evidence["polesThere"] == 10
    assert "no pole is back yet to tell" in one.cause


def test_it_ends_when_its_poles_are_back_and_have_said_what_it_was() -> None:
    [one] = faults(wills(F1, T, T + HOUR), losses(F1, T - 60, T + HOUR))
    assert (one.kind, one.name, one.begins) == ("feederOutage", "F1", T + 7)
    assert T + HOUR <= one.ends <= T + HOUR + 120
    assert one.silent == ()
    assert one.evidence["supplyLost"] == 10
    assert one.evidence["lastAlive"] <= T - 60


def test_poles_that_say_hours_later_that_they_lost_their_supply_are_one_fault_though_nobody_noticed() -> None:
    [one] = faults([], losses(F2, T, T + 3 * HOUR))
    assert (one.kind, one.name, len(one.poles)) == ("feederOutage", "F2", 10)
    assert T - 900 <= one.begins <= T  # the last moment at which all were alive
    assert one.ends == T + 3 * HOUR


def test_a_few_poles_of_a_feeder_without_supply_are_a_phase_of_it() -> None:
    [one] = faults(wills((1, 4, 7, 10), T, T + HOUR), losses((1, 4, 7, 10), T - 60, T + HOUR))
    assert (one.kind, one.name, len(one.poles)) == ("feederOutage", "F1", 4)
    assert "one phase or one branch" in one.cause


def test_two_poles_that_lost_their_own_supply_at_different_times_are_two_faults() -> None:
    silences = [*wills((2,), T, T + HOUR), *wills((5,), T + 20 * MINUTE, T + HOUR)]
    found = faults(silences, losses((2, 5), T - 60, T + HOUR))
    assert kinds(found) == [("poleSilent", "P0002", 1), ("poleSilent", "P0005", 1)]
    assert "the pole's own supply" in found[0].cause


def test_the_poles_of_an_access_point_on_several_feeders_are_one_fault_of_the_access_point() -> None:
    [one] = faults(wills((*F1, *F2), T), now=T + 10 * MINUTE)
    assert (one.kind, one.name, len(one.poles)) == ("accessPointOutage", "north", 20)


def test_poles_that_had_mains_all_the_time_were_silenced_by_their_access_point() -> None:
    """`south` and F3 have the same poles: which failed is known when these report it."""
    [open_] = faults(wills(F3, T), now=T + 10 * MINUTE)
    assert (open_.kind, open_.evidence["orElse"]) == ("feederOutage", "accessPointOutage south")
    [over] = faults(wills(F3, T, T + HOUR))
    assert (over.kind, over.name, over.evidence["supplyKept"]) == ("accessPointOutage", "south", 10)


def test_an_access_point_that_hangs_on_a_feeder_takes_the_others_along_and_each_is_told() -> None:
    silences = [*wills(F1, T, T + HOUR), *wills(F2, T, T + HOUR)]
    found = faults(silences, losses(F1, T - 60, T + HOUR))
    assert sorted(kinds(found)) == [("accessPointOutage", "north", 10), ("feederOutage", "F1", 10)]


def test_an_access_point_by_its_own_name() -> None:
    poles = [replace(pole, access_point="ap-7") if pole.name in ("P0001", "P0012", "P0021") else pole for pole in POLES]
    known = frozenset(pole.name for pole in poles)
    [one] = street_faults(poles, History(known, tuple(wills((1, 12, 21), T)), (), T + 10 * MINUTE))
    assert kinds([one]) == [("accessPointOutage", "ap-7", 3)]


def test_all_access_points_at_once_are_the_network() -> None:
    [one] = faults(wills(EVERY, T, T + HOUR))
    assert (one.kind, one.name, len(one.poles)) == ("networkOutage", "", 30)


def test_without_the_broker_it_is_the_broker_until_the_poles_are_back() -> None:
    silences = [Silence(name(number), T, T + HOUR + number * 5, "broker", T - 90) for number in EVERY]
    [one] = faults(silences)
    assert (one.kind, one.begins, one.ends) == ("brokerOutage", T, T + HOUR + 150)
    [one] = faults([replace(silence, ends=None) for silence in silences], now=T + 10 * MINUTE)
    assert (one.kind, len(one.silent)) == ("brokerOutage", 30)


def test_the_wills_that_a_broker_publishes_as_it_ends_are_its_own_doing() -> None:
    ended = [will(number, T, T + HOUR + number) for number in F1]
    missed = [Silence(name(number), T + 60, T + HOUR + number, "broker", T - 90) for number in (*F2, *F3)]
    [one] = faults([*ended, *missed])
    assert (one.kind, one.begins, len(one.poles)) == ("brokerOutage", T, 30)


def test_a_feeder_that_tripped_behind_a_broken_broker_shows_when_the_others_are_back() -> None:
    def heard(now: int) -> list[Silence]:
        return [
            Silence(name(number), T, None if number in F2 or now < T + HOUR + number else T + HOUR + number, "broker")
            for number in EVERY
        ]

    assert kinds(faults(heard(T + HOUR + 120), now=T + HOUR + 120)) == [("brokerOutage", "", 30)]
    found = faults(heard(T + 2 * HOUR), now=T + 2 * HOUR)
    assert [(one.kind, one.name, len(one.silent), one.ends is None) for one in found] == [
        ("feederOutage", "F2", 10, True),
        ("brokerOutage", "", 0, False),
    ]


def test_a_pole_alone_is_its_own_fault_while_its_neighbours_speak() -> None:
    [one] = faults([will(4, T)], now=T + HOUR)
    assert (one.kind, one.name, one.begins, one.ends, one.silent) == ("poleSilent", "P0004", T, None, ("P0004",))
    assert "its neighbours speak" in one.cause


def test_a_pole_that_was_away_before_is_not_part_of_what_came_later() -> None:
    found = faults([will(4, T - HOUR), *wills([n for n in F1 if n != 4], T)], now=T + 10 * MINUTE)
    assert kinds(found) == [("poleSilent", "P0004", 1), ("feederOutage", "F1", 9)]
    assert found[1].evidence["polesThere"] == 9


def test_a_pole_that_does_not_come_back_with_its_feeder_becomes_a_fault_of_its_own() -> None:
    rest = [number for number in F1 if number != 7]
    silences = [*wills(rest, T, T + HOUR), will(7, T + 30)]
    gone = losses(rest, T - 60, T + HOUR)
    assert kinds(faults(silences, gone, now=T + HOUR + 300)) == [("feederOutage", "F1", 10)]
    one, other = faults(silences, gone, now=T + 2 * HOUR)
    assert (one.kind, one.name, one.silent) == ("poleSilent", "P0007", ("P0007",))
    assert "did not come back with the others after feeder F1" in one.cause
    assert (other.kind, len(other.poles), one.begins) == ("feederOutage", 10, other.ends)


def test_what_comes_again_within_the_hour_is_the_same_fault() -> None:
    silences = [*wills(F1, T, T + 600), *wills(F1, T + 1800, T + 2400)]
    gone = [*losses(F1, T - 60, T + 600), *losses(F1, T + 1740, T + 2400)]
    [one] = faults(silences, gone)
    assert (one.kind, one.times, one.begins, len(one.poles)) == ("feederOutage", 2, T + 7, 10)
    assert T + 2400 <= one.ends <= T + 2520
    later = wills(F1, T + 3 * HOUR, T + 4 * HOUR)
    assert len(faults([*silences, *later], [*gone, *losses(F1, T + 3 * HOUR, T + 4 * HOUR)])) == 2


def test_a_feeder_that_tripped_twice_unnoticed_is_off_since_the_first_time() -> None:
    [one] = faults([], [*losses(F1, T, T + 600), *losses(F1, T + 1200, T + 1800)])
    assert (one.times, len(one.poles)) == (2, 10)
    assert T - 900 <= one.begins <= T


def flapping(numbers: range | tuple[int, ...], times: int = 5, every_s: int = 20 * MINUTE) -> list[Silence]:
    return [
        will(number, T + turn * every_s + number * 71 % 600, T + turn * every_s + number * 71 % 600 + 90)
        for number in numbers
        for turn in range(times)
    ]


def test_a_weak_access_point_is_one_fault_and_goes_on_for_a_while_after_the_last_drop() -> None:
    drops = flapping((2, 5, 8, 11, 14, 17, 20))
    stray = [will(25, T + HOUR, T + HOUR + 60)]
    [one, *other] = faults([*drops, *stray], now=T + 2 * HOUR)
    assert (one.kind, one.name, len(one.poles), one.ends) == ("accessPointWeak", "north", 7, None)
    assert (one.evidence["drops"], one.evidence["unsteadyElsewhere"]) == (35, {"poles": 0, "of": 10})
    assert one.silent == ()
    assert kinds(other) == [("poleSilent", "P0025", 1)]
    [one, *other] = faults([*drops, *stray], now=T + 8 * HOUR)
    assert one.kind == "accessPointWeak" or other[0].kind == "accessPointWeak"
    assert all(each.ends is not None for each in (one, *other))


def test_an_access_point_that_restarts_again_and_again_is_weak_too() -> None:
    silences = [silence for turn in range(4) for silence in wills(F3, T + turn * 30 * MINUTE, T + turn * 1800 + 200)]
    [one] = faults(silences)
    assert (one.kind, one.name, len(one.poles)) == ("accessPointWeak", "south", 10)


def test_one_unsteady_pole_is_one_fault_of_that_pole() -> None:
    [one] = faults(flapping((3,)))
    assert (one.kind, one.name, one.evidence["drops"]) == ("poleSilent", "P0003", 5)
    assert "radio" in one.cause


def test_a_network_that_comes_and_goes_everywhere_is_no_weak_access_point() -> None:
    silences = [silence for turn in range(4) for silence in wills(EVERY, T + turn * 1800, T + turn * 1800 + 200)]
    [one] = faults(silences)
    assert (one.kind, one.times) == ("networkOutage", 4)


def test_a_feeder_that_trips_again_and_again_is_no_weak_access_point() -> None:
    silences = [silence for turn in range(4) for silence in wills(F3, T + turn * 1800, T + turn * 1800 + 200)]
    gone = [loss for turn in range(4) for loss in losses(F3, T + turn * 1800 - 60, T + turn * 1800 + 200)]
    [one] = faults(silences, gone)
    assert (one.kind, one.name, one.times) == ("feederOutage", "F3", 4)


def test_a_loss_without_a_last_mark_of_life_counts_from_when_it_was_said() -> None:
    [one] = faults([], [SupplyLoss(name(number), T + number * 5, None) for number in F1])
    assert (one.kind, one.name, len(one.poles)) == ("feederOutage", "F1", 10)


def test_a_pole_that_the_site_does_not_have_is_told_all_the_same() -> None:
    history = History(frozenset({"P9999"}), (Silence("P9999", T, None, "lastWill"),), (), NOW)
    assert kinds(street_faults(POLES, history)) == [("poleSilent", "P9999", 1)]


@pytest.mark.parametrize("spread", [0, 30, 90])
def test_every_fault_says_what_to_carry(spread: int) -> None:
    found = faults([*wills(F1, T), *wills(F3, T + HOUR + spread), will(15, T + 2 * HOUR)])
    assert len(found) == 3
    assert all(one.carry and one.cause for one in found)


def unknown(silences: list[Silence], gone: list[SupplyLoss], now: int = NOW) -> list[tuple[str, str, int]]:
    """The faults where neither feeder nor access point of any pole is known."""
    poles = [replace(pole, zone="", feeder="", access_point="") for pole in POLES]
    known = frozenset(pole.name for pole in poles)
    return kinds(street_faults(poles, History(known, tuple(silences), tuple(gone), now)))


def test_poles_whose_feeder_is_not_known_share_none() -> None:
    found = unknown(wills(F1, T), losses(F1, T, T + HOUR), T + MINUTE * 5)
    assert {kind for kind, _name, _poles in found} == {fault.POLE}
    assert len(found) == 10


def test_where_no_access_point_is_known_the_network_can_still_be_told() -> None:
    assert unknown(wills(EVERY, T), [], T + MINUTE * 5) == [(fault.NETWORK, "", 30)]


def test_where_no_access_point_is_known_none_is_weak() -> None:
    drops = [will(number, T + 600 * turn + number, T + 600 * turn + number + 40) for number in F1 for turn in range(6)]
    assert not [kind for kind, _name, _poles in unknown(drops, []) if kind == fault.WEAK_ACCESS_POINT]
