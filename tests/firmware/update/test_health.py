"""What new software is judged by on probation, and which moment is good to start it."""

from pole.update import health, moment

NOW = 1795500000
MINUTE = 60000


def seen(**changes):
    fields = {
        "level": 70, "owner": "calendar", "arrived": True, "closed": True, "dim": 7000, "power_mw": 42000, "faults": (),
        "parts": (),
    }  # fmt: skip
    fields.update(changes)
    return health.Seen(**fields)


FACTS = health.facts_of(seen(), NOW)


def judged(since_ms=2 * MINUTE, fresh=True, facts=FACTS, **changes):
    return health.judge(facts, seen(**changes), since_ms, fresh)


def test_the_same_light_is_well():
    assert judged() == "" and judged(dim=7400, power_mw=38000) == ""


def test_a_lamp_that_does_not_burn_as_before_is_found():
    assert judged(closed=False) == health.LAMP
    assert judged(level=0, closed=False) == health.LAMP
    assert judged(level=0, closed=False, owner="photocell") == health.LAMP
    assert judged(dim=3500) == judged(dim=9000) == health.LAMP
    assert judged(level=35, dim=3500) == health.LAMP


def test_another_level_that_is_rightly_asked_for_is_no_fault():
    assert judged(level=40, owner="operator", dim=4000, power_mw=20000) == ""
    assert judged(level=0, owner="operator", closed=False, dim=0) == ""
    assert judged(level=100, owner="default", dim=10000) == ""  # the clock is not set yet
    assert judged(arrived=False, dim=10000) == ""  # a ramp from the start
    # long after the switch, as when the power was away: the evening's level proves nothing of the morning
    assert judged(fresh=False, level=0, closed=False) == ""
    assert judged(fresh=False, level=50, closed=False) == health.LAMP


def test_the_meter_has_to_agree_where_there_is_one():
    assert judged(power_mw=20000) == judged(power_mw=80000) == health.METER
    assert judged(power_mw=20000, since_ms=MINUTE // 2) == ""  # it may not have measured yet
    assert judged(power_mw=None) == ""
    assert judged(facts=health.facts_of(seen(power_mw=None), NOW), power_mw=1) == ""


def test_only_what_is_new_counts():
    before = health.facts_of(seen(faults=["lampFailure"], parts=["rtc"]), NOW)
    assert judged(facts=before, faults=["lampFailure"], parts=["rtc"]) == ""
    assert judged(facts=before, parts=["rtc", "meter"]) == health.PART
    assert judged(faults=["lowVoltage"]) == health.FAULT


def looks(count, **changes):
    """What so many looks of ten seconds come to; a change may be a function of the number of the look."""
    notes = health.notes(0)
    for number in range(1, count + 1):
        now = {name: one(number) if callable(one) else one for name, one in changes.items()}
        late, free = now.pop("late", 0), now.pop("free", None)
        found = health.look(notes, FACTS, seen(**now), number * 10000, True, late, free)
        if found:
            return number, found
    return None


def test_one_look_between_two_levels_is_no_fault_and_two_are():
    assert looks(60, closed=lambda number: number != 7) is None
    assert looks(60, closed=lambda number: number < 7) == (8, health.LAMP)


def test_memory_that_shrinks_is_found_and_one_that_wavers_is_not():
    assert looks(60, free=lambda number: 30000 - 200 * (number % 5)) is None
    assert looks(60, free=lambda number: 30000 - 200 * number)[1] == health.MEMORY
    assert looks(60, free=3000) == (1, health.MEMORY)


def test_a_loop_that_is_often_late_is_found_and_a_look_up_of_a_name_is_not():
    assert looks(60, late=lambda number: 7000 if number % 20 == 0 else 0) is None
    assert looks(60, late=3000)[1] == health.LATE


def test_the_moment_is_good_in_a_steady_light_alone():
    end = NOW + moment.STEADY_S
    assert moment.is_good(NOW, 70, True, end, None, False) and moment.is_good(NOW, 70, True, None, end, False)
    assert moment.is_good(None, 100, True, None, None, False)
    assert not moment.is_good(NOW, 0, True, end, None, False)  # by day
    assert not moment.is_good(NOW, 70, False, end, None, False)  # on a ramp
    assert not moment.is_good(NOW, 70, True, end - 1, None, False)  # before a switch point, or an override's end
    assert not moment.is_good(NOW, 70, True, end, end - 1, False)
    assert not moment.is_good(NOW, 70, True, end, None, True)  # the photocell sees a dusk
    assert not moment.is_good(None, 70, True, end, None, False)
