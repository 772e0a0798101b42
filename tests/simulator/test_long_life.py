"""Eight days on real MicroPython with 240 KB: nothing raises, the heap does not grow (tests/soak: a whole month)."""

from tests.simulator.long_life import judge, live_long


def test_eight_days_with_two_power_cuts_leave_the_heap_as_it_was() -> None:
    # fewer samples than in the field, or it takes a minute; the month has them all
    life = live_long(8, ["55", "130"], {"meter.sample": 600, "meter.interval": 1800})
    judge(life, cuts=2)
    # it is measured, and varies by no more than what judges samples (some 6 KB), which makes room now and then
    assert min(life.by_day) > 100_000 and max(life.by_day) - min(life.by_day) < 8192
