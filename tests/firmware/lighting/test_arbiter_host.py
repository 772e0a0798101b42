"""The arbiter against a second implementation of the design's order, and properties that hold for any requests."""

from hypothesis import given, settings, strategies

from pole.lighting.arbiter import Arbiter, Override
from pole.lighting.calendar import Switch
from pole.lighting.overrides import ALL, MAX_HELD, cancel, hold, under

OWNERS = ("operator", "lock", "incident", "emergency", "local")
NOW = 1794000000
LEVELS = strategies.integers(0, 100)
ORDERS = strategies.lists(
    strategies.tuples(
        strategies.sampled_from(OWNERS),
        LEVELS,
        strategies.sampled_from("abcd"),
        strategies.integers(NOW - 50, NOW + 50),  # start
        strategies.integers(1, 80),  # seconds
        strategies.none() | strategies.integers(1, 100_000),  # deadline in ticks
    ),
    max_size=MAX_HELD,
)
SAFETY = strategies.none() | LEVELS
SWITCH = strategies.builds(Switch, LEVELS, strategies.just(5), strategies.just("calendar"), strategies.just(0), LEVELS)


def filled(orders):
    arbiter = Arbiter()
    for owner, level, ref, start, seconds, deadline in orders:
        hold(arbiter, Override(owner, level, owner, ref, start, start + seconds, 1), deadline)
    return arbiter


def kept(orders):
    """The orders that are left when each takes the place of its own earlier ones."""
    last = {(order[0], order[2]): i for i, order in enumerate(orders)}
    return [order for i, order in enumerate(orders) if last[order[0], order[2]] == i]


def expected(orders, now, ticks, base, owner, safety):
    """Level and owner by the words of the design, from the bottom up."""
    level = base
    for name in OWNERS:
        active = []
        for order in kept(orders):
            deadline = order[5]
            alive = deadline is None or ticks < deadline
            if now is None:
                applies = alive and deadline is not None and order[1] >= base
            else:
                applies = alive and order[3] <= now < order[3] + order[4]
            if order[0] == name and applies:
                active.append(order)
        if active and name in ("lock", "incident"):
            highest = max(order[1] for order in active)
            if highest > level:
                level, owner = highest, name
        elif active:
            latest = max(order[3] for order in active)
            level, owner = [order[1] for order in active if order[3] == latest][-1], name
    if safety is not None and safety < level:
        return safety, "safety"
    return level, owner


@given(ORDERS, strategies.integers(NOW - 60, NOW + 140), strategies.integers(0, 100_000), SWITCH, SAFETY)
def test_the_order_of_the_design(orders, now, ticks, switch, safety):
    decision = filled(orders).decide(now, switch, None, safety, ticks)
    assert (decision.level, decision.owner) == expected(orders, now, ticks, switch.level, "calendar", safety)
    assert decision.until is None or decision.owner == "calendar" or decision.until > now


@given(ORDERS, strategies.integers(0, 100_000), strategies.sampled_from((None, True, False)), SAFETY)
def test_without_a_clock_no_command_takes_light_away(orders, ticks, dark, safety):
    decision = filled(orders).decide(None, None, dark, safety, ticks)
    base, owner = {None: (100, "default"), True: (100, "photocell"), False: (0, "photocell")}[dark]
    assert (decision.level, decision.owner) == expected(orders, None, ticks, base, owner, safety)
    assert decision.level >= (base if safety is None else min(base, safety))
    assert decision.until is None


@given(ORDERS, strategies.lists(strategies.integers(NOW - 60, NOW + 140), max_size=5), SWITCH)
def test_a_decision_does_not_depend_on_earlier_ones(orders, moments, switch):
    moments = sorted(moments)
    asked_often = filled(orders)
    for now in moments:
        often = asked_often.decide(now, switch, None, None, 0)
        once = filled(orders).decide(now, switch, None, None, 0)
        assert (often.level, often.owner, often.until) == (once.level, once.owner, once.until)


@given(ORDERS, strategies.integers(NOW - 60, NOW + 140), SWITCH)
def test_nothing_changes_before_the_next_change(orders, now, switch):
    orders = [(*order[:5], None) for order in orders]
    arbiter = filled(orders)
    change = arbiter.next_change(now)
    before = arbiter.decide(now, switch, None, None, 0)
    for later in range(now, NOW + 141 if change is None else change):
        assert arbiter.decide(later, switch, None, None, 0) is before


FLOOR = 20  # below which no command under a shared key is taken
REFS = strategies.sampled_from(("", "a", "b"))
COMMANDERS = strategies.sampled_from(OWNERS[:-1])
STARTS = strategies.integers(-50, 50)
SPANS = strategies.integers(1, 120)
OWN = strategies.tuples(strategies.just(""), COMMANDERS, LEVELS, REFS, STARTS, SPANS)
ANY_KEY = strategies.sampled_from(("W21", "W22"))
SHARED = strategies.tuples(ANY_KEY, COMMANDERS, strategies.integers(FLOOR, 100), REFS, STARTS, SPANS)
ENDS = strategies.tuples(ANY_KEY, COMMANDERS, strategies.none(), REFS | strategies.just(ALL), STARTS, SPANS)
STORY = strategies.lists(strategies.tuples(strategies.integers(0, 30), OWN | SHARED | ENDS), max_size=40)


@settings(max_examples=60)
@given(STORY, LEVELS)
def test_no_sequence_of_messages_under_a_shared_key_lowers_what_the_own_key_asks_for(story, calendar):
    mixed, alone, now = Arbiter(), Arbiter(), NOW
    switch = Switch(calendar, 5, "calendar", 0, NOW + 10**6)
    for passed, (key, owner, level, ref, start, span) in story:
        now += passed
        if level is None:
            cancel(mixed, owner, under(key, ref))
        else:
            for arbiter in (mixed,) if key else (mixed, alone):
                name = under(key, ref) if key else ref
                hold(arbiter, Override(owner, level, owner, name, now + start, now + start + span, 1))
        got, own = mixed.decide(now, switch, None, None, 0), alone.decide(now, switch, None, None, 0)
        if own.owner != "calendar":
            assert got.level >= own.level
        assert got.level >= min(own.level, FLOOR)
        ours = [(one.owner, one.ref, one.level, one.expiration) for one in mixed.held if "\n" not in one.ref]
        assert ours == [(one.owner, one.ref, one.level, one.expiration) for one in alone.held]
