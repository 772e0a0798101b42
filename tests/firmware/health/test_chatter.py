"""Conditions that come and go: little is told, and all can be told from it."""

from pole.health import chatter
from pole.health.chatter import due, turn
from pole.runtime.lcg import Lcg

SECOND = 1000
MINUTE = 60000
HOLD = 5 * MINUTE


class Teller:
    """Turns of one row at given ticks; ``told``: (ticks, raised, count or None, span or None, present)."""

    def __init__(self):
        self.flips = {}
        self.told = []
        self.there = False
        self.count = 0

    def turn(self, ticks):
        self.there = not self.there
        self.count += self.there
        if turn(self.flips, 4, self.there, ticks & 0x3FFFFFFF):
            self.told.append((ticks, self.there, None, None, self.there))

    def look(self, ticks):
        for row, raised, there, count, since, last in due(self.flips, ticks & 0x3FFFFFFF):
            assert row == 4
            self.told.append((ticks, raised, count, (ticks - since * 1000, ticks - last * 1000), there))
            chatter.done(self.flips, row, ticks & 0x3FFFFFFF, raised, since)
        chatter.forget(self.flips, ticks & 0x3FFFFFFF)


def read(told):
    """What a reader of *told* knows: (present state, beginnings)."""
    single, total = [], 0
    present = False
    for ticks, raised, count, span, there in told:
        if count is None:
            if raised:
                single.append(ticks)
        else:
            total += len([at for at in single if at < span[0] - SECOND])
            single = [span[0] + n for n in range(count)]  # it replaces the reported span
        present = there
    return present, total + len(single)


def lived(turns, until):
    """A Teller to which the *turns* (ticks) happened, looked at every 30 s *until* those ticks."""
    teller = Teller()
    for ticks in sorted(set(list(range(0, until + 1, 30 * SECOND)) + turns)):
        if ticks in turns:
            teller.turn(ticks)
        teller.look(ticks)
    return teller


def test_a_fault_that_lasts_is_told_at_its_beginning_and_at_its_end_and_no_more():
    teller = lived([100 * SECOND, 100 * MINUTE], 200 * MINUTE)
    assert [one[:3] for one in teller.told] == [(100 * SECOND, True, None), (100 * MINUTE, False, None)]
    assert teller.flips == {}


def test_a_fleeting_fault_is_told_at_its_beginning_and_at_its_end():
    teller = lived([MINUTE, 2 * MINUTE], 60 * MINUTE)
    assert [one[:2] for one in teller.told] == [(MINUTE, True), (2 * MINUTE, False)]


def test_an_evening_of_chatter_is_a_few_events_that_say_how_often_and_since_when():
    turns = [2 * MINUTE + 75 * SECOND * n for n in range(480)]  # ten hours: a minute and a quarter there, and not
    teller = lived(turns, turns[-1] + 20 * MINUTE)
    assert len(teller.told) <= 3 + 10 + 1
    assert [one[1] for one in teller.told[:3]] == [True, False, True]
    assert all([one[1] for one in teller.told[3:-1]])  # it counts as raised as long as it chatters
    at, raised, count, span, present = teller.told[-1]
    assert (raised, count, present) == (False, 240, False)
    assert abs(span[0] - turns[0]) <= SECOND and abs(span[1] - turns[-1]) <= SECOND
    assert HOLD <= at - turns[-1] <= HOLD + 30 * SECOND


def test_a_state_that_holds_after_chatter_is_told_raised_too():
    turns = [MINUTE * n for n in range(1, 12)]
    teller = lived(turns, 60 * MINUTE)
    at, raised, count, _span, present = teller.told[-1]
    assert (raised, count, present) == (True, 6, True) and HOLD <= at - turns[-1] <= HOLD + 30 * SECOND


def test_a_week_of_chatter_outlasts_the_ticks():
    turns = [2 * MINUTE * n for n in range(1, 5042)]
    teller = Teller()
    for ticks in turns:
        teller.turn(ticks)
        teller.look(ticks)
    for ticks in range(turns[-1], turns[-1] + 10 * MINUTE, MINUTE):
        teller.look(ticks)
    _at, raised, count, span, _present = teller.told[-1]
    assert (raised, count) == (True, 2521) and abs(span[0] - turns[0]) < MINUTE
    assert len(teller.told) < 3 + 7 * 24 + 2


def test_from_whatever_is_told_the_present_state_and_the_count_can_be_told_and_no_beginning_waits():
    random = Lcg(11)
    for _ in range(60):
        turns, at = [], 0
        for _ in range(random.below(40)):
            at += SECOND + random.below((20, 90, 400, 1200)[random.below(4)]) * SECOND
            turns.append(at)
        teller = Teller()
        raised = False
        for ticks in sorted(set(list(range(0, at + 400 * SECOND, 30 * SECOND)) + turns)):
            if ticks in turns:
                teller.turn(ticks)
            teller.look(ticks)
            raised = teller.told[-1][1] if teller.told else False
            assert raised or not teller.there  # what is there is told as raised at once
            if not [one for one in turns if ticks - HOLD - 30 * SECOND < one <= ticks]:
                assert raised == teller.there  # and a state that lasts is told as it is
        assert read(teller.told) == (teller.there, teller.count)
        assert not teller.flips


def test_dangers_are_not_among_what_may_wait():
    from pole.health.event_types import names

    dangers = ["leakageDetected", "orientationChanged", "impactDetected", "cabinetDoorOpen"]
    assert names(chatter.DANGERS) == dangers


def test_a_condition_that_chatters_is_open_until_it_has_been_away_for_long():
    teller = Teller()
    for n in range(1, 10):
        teller.turn(n * MINUTE)
    teller.turn(10 * MINUTE)
    assert not teller.there and chatter.told(0, teller.flips) == 1 << 4
    teller.look(15 * MINUTE)
    assert chatter.told(0, teller.flips) == 0
