"""Parts that raise: named once, left alone for longer and longer, and used again."""

from pole.drivers.failures import NEW, OVER, TOLD, WELL, Failures

MINUTE = 60000


def told(failures):
    """As pole/reporting/part_failures.py does: what was told so far."""
    failures.changed = False
    for one in failures.failed.values():
        one[3] = {NEW: TOLD, OVER: WELL}.get(one[3], one[3])


def test_a_part_that_raises_is_named_once_and_tried_ever_more_rarely():
    failures = Failures()
    assert failures.may("meter")
    tries = []
    for failures.now in range(0, 600 * MINUTE, 10000):
        if failures.may("meter"):
            tries.append(failures.now // 1000)
            failures.note("meter", OSError(5))
            assert failures.changed is (len(tries) == 1)
            told(failures)
    assert tries[:5] == [0, 30, 90, 210, 450]
    assert tries[-1] - tries[-2] == 3600
    assert failures.failed["meter"][0] == "OSError: 5" and failures.may("nvs")


def test_a_part_works_again_when_it_was_tried_after_its_time():
    failures = Failures()
    failures.note("meter", ValueError("no"))
    failures.works("meter")  # another call of the same sample
    assert failures.failed["meter"][3] == NEW
    told(failures)
    failures.now = 20000
    failures.works("meter")
    assert not failures.changed
    failures.now = 31000
    failures.works("meter")
    assert failures.changed and failures.failed["meter"][3] == OVER
    told(failures)
    assert failures.may("meter")


def test_a_part_that_comes_and_goes_is_told_of_ever_more_rarely():
    failures = Failures()
    events = 0
    for failures.now in range(0, 600 * MINUTE, 10000):
        if failures.now // 10000 % 7:
            failures.works("photocell")
        else:
            failures.note("photocell", OSError(5))
        events += failures.changed
        told(failures)
    assert 3 <= events <= 40  # and not 1000


def test_one_that_raises_again_before_it_was_said_to_work_has_not_worked():
    failures = Failures()
    failures.note("nvs", OSError(5))
    told(failures)
    failures.now = 40000
    failures.works("nvs")
    failures.note("nvs", OSError(5))
    assert failures.failed["nvs"][3] == TOLD


def test_ticks_wrap():
    failures = Failures()
    failures.now = (1 << 30) - 5000
    failures.note("nvs", OSError(5))
    assert not failures.may("nvs")
    failures.now = 26000
    assert failures.may("nvs")
