"""The vote as a pure function: no single witness, wrong by any amount, first or last, gives a wrong time."""

from itertools import combinations

from hypothesis import given, settings, strategies

from pole.timekeeping.clock import CITY, FIRM, LAPTOP, NETWORK, RTC, Clock
from pole.timekeeping.vote import Word, count, same

NOW = 1794000000
PERIOD = 1 << 30
ALL = (NETWORK, CITY, RTC, LAPTOP)
WRONG_S = strategies.integers(6, 10**8).flatmap(lambda s: strategies.sampled_from((s, -s)))
NEAR_MS = strategies.integers(-2000, 2000)  # an honest witness is no better
EXAMPLES = settings(max_examples=50, deadline=None)


def word(ahead_ms, heard_s=0, since_s=0):
    out = Word(NOW * 1000 + ahead_ms, heard_s, 1)
    out.since_s = since_s
    return out


def verdict_of(words, held=None, firm=None, now_s=0):
    return count(words, FIRM, now_s, 50, held, firm)


@EXAMPLES
@given(strategies.permutations(ALL), strategies.integers(2, 3), WRONG_S, strategies.data())
def test_one_wrong_witness_is_outvoted_by_two(order, honest, wrong_s, data):
    words = [None, None, None, None]
    near_ms = [data.draw(NEAR_MS) for _ in range(honest)]
    for witness, ahead_ms in zip(order, near_ms, strict=False):
        words[witness] = word(ahead_ms)
    wrong_ms = wrong_s * 1000 + 3000 * (1 if wrong_s > 0 else -1)
    words[order[honest]] = word(wrong_ms)
    verdict = verdict_of(words)
    assert abs(verdict.word.offset_ms - NOW * 1000) <= 2000
    # a laptop in the field may be three minutes wrong, against whom it is compared
    vague = order[honest] == LAPTOP and min(abs(wrong_ms - ahead_ms) for ahead_ms in near_ms) <= 180_000
    assert [witness for witness, _ahead in verdict.against] == ([] if vague else [order[honest]])


@EXAMPLES
@given(strategies.sampled_from(ALL), WRONG_S, strategies.sampled_from(ALL), strategies.integers(0, 86399))
def test_one_against_one_is_unknown_and_the_rest_of_a_day_alone_too(liar, wrong_s, other, steady_s):
    words = [None, None, None, None]
    words[liar] = word(wrong_s * 1000, steady_s, 0)
    assert verdict_of(words, now_s=steady_s).word is None
    if other != liar and not (LAPTOP in (liar, other) and abs(wrong_s) <= 180):
        words[other] = word(0, 90000, 0)
        words[liar] = word(wrong_s * 1000 - 1000 * (wrong_s < 0), 90000, 0)
        if not same(words[liar], words[other], 50):
            assert verdict_of(words, now_s=90000).word is None


@EXAMPLES
@given(strategies.sampled_from(list(combinations(ALL, 2))), WRONG_S)
def test_two_against_two_is_unknown(liars, wrong_s):
    words = [word(wrong_s * 1000 if i in liars else 0) for i in ALL]
    verdict = verdict_of(words, word(0), word(0))
    assert verdict.word is None and verdict.doubted


@EXAMPLES
@given(strategies.sampled_from(ALL), WRONG_S, strategies.integers(0, 10**6))
def test_a_time_that_two_agreed_on_is_not_moved_by_one(liar, wrong_s, now_s):
    words = [None, None, None, None]
    wrong_ms = wrong_s * 1000 + (now_s // 20 + 1000) * (1 if wrong_s > 0 else -1)
    words[liar] = word(wrong_ms, now_s, 0)
    held = word(0, now_s)
    verdict = verdict_of(words, held, word(0), now_s)
    assert verdict.word is None and not verdict.doubted
    vague = liar == LAPTOP and abs(wrong_s) < 180
    assert vague or verdict.against == [(liar, wrong_ms // 1000)]


STORY = strategies.lists(
    strategies.tuples(
        strategies.integers(1, 4 * 3600),  # s until then
        strategies.sampled_from((NETWORK, CITY, LAPTOP)),
        strategies.integers(-(10**8), 10**8) | strategies.integers(-10, 10),  # s that the liar is ahead
    ),
    max_size=40,
)


@EXAMPLES
@given(STORY, strategies.sampled_from((NETWORK, CITY, LAPTOP)), strategies.integers(-50, 50))
def test_a_clock_with_one_liar_is_right_or_unknown_as_long_as_another_spoke_today(story, liar, drift_ppm):
    """The liar says what it likes, when it likes; the other two are honest, whenever they speak."""
    clock = Clock(None, NOW - 86400, 50, 600)
    clock.start(0)
    elapsed = 0
    honest_at = None
    for pause_s, witness, ahead_s in story:
        elapsed += pause_s
        ticks = (elapsed * (1_000_000 + drift_ppm) // 1000) % PERIOD
        clock.offer((NOW + elapsed + (ahead_s if witness == liar else 0)) * 1000, 0, ticks, witness)
        if witness != liar:
            honest_at = elapsed
        now = clock.now(ticks)
        if now is not None and honest_at is not None and elapsed - honest_at < 86400:
            # 5 s between witnesses, once more for the second of a pair, and what the ticks are wrong by
            assert abs(now - NOW - elapsed) <= 11 + elapsed // 20000


@EXAMPLES
@given(STORY, strategies.sampled_from((NETWORK, CITY, LAPTOP)))
def test_the_truth_is_never_locked_out(story, liar):
    clock = Clock(None, NOW + 10**8, 50, 600)  # and the laptop that made the bundle was years ahead
    clock.start(0)
    elapsed = 0
    for pause_s, witness, ahead_s in story:
        elapsed += pause_s
        ticks = elapsed * 1000 % PERIOD
        clock.offer((NOW + elapsed + (ahead_s if witness == liar else 0)) * 1000, 0, ticks, witness)
    for witness in (NETWORK, CITY, LAPTOP):
        if witness != liar:
            clock.offer((NOW + elapsed) * 1000, 0, elapsed * 1000 % PERIOD, witness)
    now = clock.now(elapsed * 1000 % PERIOD)
    assert now is not None and abs(now - NOW - elapsed) <= 5


def test_words_that_agree_are_within_5_s_whatever_their_order():
    for ahead_ms, agree in ((5000, True), (5001, False)):
        assert same(word(0), word(ahead_ms), 50) is agree
        assert same(word(ahead_ms), word(0), 50) is agree
