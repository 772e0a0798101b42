"""The arbiter against the order of the design written out a second time, and what must hold whatever is asked."""

from hypothesis import given, strategies

from pole.lighting.arbiter import Arbiter, Override
from pole.lighting.calendar import Switch
from pole.lighting.holding import MAX_HELD, hold

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
