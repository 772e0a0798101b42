"""The bound on the error is true, and time only goes forward, for any network and crystal within their bounds."""

from hypothesis import given, strategies

from pole.timekeeping.clock import CITY, NETWORK, Clock
from tests.firmware.timekeeping.test_clock import now_ms

FLOOR = 1767225600
NOW_MS = 1794000000000
PERIOD = 1 << 30
STEPS = strategies.lists(
    strategies.tuples(
        strategies.integers(1, 10_000) | strategies.integers(1, 8 * 3600 * 1000),  # true milliseconds until then
        strategies.none() | strategies.integers(0, 4000),  # round trip of an answer, if one comes
        strategies.integers(0, 100),  # percent of it that was the way back
    ),
    max_size=30,
)


@given(STEPS, strategies.integers(-50, 50), strategies.integers(0, PERIOD - 1))
def test_the_error_is_within_its_bound_and_time_goes_forward(steps, drift_ppm, boot):
    clock = Clock(None, FLOOR, 50, 600)
    clock.start(boot)
    elapsed = 0
    before = None
    for pause, round_trip_ms, back in steps:
        elapsed += pause
        ticks = (boot + elapsed + elapsed * drift_ppm // 1_000_000) % PERIOD
        now = now_ms(clock, ticks)
        assert (now is None) == (before is None)
        if now is not None:
            assert now >= before
            # a millisecond each for ticks, for the half round trip and for the parts of a second of the bound
            assert abs(now - NOW_MS - elapsed) <= clock.error_ms(ticks) + 3
        if round_trip_ms is not None:
            sent_ms = NOW_MS + elapsed - round_trip_ms * back // 100
            stepped = before is not None and abs(sent_ms + round_trip_ms // 2 - now_ms(clock, ticks)) > 2000
            clock.offer(sent_ms, round_trip_ms, ticks, NETWORK)
            assert clock.offer(sent_ms, round_trip_ms, ticks, CITY) == ""
            now = now_ms(clock, ticks)
            assert before is None or stepped or now >= before
        before = now
