"""A month on real MicroPython with 240 KB of heap and a power cut each week.  Takes minutes: ``make soak`` runs it."""

from tests.simulator.long_life import judge, live_long


def test_a_month_with_a_power_cut_each_week_leaves_the_heap_as_it_was() -> None:
    life = live_long(31, ["102", "260", "440", "610"], {})
    print(life)
    judge(life, cuts=4)
