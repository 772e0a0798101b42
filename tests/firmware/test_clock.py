from pole.clock import Clock

FLOOR = 1767225600  # 2026-01-01
NOW = 1794000000
PERIOD = 1 << 30
HOUR = 3600000
SIX_HOURS = 6 * HOUR


class Rtc:
    def __init__(self, unix, broken=False):
        self.unix = unix
        self.broken = broken

    def get(self):
        if self.broken:
            raise OSError("no answer")
        return self.unix

    def set(self, unix):
        if self.broken:
            raise OSError("no answer")
        self.unix = unix


def unset(rtc=None, drift_ppm=50, max_error_s=600):
    clock = Clock(rtc, FLOOR, drift_ppm, max_error_s)
    clock.start(0)
    return clock


def synced(**options):
    clock = unset(**options)
    assert clock.offer(NOW * 1000, 0, 0) == ""
    return clock


def let_pass(clock, ticks, ms):
    """Let *ms* pass, asking at least every day as the control loop does; the ticks afterwards."""
    while ms > 0:
        part = min(ms, 24 * HOUR)
        ms -= part
        ticks = (ticks + part) % PERIOD
        clock.now(ticks)
    return ticks


def test_without_any_source_the_time_is_unknown():
    for clock in (unset(), unset(Rtc(None)), unset(Rtc(NOW, broken=True))):
        assert clock.now(5) is None
        assert clock.now_ms(5) is None
        assert clock.error_ms(5) is None
        assert clock.quality(5) == "unknown"


def test_the_rtc_gives_holdover():
    clock = unset(Rtc(NOW))
    assert clock.quality(0) == "holdover"
    assert clock.now(0) == NOW
    assert clock.now(61999) == NOW + 61
    assert clock.now_ms(62001) == NOW * 1000 + 62001
    assert clock.error_ms(62001) >= 60000


def test_an_rtc_that_is_not_plausible_is_not_believed():
    for unix in (0, 946684800, FLOOR - 1, FLOOR + 20 * 366 * 86400):
        assert unset(Rtc(unix)).quality(0) == "unknown"
    assert unset(Rtc(FLOOR)).quality(0) == "holdover"


def test_network_time_sets_the_clock_and_the_rtc():
    rtc = Rtc(None)
    clock = unset(rtc)
    assert clock.offer(NOW * 1000 + 250, 500, 1000) == ""
    assert clock.quality(1000) == "synced"
    assert clock.now_ms(1000) == NOW * 1000 + 500  # half of the round trip later
    assert clock.error_ms(1000) <= 251
    assert rtc.unix == NOW + 1  # the nearest second


def test_a_broken_rtc_does_not_keep_network_time_away():
    clock = unset(Rtc(NOW, broken=True))
    assert clock.offer(NOW * 1000, 0, 0) == ""
    assert clock.now(0) == NOW


def test_synced_for_six_hours_then_holdover_until_the_error_is_too_large():
    clock = synced(drift_ppm=50, max_error_s=60)
    ticks = let_pass(clock, 0, SIX_HOURS - 1)
    assert clock.quality(ticks) == "synced"
    ticks = let_pass(clock, ticks, 1)
    assert clock.quality(ticks) == "holdover"
    assert clock.error_ms(ticks) == 1 + 1080  # 50 ppm of 6 h
    ticks = let_pass(clock, ticks, 60000 * 20000 - SIX_HOURS - 60000)  # 50 ppm make a minute of 1,200,000 s
    assert clock.quality(ticks) == "holdover"
    assert clock.now(ticks) == NOW + 1199940
    ticks = let_pass(clock, ticks, 120000)
    assert clock.quality(ticks) == "unknown"
    assert clock.now(ticks) is None
    assert clock.offer((NOW + 1200060) * 1000, 0, ticks) == ""
    assert clock.quality(ticks) == "synced"


def test_the_error_grows_with_the_drift():
    clock = synced(drift_ppm=20)
    before = clock.error_ms(0)
    ticks = let_pass(clock, 0, 10**8)
    assert clock.error_ms(ticks) - before == 2000


def test_what_is_not_plausible_is_refused_and_says_why():
    clock = unset()
    for unix_ms, round_trip_ms, words in (
        ((FLOOR - 1) * 1000, 0, "must be at least 1767225600"),
        ((FLOOR + 631152000) * 1000, 0, "below 2398377600"),
        (NOW * 1000, 4001, "took 4001 ms and must take 0 to 4000"),
        (NOW * 1000, -1, "took -1 ms"),
    ):
        assert words in clock.offer(unix_ms, round_trip_ms, 0), clock.offer(unix_ms, round_trip_ms, 0)
        assert clock.quality(0) == "unknown"


def test_a_large_step_needs_a_second_answer_that_agrees():
    clock = synced()
    assert "second answer" in clock.offer((NOW + 3610) * 1000, 0, 10000)
    assert clock.now(10000) == NOW + 10
    assert "second answer" in clock.offer((NOW - 9000) * 1000, 0, 20000)  # disagrees with the first
    assert clock.now(20000) == NOW + 20
    assert clock.offer((NOW - 8990) * 1000, 0, 30000) == ""
    assert clock.now(30000) == NOW - 8990


def test_an_answer_that_agrees_with_the_clock_ends_the_doubt():
    clock = synced()
    assert clock.offer((NOW + 3600) * 1000, 0, 0) != ""
    assert clock.offer(NOW * 1000, 0, 0) == ""
    assert clock.offer((NOW + 3600) * 1000, 0, 0) != ""
    assert clock.now(0) == NOW


def test_a_small_difference_is_slewed_at_500_ppm():
    for behind in (1000, -1000):
        clock = synced()
        assert clock.offer(NOW * 1000 + behind, 0, 0) == ""
        assert clock.now_ms(0) == NOW * 1000
        assert clock.error_ms(0) >= 1000
        assert clock.now_ms(1000000) == NOW * 1000 + 1000000 + behind // 2
        assert clock.now_ms(2000000) == NOW * 1000 + 2000000 + behind
        assert clock.now_ms(3000000) == NOW * 1000 + 3000000 + behind
        assert clock.error_ms(3000000) < 200


def test_a_slew_of_many_short_moments_is_as_long_as_one_of_few():
    clock = synced()
    clock.offer(NOW * 1000 - 30, 0, 0)
    before = 0
    for ticks in range(0, 61000, 7):
        now = clock.now_ms(ticks)
        assert now >= before
        before = now
    assert clock.now_ms(61000) == NOW * 1000 + 61000 - 30


def test_the_wait_for_a_moment_ends_with_its_second():
    clock = synced()
    assert clock.until_ms(NOW + 10, 250) == 9750
    assert clock.now(250 + 9749) == NOW + 9
    assert clock.now(250 + 9750) == NOW + 10


def test_time_does_not_go_back_for_ticks_taken_earlier():
    clock = synced()
    assert clock.now_ms(5000) == NOW * 1000 + 5000
    assert clock.now_ms(4000) == NOW * 1000 + 5000
    assert clock.now_ms(6000) == NOW * 1000 + 6000


def test_ticks_that_wrap():
    clock = Clock(Rtc(NOW), FLOOR, 50, 600)
    clock.start(PERIOD - 500)
    assert clock.now_ms(500) == NOW * 1000 + 1000
    ticks = let_pass(clock, 500, 30 * 24 * HOUR)
    assert clock.now(ticks) == NOW + 30 * 86400 + 1


def test_a_raised_floor_refuses_what_lies_before_it():
    clock = unset()
    clock.raise_floor(NOW)
    assert clock.offer((NOW - 1) * 1000, 0, 0) != ""
    assert clock.offer(NOW * 1000, 0, 0) == ""
    clock = unset()
    clock.raise_floor(FLOOR - 1000)  # never lower
    assert clock.offer((FLOOR - 1) * 1000, 0, 0) != ""


def test_without_the_time_a_fast_sender_moves_the_floor_by_a_year_at_most():
    clock = unset()
    clock.raise_floor(FLOOR + 10 * 366 * 86400)
    assert clock.offer((FLOOR + 366 * 86400 - 1) * 1000, 0, 0) != ""
    assert clock.offer((FLOOR + 366 * 86400) * 1000, 0, 0) == ""


def test_a_sender_whose_clock_is_fast_does_not_shut_out_the_network():
    clock = synced()
    clock.raise_floor(NOW + 86400)
    assert clock.offer((NOW + 60) * 1000, 0, 60000) == ""
    assert clock.quality(60000) == "synced"
