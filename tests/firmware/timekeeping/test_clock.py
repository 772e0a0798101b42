from pole.service.request_fields import time_said
from pole.timekeeping.clock import CITY, LAPTOP, NETWORK, Clock

FLOOR = 1767225600  # 2026-01-01
NOW = 1794000000
PERIOD = 1 << 30
HOUR = 3600000
DAY = 24 * HOUR
SIX_HOURS = 6 * HOUR
FIRM = 15


class Rtc:
    """A clock chip that stands still unless the test moves it on."""

    def __init__(self, unix, broken=False, by=FIRM):
        self.unix = unix
        self.broken = broken
        self.by = by

    def get(self):
        if self.broken:
            raise OSError("no answer")
        return self.unix

    def mark(self, unix):
        return (self.by, 1000) if self.by else (0, 0)

    def set(self, unix, by=FIRM):
        if self.broken:
            raise OSError("no answer")
        self.unix = unix
        self.by = by


def unset(rtc=None, drift_ppm=50, max_error_s=600, trusted=True):
    clock = Clock(rtc, FLOOR, drift_ppm, max_error_s, trusted)
    clock.start(0)
    return clock


def synced(**options):
    clock = unset(**options)
    agree(clock, NOW, 0)
    return clock


def now_ms(clock, ticks):
    """Unix milliseconds, or None while the time is unknown."""
    return None if clock.now(ticks) is None else clock.unix * 1000 + clock.ms


def agree(clock, unix, ticks):
    """The time servers and the city say the same."""
    clock.offer(unix * 1000, 0, ticks, NETWORK)
    assert clock.offer(unix * 1000, 0, ticks, CITY) == ""


def let_pass(clock, ticks, ms):
    """Let *ms* pass, asking at least every day as the control loop does; the ticks afterwards."""
    while ms > 0:
        part = min(ms, DAY)
        ms -= part
        ticks = (ticks + part) % PERIOD
        clock.now(ticks)
    return ticks


def say_hourly(clock, ticks, hours, ahead_s, witness=NETWORK, began=0):
    """*witness* answers each hour, *ahead_s* before the truth; the ticks afterwards.  The ticks began at NOW."""
    for _ in range(hours):
        ticks = (ticks + HOUR) % PERIOD
        began += 3600
        clock.offer((NOW + began + ahead_s) * 1000, 0, ticks, witness)
    return ticks


def test_without_any_source_the_time_is_unknown():
    for clock in (unset(), unset(Rtc(None)), unset(Rtc(NOW, broken=True))):
        assert clock.now(5) is None
        assert time_said(clock, 5) is None
        assert now_ms(clock, 5) is None
        assert clock.error_ms(5) is None
        assert clock.quality(5) == "unknown"
        assert list(clock.witnesses) == []


def test_a_clock_chip_that_is_known_to_be_right_gives_holdover():
    clock = unset(Rtc(NOW))
    assert clock.quality(0) == "holdover"
    assert clock.now(0) == NOW
    assert clock.now(61999) == NOW + 61
    assert now_ms(clock, 62001) == NOW * 1000 + 62001
    assert clock.error_ms(62001) >= 60000


def test_a_time_no_pole_can_have_seen_is_not_believed():
    for unix in (0, 946684800, 1577836799, 4102444800):
        assert unset(Rtc(unix)).quality(0) == "unknown"
    assert unset(Rtc(FLOOR - 1)).quality(0) == "holdover"  # a floor is no witness: a laptop may have been fast


# -- one witness


def test_one_answer_is_no_time_but_is_said():
    for witness, name in ((NETWORK, "network"), (CITY, "city"), (LAPTOP, "laptop")):
        clock = unset()
        assert clock.offer(NOW * 1000, 0, 0, witness) == "no second witness confirms the time yet"
        assert clock.now(1000) is None and clock.quality(1000) == "unknown"
        assert time_said(clock, 1000) == NOW + 1
        assert clock.witnesses == [name]


def test_the_clock_chip_alone_is_gone_by_for_90_s_after_a_start_and_then_is_one_witness():
    rtc = Rtc(NOW)
    clock = unset(rtc, trusted=False)
    assert clock.now(0) == NOW
    rtc.unix += 89
    assert clock.now(89999) == NOW + 89 and clock.witnesses == ["rtc"]
    rtc.unix += 1
    assert clock.now(90000) is None
    assert time_said(clock, 90000) == NOW + 90
    assert clock.offer((NOW + 90) * 1000, 0, 90000) == ""
    assert clock.now(90000) == NOW + 90
    assert clock.witnesses == ["network", "rtc"]


def test_a_clock_chip_that_is_contradicted_at_a_start_is_dropped_at_once():
    clock = unset(Rtc(NOW - 43200), trusted=False)
    clock.offer((NOW + 10) * 1000, 0, 10000)
    assert clock.now(10000) is None
    assert clock.offer((NOW + 10) * 1000, 0, 10000, CITY) == ""
    assert clock.now(10000) == NOW + 10


def test_a_clock_chip_that_stays_alone_is_agreed_after_a_steady_day():
    rtc = Rtc(NOW)
    clock = unset(rtc, trusted=False)
    ticks = 0
    for hour in range(25):
        assert clock.now(ticks) is None or not 0 < hour < 24
        rtc.unix += 3600
        ticks = let_pass(clock, ticks, HOUR)
    rtc.unix += 90
    ticks = let_pass(clock, ticks, 90000)
    assert abs(clock.now(ticks) - rtc.unix) <= 1


def test_a_chip_whose_time_was_never_agreed_is_no_witness():
    clock = unset(Rtc(NOW, by=0), trusted=False)
    assert time_said(clock, 0) is None
    clock.offer(NOW * 1000, 0, 0)
    assert clock.now(0) is None


def test_one_witness_alone_is_agreed_after_a_steady_day():
    clock = unset()
    clock.offer(NOW * 1000, 0, 0)
    ticks = say_hourly(clock, 0, 23, 0)
    assert clock.now(ticks) is None
    ticks = say_hourly(clock, ticks, 1, 0, began=23 * 3600)
    assert clock.now(ticks) == NOW + 86400
    assert clock.witnesses == ["network"]


def test_one_witness_that_jumps_is_not_steady():
    clock = unset()
    clock.offer(NOW * 1000, 0, 0)
    ticks = say_hourly(clock, 0, 12, 0)
    ticks = say_hourly(clock, ticks, 20, 43200, began=12 * 3600)
    assert clock.now(ticks) is None
    ticks = say_hourly(clock, ticks, 24, 43200, began=32 * 3600)
    assert clock.now(ticks) == NOW + 56 * 3600 + 43200


def test_one_witness_alone_that_contradicts_itself_is_not_gone_by_until_it_is_right_again():
    clock = unset()
    clock.offer(NOW * 1000, 0, 0)
    ticks = say_hourly(clock, 0, 24, 0)
    assert clock.now(ticks)
    ticks = say_hourly(clock, ticks, 1, 43200, began=24 * 3600)
    assert clock.now(ticks) is None
    ticks = say_hourly(clock, ticks, 1, 0, began=25 * 3600)
    assert clock.now(ticks) == NOW + 26 * 3600


# -- two and more


def test_two_that_agree_give_the_time_and_set_the_chip():
    rtc = Rtc(None)
    clock = unset(rtc, trusted=False)
    clock.offer(NOW * 1000 + 250, 500, 1000)
    assert clock.now(1000) is None and rtc.unix is None
    assert clock.offer(NOW * 1000 + 400, 300, 1000, CITY) == ""
    assert clock.quality(1000) == "synced"
    assert NOW * 1000 + 500 <= now_ms(clock, 1000) <= NOW * 1000 + 550  # half of the round trip later
    assert clock.error_ms(1000) <= 251
    assert rtc.unix == NOW + 1  # the nearest second
    assert rtc.by == FIRM


def test_two_that_differ_by_more_than_5_s_agree_on_nothing_and_are_told_apart():
    clock = unset()
    clock.offer(NOW * 1000, 0, 0)
    clock.offer((NOW + 6) * 1000, 0, 0, CITY)
    assert clock.now(0) is None and time_said(clock, 0) is None
    assert clock.dispute == {}  # not yet: the others are still being asked
    clock.offer((NOW + 66) * 1000, 0, 60000, CITY)
    assert clock.dispute == {"network": 0, "city": 6, "agreed": False}
    clock = unset()
    clock.offer(NOW * 1000, 0, 0)
    assert clock.offer((NOW + 5) * 1000, 0, 0, CITY) == ""


def test_two_outvote_a_third_whoever_spoke_first():
    for wrong in (-43200, 43200, 365 * 86400, 30):
        clock = unset(Rtc(NOW + wrong), trusted=False)
        clock.offer(NOW * 1000, 0, 0)
        assert clock.now(0) is None
        assert clock.offer(NOW * 1000, 0, 0, CITY) == ""
        assert clock.now(0) == NOW
        clock = unset()
        clock.offer((NOW + wrong) * 1000, 0, 0)
        clock.offer(NOW * 1000, 0, 0, CITY)
        assert clock.offer(NOW * 1000, 0, 0, LAPTOP) == ""
        assert clock.now(0) == NOW


def test_two_against_two_is_unknown():
    clock = unset(Rtc(NOW), trusted=False)
    clock.offer(NOW * 1000, 0, 0)
    assert clock.now(0) == NOW
    clock.offer((NOW + 3600) * 1000, 0, 0, CITY)
    assert clock.now(0) == NOW
    clock.offer((NOW + 3600) * 1000, 0, 0, LAPTOP)
    assert clock.now(0) is None
    clock.offer(NOW * 1000, 0, 0, CITY)
    assert clock.now(0) == NOW


def test_one_alone_does_not_move_a_time_that_two_agreed_on_however_long():
    clock = synced()
    ticks = say_hourly(clock, 0, 24 * 40, 43200)
    assert clock.now(ticks) == NOW + 40 * 86400
    assert clock.dispute == {"network": 43200, "agreed": True}
    assert clock.quality(ticks) == "holdover"


def test_one_alone_does_not_drag_the_time_along():
    clock = synced()
    ticks = 0
    for hour in range(24 * 10):
        ticks = say_hourly(clock, ticks, 1, 4 * (hour + 1), began=3600 * hour)
    assert abs(clock.now(ticks) - NOW - 10 * 86400) < 5 + 44 + 5  # what 50 ppm may be wrong by meanwhile


def test_one_alone_does_not_drag_the_chip_along_that_is_the_check_on_it():
    rtc = Rtc(NOW)
    clock = unset(rtc, trusted=False)
    ticks = 0
    for hour in range(24 * 10):
        rtc.unix += 3600
        ticks = say_hourly(clock, ticks, 1, 4 * hour, began=3600 * hour)
    assert abs(rtc.unix - NOW - 10 * 86400) < 15
    assert abs(clock.now(ticks) - NOW - 10 * 86400) < 60


def test_a_chip_that_has_the_word_of_one_witness_is_no_second_one():
    rtc = Rtc(NOW, by=1 << NETWORK)
    clock = unset(rtc, trusted=False)
    assert clock.offer(NOW * 1000, 0, 0) == ""  # steady over the restart
    assert clock.offer((NOW + 3600) * 1000, 0, 0, CITY)
    assert clock.now(0) is None  # one against one
    clock = unset(Rtc(NOW, by=1 << NETWORK), trusted=False)
    assert clock.offer(NOW * 1000, 0, 0, CITY) == ""


def test_a_chip_that_keeps_another_pace_than_the_ticks_is_no_witness():
    rtc = Rtc(NOW)  # it stands still
    clock = unset(rtc, trusted=False)
    ticks = let_pass(clock, 0, 2 * HOUR)
    assert time_said(clock, ticks) is None
    agree(clock, NOW + 7200, ticks)
    assert rtc.unix == NOW + 7200
    assert clock.witnesses == ["network", "city"]


def test_a_laptop_that_is_minutes_wrong_contradicts_no_other():
    clock = unset()
    clock.offer(NOW * 1000, 0, 0)
    ticks = say_hourly(clock, 0, 24, 0)
    clock.offer((NOW + 86400 + 100) * 1000, 4000, ticks, LAPTOP)
    assert clock.now(ticks) == NOW + 86400
    clock.offer((NOW + 86400 + 1000) * 1000, 4000, ticks, LAPTOP)
    assert clock.now(ticks) is None


def test_what_was_said_a_day_ago_counts_no_more():
    clock = unset()
    clock.offer((NOW + 365 * 86400) * 1000, 0, 0, LAPTOP)
    clock.offer(NOW * 1000, 0, 0)
    ticks = say_hourly(clock, 0, 24, 0)
    assert clock.now(ticks) is None
    ticks = say_hourly(clock, ticks, 1, 0, began=86400)
    assert clock.now(ticks) == NOW + 25 * 3600


def test_the_agreed_time_beats_any_floor():
    clock = Clock(None, NOW + 30 * 86400, 50, 600)
    clock.start(0)
    agree(clock, NOW, 0)
    assert clock.now(0) == NOW


def test_certificates_are_tried_by_every_time_there_is():
    clock = unset()
    assert clock.believed(0) == FLOOR
    clock.offer(NOW * 1000, 0, 0)
    assert [clock.believed(1000 * s) for s in range(4)] == [FLOOR, NOW + 1, FLOOR, NOW + 3]
    agree(clock, NOW + 4, 4000)
    assert clock.believed(4000) == NOW + 4
    assert clock.believed(5000) == NOW + 5


# -- between the answers


def test_a_broken_rtc_does_not_keep_network_time_away():
    clock = unset(Rtc(NOW, broken=True))
    agree(clock, NOW, 0)
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
    agree(clock, NOW + 1200060, ticks)
    assert clock.quality(ticks) == "synced"


def test_the_error_grows_with_the_drift():
    clock = synced(drift_ppm=20)
    before = clock.error_ms(0)
    ticks = let_pass(clock, 0, 10**8)
    assert clock.error_ms(ticks) - before == 2000


def test_what_is_not_plausible_is_refused_and_says_why():
    clock = unset()
    for unix_ms, round_trip_ms, words in (
        (1577836799 * 1000, 0, "must be at least 1577836800"),
        (4102444800 * 1000, 0, "below 4102444800"),
        (NOW * 1000, 4001, "took 4001 ms and must take 0 to 4000"),
        (NOW * 1000, -1, "took -1 ms"),
    ):
        assert words in clock.offer(unix_ms, round_trip_ms, 0), clock.offer(unix_ms, round_trip_ms, 0)
        assert time_said(clock, 0) is None


def test_a_small_difference_is_slewed_at_500_ppm():
    for behind in (1000, -1000):
        clock = synced()
        assert clock.offer(NOW * 1000 + behind, 0, 0) == ""
        assert now_ms(clock, 0) == NOW * 1000
        assert clock.error_ms(0) >= 1000
        assert now_ms(clock, 1000000) == NOW * 1000 + 1000000 + behind // 2
        assert now_ms(clock, 2000000) == NOW * 1000 + 2000000 + behind
        assert now_ms(clock, 3000000) == NOW * 1000 + 3000000 + behind
        assert clock.error_ms(3000000) < 200


def test_a_slew_of_many_short_moments_is_as_long_as_one_of_few():
    clock = synced()
    clock.offer(NOW * 1000 - 30, 0, 0)
    before = 0
    for ticks in range(0, 61000, 7):
        now = now_ms(clock, ticks)
        assert now >= before
        before = now
    assert now_ms(clock, 61000) == NOW * 1000 + 61000 - 30


def test_the_wait_for_a_moment_ends_with_its_second():
    clock = synced()
    assert clock.until_ms(NOW + 10, 250) == 9750
    assert clock.now(250 + 9749) == NOW + 9
    assert clock.now(250 + 9750) == NOW + 10


def test_time_does_not_go_back_for_ticks_taken_earlier():
    clock = synced()
    assert now_ms(clock, 5000) == NOW * 1000 + 5000
    assert now_ms(clock, 4000) == NOW * 1000 + 5000
    assert now_ms(clock, 6000) == NOW * 1000 + 6000


def test_ticks_that_wrap():
    rtc = Rtc(NOW)
    clock = Clock(rtc, FLOOR, 50, 600)
    clock.start(PERIOD - 500)
    assert now_ms(clock, 500) == NOW * 1000 + 1000
    ticks = 500
    for _ in range(30):
        rtc.unix += 86400
        ticks = let_pass(clock, ticks, DAY)
    assert abs(clock.now(ticks) - NOW - 30 * 86400 - 1) <= 1


def test_a_chip_that_answers_keeps_the_time_known_for_a_year():
    rtc = Rtc(NOW)
    clock = unset(rtc)
    ticks = 0
    for _ in range(366 * 4):
        rtc.unix += 21600
        ticks = let_pass(clock, ticks, SIX_HOURS)
    assert clock.now(ticks) == rtc.unix
    assert clock.error_ms(ticks) < 300000


def test_without_the_time_a_fast_sender_moves_the_floor_by_a_year_at_most():
    clock = unset()
    clock.raise_floor(FLOOR + 10 * 366 * 86400)
    assert clock.believed(0) == FLOOR + 366 * 86400
    clock.raise_floor(FLOOR - 1000)  # never lower
    assert clock.believed(0) == FLOOR + 366 * 86400


def test_a_sender_whose_clock_is_fast_does_not_shut_out_the_network():
    clock = synced()
    clock.raise_floor(NOW + 86400)
    assert clock.offer((NOW + 60) * 1000, 0, 60000) == ""
    assert clock.quality(60000) == "synced"


def test_room_is_made_before_witnesses_are_heard_and_not_to_ask_the_time():
    clock = synced(rtc=Rtc(NOW))
    heard = []
    clock.make_room = lambda: heard.append(list(clock.words))
    before = clock.words[NETWORK]
    clock.offer((NOW + 10) * 1000, 0, 10000, NETWORK)
    assert len(heard) == 1 and heard[0][NETWORK] is before and clock.words[NETWORK] is not before
    for ticks in range(11000, HOUR - 1000, 60000):
        clock.now(ticks)
    assert len(heard) == 1
    clock.now(HOUR + 20000)  # the look at the clock chip
    assert len(heard) == 2
