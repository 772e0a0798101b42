from pole.lighting.arbiter import Arbiter, Override
from pole.lighting.calendar import Switch
from pole.lighting.overrides import ALL, MAX_HELD, cancel, forget, hold, key_of, under

NOW = 1794000000
EVENING = Switch(60, 30, "main-road: 22:30", NOW - 3600, NOW + 7200)


def override(owner, level, start=NOW - 10, expiration=NOW + 600, ref="", ramp_s=2):
    return Override(owner, level, owner + " says so", ref, start, expiration, ramp_s)


def decided(arbiter, now=NOW, switch=EVENING, dark=True, safety=None, ticks_ms=0):
    decision = arbiter.decide(now, switch, dark, safety, ticks_ms)
    return decision.level, decision.owner


def test_the_calendar_decides_when_nobody_else_wants_anything():
    decision = Arbiter().decide(NOW, EVENING, False, None, 0)
    assert (decision.level, decision.owner, decision.reason) == (60, "calendar", "main-road: 22:30")
    assert (decision.until, decision.ramp_s) == (NOW + 7200, 30)


def test_an_operator_takes_the_place_of_the_calendar_up_or_down():
    for level in (0, 30, 100):
        arbiter = Arbiter()
        hold(arbiter, override("operator", level, ramp_s=7))
        decision = arbiter.decide(NOW, EVENING, False, None, 0)
        assert (decision.level, decision.owner, decision.reason) == (level, "operator", "operator says so")
        assert (decision.until, decision.ramp_s) == (NOW + 600, 7)


def test_it_falls_back_by_itself():
    arbiter = Arbiter()
    hold(arbiter, override("emergency", 100, expiration=NOW + 60))
    hold(arbiter, override("operator", 30, expiration=NOW + 120))
    assert decided(arbiter, NOW + 59) == (100, "emergency")
    assert decided(arbiter, NOW + 60) == (30, "operator")
    assert decided(arbiter, NOW + 120) == (60, "calendar")
    assert arbiter.held == []


def test_what_starts_later_waits():
    arbiter = Arbiter()
    hold(arbiter, override("operator", 30, start=NOW + 60))
    assert decided(arbiter, NOW + 59) == (60, "calendar")
    assert decided(arbiter, NOW + 60) == (30, "operator")


def test_incident_and_lock_only_raise():
    for owner in ("incident", "lock"):
        arbiter = Arbiter()
        hold(arbiter, override(owner, 80))
        assert decided(arbiter) == (80, owner)
        hold(arbiter, override(owner, 60))
        assert decided(arbiter) == (60, "calendar")
        hold(arbiter, override(owner, 40))
        assert decided(arbiter) == (60, "calendar")


def test_a_lock_bars_the_operator_from_lowering():
    arbiter = Arbiter()
    hold(arbiter, override("lock", 80))
    hold(arbiter, override("operator", 0))
    assert decided(arbiter) == (80, "lock")
    hold(arbiter, override("operator", 90))
    assert decided(arbiter) == (90, "operator")


def test_an_incident_raises_above_a_lock():
    arbiter = Arbiter()
    hold(arbiter, override("incident", 100))
    hold(arbiter, override("lock", 80))
    assert decided(arbiter) == (100, "incident")


def test_emergency_and_local_have_the_last_word_in_both_directions():
    arbiter = Arbiter()
    hold(arbiter, override("incident", 100))
    hold(arbiter, override("emergency", 20))
    assert decided(arbiter) == (20, "emergency")
    hold(arbiter, override("local", 0))
    assert decided(arbiter) == (0, "local")


def test_safety_caps_everyone_and_raises_nobody():
    arbiter = Arbiter()
    hold(arbiter, override("local", 90))
    decision = arbiter.decide(NOW, EVENING, False, 50, 0)
    assert (decision.level, decision.owner, decision.until) == (50, "safety", None)
    assert decision.reason == "limited to 50 percent"
    assert decided(arbiter, safety=90) == (90, "local")
    decision = arbiter.decide(NOW, EVENING, False, 0, 0)
    assert (decision.level, decision.reason) == (0, "cut-off")


def test_of_several_of_one_owner_the_latest_start_wins():
    arbiter = Arbiter()
    hold(arbiter, override("operator", 30, start=NOW - 10, ref="a"))
    hold(arbiter, override("operator", 50, start=NOW - 20, ref="b"))
    assert decided(arbiter) == (30, "operator")
    hold(arbiter, override("operator", 70, start=NOW - 10, ref="c"))
    assert decided(arbiter) == (70, "operator")


def test_of_several_incidents_the_highest_wins():
    arbiter = Arbiter()
    hold(arbiter, override("incident", 90, start=NOW - 20, ref="a"))
    hold(arbiter, override("incident", 70, start=NOW - 10, ref="b"))
    assert decided(arbiter) == (90, "incident")


def test_the_same_reference_replaces():
    arbiter = Arbiter()
    hold(arbiter, override("operator", 30, ref="a"))
    hold(arbiter, override("operator", 40, ref="a", start=NOW - 100))
    assert decided(arbiter) == (40, "operator")
    assert len(arbiter.held) == 1


def test_cancel_by_reference_or_all_of_an_owner():
    arbiter = Arbiter()
    for owner in ("operator", "emergency"):
        for ref in ("a", "b", ""):
            hold(arbiter, override(owner, 30, ref=ref))
    assert cancel(arbiter, "operator", "a")
    assert not cancel(arbiter, "operator", "a")
    assert not cancel(arbiter, "lock", None)
    assert sorted([(held.owner, held.ref) for held in arbiter.held if held.owner == "operator"]) == [
        ("operator", ""),
        ("operator", "b"),
    ]
    assert cancel(arbiter, "operator", None)
    assert [held.owner for held in arbiter.held] == ["emergency"] * 3


def test_without_a_clock_the_photocell_decides_and_without_that_it_is_on():
    arbiter = Arbiter()
    assert decided(arbiter, None, None, True) == (100, "photocell")
    assert decided(arbiter, None, None, False) == (0, "photocell")
    assert decided(arbiter, None, None, None) == (100, "default")
    assert arbiter.decide(None, None, None, None, 0).until is None


def test_a_photocell_in_doubt_decides_nothing_and_the_reason_says_why():
    for dark in (True, False):
        decision = Arbiter().decide(None, None, dark, None, 0, "photocell failed")
        assert (decision.level, decision.owner) == (100, "default")
        assert decision.reason == "clock unknown, photocell failed"
    decision = Arbiter().decide(NOW, None, False, None, 0, "daylight unconfirmed")
    assert (decision.level, decision.reason) == (100, "safe mode, daylight unconfirmed")
    assert Arbiter().decide(NOW, EVENING, False, None, 0, "photocell failed").level == 60  # the calendar needs none


def test_without_a_clock_a_command_may_raise_but_not_lower():
    arbiter = Arbiter()
    hold(arbiter, override("operator", 40), 5000)
    assert decided(arbiter, None, None, False) == (40, "operator")
    assert decided(arbiter, None, None, True) == (100, "photocell")
    assert decided(arbiter, None, None, None) == (100, "default")
    hold(arbiter, override("local", 0), 5000)
    assert decided(arbiter, None, None, True) == (100, "photocell")


def test_without_a_clock_a_lower_command_does_not_hide_a_higher_one():
    arbiter = Arbiter()
    hold(arbiter, override("emergency", 100, start=NOW - 20, ref="a"), 5000)
    hold(arbiter, override("emergency", 10, start=NOW - 10, ref="b"), 5000)
    assert decided(arbiter, None, None, False) == (10, "emergency")
    assert decided(arbiter, None, None, True) == (100, "emergency")


def test_without_a_clock_it_ends_by_ticks():
    arbiter = Arbiter()
    hold(arbiter, override("operator", 40), 5)
    last_tick = (1 << 30) - 1
    assert decided(arbiter, None, None, False, None, last_tick) == (40, "operator")
    assert decided(arbiter, None, None, False, None, 4) == (40, "operator")
    assert decided(arbiter, None, None, False, None, 5) == (0, "photocell")
    assert decided(arbiter, None, None, False, None, 1 << 29) == (0, "photocell")  # a week later


def test_without_a_clock_what_only_has_a_unix_end_waits_for_the_clock():
    arbiter = Arbiter()
    hold(arbiter, override("operator", 40))
    assert decided(arbiter, None, None, False) == (0, "photocell")
    assert decided(arbiter) == (40, "operator")


def test_a_deadline_in_ticks_holds_when_the_clock_is_back():
    arbiter = Arbiter()
    hold(arbiter, override("operator", 40, expiration=NOW + 99999), 5000)
    assert decided(arbiter, ticks_ms=4999) == (40, "operator")
    assert decided(arbiter, ticks_ms=5000) == (60, "calendar")


def test_expire_says_whether_anything_ended():
    arbiter = Arbiter()
    hold(arbiter, override("operator", 40, expiration=NOW + 5))
    assert not arbiter.expire(NOW + 4, 0)
    assert arbiter.expire(NOW + 5, 0)
    assert not arbiter.expire(NOW + 5, 0)


def test_next_change_is_the_next_start_or_end():
    arbiter = Arbiter()
    assert arbiter.next_change(NOW) is None
    hold(arbiter, override("operator", 40, start=NOW + 30, expiration=NOW + 50, ref="a"))
    hold(arbiter, override("operator", 40, start=NOW - 30, expiration=NOW + 40, ref="b"))
    assert arbiter.next_change(NOW) == NOW + 30
    assert arbiter.next_change(NOW + 30) == NOW + 40
    assert arbiter.next_change(NOW + 40) == NOW + 50
    assert arbiter.next_change(NOW + 50) is None
    assert arbiter.next_change(None) is None


def test_a_decision_that_stays_the_same_is_the_same():
    arbiter = Arbiter()
    decision = arbiter.decide(NOW, EVENING, True, None, 0)
    assert arbiter.decide(NOW + 1, EVENING, True, None, 1000) is decision
    assert arbiter.decide(NOW + 2, EVENING, True, 10, 2000) is not decision


def test_what_is_saved_and_held_again_decides_the_same():
    first = Arbiter()
    hold(first, override("operator", 30, ref="a"))
    hold(first, override("operator", 50, ref="b"))
    second = Arbiter()
    for held in first.held:
        hold(second, held)
    assert decided(second) == decided(first) == (50, "operator")


def test_when_it_is_full_the_lowest_owner_gives_way():
    arbiter = Arbiter()
    for i in range(MAX_HELD):
        assert hold(arbiter, override("operator", 30, start=NOW - 100 + i, ref=str(i)))
    assert hold(arbiter, override("emergency", 100))
    assert len(arbiter.held) == MAX_HELD
    assert not [held for held in arbiter.held if held.ref == "0"]
    assert decided(arbiter) == (100, "emergency")
    for i in range(MAX_HELD):
        hold(arbiter, override("emergency", 100, ref=str(i)))
    assert not hold(arbiter, override("operator", 0, ref="late"))


# -- what a shared key asks for, beside what the pole's own key does


def shared(owner, level, key="W21", ref="", **more):
    return override(owner, level, ref=under(key, ref), **more)


def test_a_shared_key_lowers_the_calendar_and_never_what_the_own_key_asks_for():
    arbiter = Arbiter()
    hold(arbiter, shared("emergency", 20))
    assert decided(arbiter) == (20, "emergency")
    hold(arbiter, override("operator", 50))
    assert decided(arbiter) == (50, "operator")
    hold(arbiter, shared("operator", 20, start=NOW))
    assert decided(arbiter) == (50, "operator")
    hold(arbiter, shared("emergency", 70, key="W22", start=NOW))  # more light it may give
    assert decided(arbiter) == (70, "emergency")


def test_of_one_owner_the_later_one_decides_where_the_shared_key_wants_more_light():
    for start, level in ((NOW - 20, 40), (NOW, 80)):
        arbiter = Arbiter()
        hold(arbiter, override("operator", 40))
        hold(arbiter, shared("operator", 80, start=start))
        assert decided(arbiter) == (level, "operator")
    arbiter = Arbiter()
    hold(arbiter, override("incident", 70))
    hold(arbiter, shared("incident", 90, start=NOW - 20))
    assert decided(arbiter) == (90, "incident")


def test_a_shared_key_ends_what_it_asked_for_and_nothing_else():
    for ref in (under("W21", ALL), under("W21", "x")):
        arbiter = Arbiter()
        hold(arbiter, override("lock", 90, ref="x"))
        hold(arbiter, shared("lock", 95, "W22", "x"))
        assert not cancel(arbiter, "lock", ref)
        hold(arbiter, shared("lock", 100, "W21", "x"))
        assert cancel(arbiter, "lock", ref)
        assert [one.level for one in arbiter.held] == [90, 95]
    assert cancel(arbiter, "lock", "x")  # the own key ends all of that reference
    assert arbiter.held == []


def test_the_same_reference_under_a_shared_key_is_another_one():
    arbiter = Arbiter()
    hold(arbiter, override("emergency", 100, ref="cap-17"))
    hold(arbiter, shared("emergency", 20, ref="cap-17", expiration=NOW + 9000))
    assert decided(arbiter) == (100, "emergency") and len(arbiter.held) == 2


def test_what_a_shared_key_asked_for_below_the_own_key_does_not_outlive_that():
    for ends in (lambda arbiter: cancel(arbiter, "emergency", "cap"), lambda arbiter: None):
        arbiter = Arbiter()
        hold(arbiter, override("emergency", 100, ref="cap", expiration=NOW + 60))
        hold(arbiter, shared("emergency", 20, expiration=NOW + 6000))
        hold(arbiter, shared("lock", 70, expiration=NOW + 6000))
        assert decided(arbiter) == (100, "emergency")
        ends(arbiter)
        assert decided(arbiter, NOW + 60) == (70, "lock")  # which raises, and still does
        cancel(arbiter, "lock", under("W21", ALL))
        assert decided(arbiter, NOW + 61) == (60, "calendar")


def test_a_shared_key_crowds_out_nothing_of_the_own_key():
    arbiter = Arbiter()
    for number in range(MAX_HELD):
        assert hold(arbiter, override("operator", 50, ref="own-%d" % number, start=NOW - 9000))
    for number in range(40):
        assert not hold(arbiter, shared("emergency", 90, ref="r%d" % number))
    assert len(arbiter.held) == MAX_HELD and {key_of(one) for one in arbiter.held} == {""}
    arbiter = Arbiter()
    for key in ("W21", "W22", "W23"):
        for number in range(40):
            hold(arbiter, Override("emergency", 90, "\u0920" * 80, under(key, "r%062d" % number), NOW, NOW + 60, 2))
    size = sum([len(one.reason.encode()) + len(one.ref.encode()) for one in arbiter.held])
    assert size <= 2400 and {key_of(one) for one in arbiter.held} == {"W21", "W22", "W23"}
    for number in range(MAX_HELD):
        assert hold(arbiter, override("operator", 50, ref="own-%d" % number))
    assert len(arbiter.held) == MAX_HELD and {key_of(one) for one in arbiter.held} == {""}


def test_a_key_that_is_taken_away_takes_along_what_it_asked_for():
    arbiter = Arbiter()
    hold(arbiter, override("lock", 80))
    hold(arbiter, shared("operator", 20))
    hold(arbiter, shared("operator", 30, "W22"))
    forget(arbiter, "W21")
    assert [one.level for one in arbiter.held] == [80, 30]
