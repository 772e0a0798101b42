"""When the recorder tries its broker again: soon at first, then seldom, and never in a storm."""

from host_tools.city.record.retry import FIRST_S, LONGEST_S, QUICK_S, SUSPECT, Retry


def test_a_broker_that_is_away_is_tried_less_and_less() -> None:
    retry = Retry()
    waits = []
    for _ in range(10):
        retry.failed()
        waits.append(retry.wait_s)
    assert waits[:3] == [FIRST_S, 2 * FIRST_S, 4 * FIRST_S]
    assert waits[-1] == LONGEST_S
    assert not retry.taken_over


def test_connections_that_are_lost_at_once_are_few() -> None:
    retry = Retry()
    passed, count = 0.0, 0
    while passed < 10:
        retry.reached()
        count += 1
        retry.lost(0.01)
        passed += retry.wait_s / 2  # the shortest, by chance
    assert count <= 20
    assert retry.taken_over


def test_a_broker_that_was_away_between_is_no_other_client() -> None:
    retry = Retry()
    for _ in range(SUSPECT):
        retry.reached()
        retry.lost(1.0)
        retry.failed()
    assert not retry.taken_over


def test_a_connection_that_lasted_makes_all_good() -> None:
    retry = Retry()
    for _ in range(SUSPECT):
        retry.lost(0.1)
    retry.reached()
    retry.lost(QUICK_S)
    assert (retry.taken_over, retry.wait_s) == (False, 0.0)
