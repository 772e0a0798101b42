"""The site's time: real, or simulated where that was asked for and a simulation tells it."""

import pytest

from host_tools.wire.simulated_clock import RUNS_ON_S, SiteClock

TOLD = b'{"unix": 1795501800, "factor": 120}'


class Times:
    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


def simulated() -> tuple[SiteClock, Times]:
    times = Times()
    return SiteClock(True, monotonic=times, wall=lambda: 5.0), times


def test_without_a_simulator_it_is_the_real_time() -> None:
    clock = SiteClock(monotonic=Times(), wall=lambda: 1795501800.5)
    assert (clock.now(), clock.simulated, clock.factor) == (1795501800.5, False, 1.0)


@pytest.mark.parametrize("retained", [True, False])
def test_a_simulated_time_is_not_counted_by_unless_asked_for_and_said_once(retained: bool) -> None:
    clock = SiteClock(monotonic=Times(), wall=lambda: 5.0)
    assert clock.remark("diya/1/sagar/_sim/clock") == ""
    assert clock.feed(TOLD, retained)
    assert (clock.now(), clock.simulated, clock.fresh, clock.factor) == (5.0, False, False, 1.0)
    assert "give --simulated" in clock.remark("diya/1/sagar/_sim/clock")
    assert clock.remark("diya/1/sagar/_sim/clock") == ""


def test_a_simulated_time_that_was_taken_back_is_not_worth_a_word() -> None:
    clock = SiteClock(monotonic=Times(), wall=lambda: 5.0)
    clock.feed(TOLD, True)
    clock.feed(b"")
    assert clock.remark("diya/1/sagar/_sim/clock") == ""


def test_a_simulation_that_is_awaited_in_vain_is_worth_a_word() -> None:
    clock, times = simulated()
    clock.feed(TOLD, retained=True)
    assert clock.remark("x/_sim/clock") == ""
    times.now += 6
    assert "no simulation tells its time on x/_sim/clock" in clock.remark("x/_sim/clock")
    assert clock.remark("x/_sim/clock") == ""


def test_simulated_time_runs_on_at_its_factor_until_it_is_told_again() -> None:
    clock, times = simulated()
    assert clock.feed(TOLD)
    times.now += 2
    assert clock.now() == 1795501800 + 240
    assert clock.feed(b'{"unix": 1795502000, "factor": 60}')
    assert clock.now() == 1795502000


def test_a_time_that_was_only_retained_is_not_fresh() -> None:
    clock, _times = simulated()
    clock.feed(TOLD, retained=True)
    assert not clock.fresh
    clock.feed(TOLD)
    assert clock.fresh


def test_a_simulated_time_that_is_told_no_more_stands_still() -> None:
    clock, times = simulated()
    clock.feed(TOLD)
    times.now += 86400
    assert clock.now() == 1795501800 + RUNS_ON_S * 120
    assert clock.steady() == RUNS_ON_S * 120


def test_the_end_of_a_simulation_stops_its_time() -> None:
    clock, times = simulated()
    clock.feed(TOLD)
    times.now += 1
    clock.feed(b"")
    times.now += 5
    assert (clock.now(), clock.steady(), clock.fresh) == (1795501800 + 120, 120, False)


def test_a_clock_that_is_set_makes_no_span_longer_or_shorter() -> None:
    times, wall = Times(), Times(1795501800.0)
    clock = SiteClock(monotonic=times, wall=wall)
    for step in (86400.0, -31_536_000.0, -1_700_000_000.0):
        before = clock.steady()
        wall.now += step
        times.now += 3
        assert clock.steady() - before == 3


def test_a_clock_that_is_set_is_noticed_and_one_that_is_steered_or_slept_is_not() -> None:
    wall, awake = Times(1795501800.0), Times()
    clock = SiteClock(monotonic=Times(), wall=wall, awake=awake)
    for passed, slept in ((3600.0, 3600.0), (0.5, 0.0)):
        wall.now += passed
        awake.now += slept
        assert clock.stepped() == 0.0
    wall.now -= 86400
    assert clock.stepped() == -86399.5
    assert clock.stepped() == 0.0


def test_a_simulation_that_lags_ages_nothing_faster_than_it_tells() -> None:
    clock, times = simulated()
    clock.feed(TOLD)
    times.now += 10
    clock.feed(b'{"unix": 1795501900, "factor": 120}')
    assert clock.steady() == 100


def test_another_simulation_of_another_year_ages_nothing() -> None:
    clock, times = simulated()
    clock.feed(TOLD)
    times.now += 1
    clock.feed(b'{"unix": 1895501800, "factor": 120}')
    assert clock.steady() == 120
    times.now += 1
    clock.feed(TOLD)
    assert clock.steady() == 120


@pytest.mark.parametrize(
    "payload",
    [b"\xff\xfe", b"[]", b"{}", b'{"unix": "x"}', b'{"unix": NaN}', b'{"unix": 1, "factor": -1}', b"[" * 100_000,
     b'{"unix": 1e400}', b'{"unix": null}'],
)  # fmt: skip
def test_rubbish_changes_nothing(payload: bytes) -> None:
    clock, _times = simulated()
    assert not clock.feed(payload)
    assert (clock.now(), clock.fresh) == (5.0, False)  # the computer's own time still
