"""The vote on the time, a pure function of the witnesses' times: loaded for the moment in which it is counted.

Two that agree within 5 s give the time, also against a third; two against two give none.  One alone gives it after it
was steady against the ticks for a day and nothing contradicted it.  A time that two agreed on goes on by the ticks: one
witness alone neither ends nor moves it, beyond the possible error of the ticks.
"""

from pole import const
from pole.timekeeping.clock import FIRM, LAPTOP, RTC

STEP_MS = const(2000)  # a larger difference is not slewed
_AGREE_MS = const(5000)
_OWN_MS = const(2000)  # of a word's own error bound, what the slack already covers; a clock chip's may be larger
_LAPTOP_MS = const(180000)  # a laptop in the field that is wrong by less contradicts no other witness
_STEADY_S = const(86400)
FRESH_S = const(86400)  # what was said longer ago counts no more
_MAX_ROUND_TRIP_MS = const(4000)
_FIRST = const(1577836800)  # 2020, Unix s: no pole is older
_LAST = const(4102444800)  # 2100


class Word:
    """A witness's time: ``offset_ms``, Unix ms at the pole's start by it; ``heard_s``, up time of its answer;
    ``error_ms``, the bound of its error then; ``since_s``, up time since when its answers have been the same.
    """

    def __init__(self, offset_ms, heard_s, error_ms):
        self.offset_ms = offset_ms
        self.heard_s = self.since_s = heard_s
        self.error_ms = error_ms


class Verdict:
    """``word``: the one to use, None for no change; ``by``: bits of those who agree; ``firm``: they are two or more;
    ``doubted``: the time so far is not to be used; ``against``: [(witness, s by which it is ahead), ...];
    ``fresh``: witnesses that answered in the last day.
    """

    def __init__(self):
        self.word = None
        self.by = 0
        self.firm = self.doubted = False
        self.against = []
        self.fresh = []


def refused(unix_ms, round_trip_ms):
    """Why an answer does not count, "" when it does."""
    if not 0 <= round_trip_ms <= _MAX_ROUND_TRIP_MS:
        return "the answer took %d ms and must take 0 to %d" % (round_trip_ms, _MAX_ROUND_TRIP_MS)
    if not _FIRST <= unix_ms // 1000 < _LAST:
        return "the time is %d and must be at least %d and below %d" % (unix_ms // 1000, _FIRST, _LAST)
    return ""


def same(one, other, drift_ppm, slack_ms=_AGREE_MS):
    """Whether two words differ by no more than *slack_ms*, plus the drift of the ticks and of a clock chip."""
    for word in (one, other):
        slack_ms += max(0, word.error_ms - _OWN_MS)
    slack_ms += abs(one.heard_s - other.heard_s) * drift_ppm // 1000
    return abs(one.offset_ms - other.offset_ms) <= slack_ms


def count(words, rtc_by, now_s, drift_ppm, held, firm):
    """The Verdict on *words* (of each witness, or None) at up time *now_s*.

    *rtc_by*: bits of the witnesses whose time the clock chip has.  *held*: the agreed time as a word, None without one;
    *firm*: that on which two last agreed, None where it was never more than one.
    """
    verdict = Verdict()
    fresh = [i for i in range(4) if words[i] and now_s - words[i].heard_s <= FRESH_S]
    verdict.fresh = list(fresh)
    steady = 0
    if RTC in fresh and rtc_by != FIRM:
        # the chip was set by one witness, so beside that witness it does not count as a second one
        one = [i for i in range(4) if rtc_by == 1 << i]
        if not one or one[0] in fresh:
            fresh.remove(RTC)
            if one and same(words[RTC], words[one[0]], drift_ppm):
                steady = rtc_by
    if LAPTOP in fresh and _is_vague(words, [i for i in fresh if i != LAPTOP], held, drift_ppm):
        fresh.remove(LAPTOP)
    best, rival = _largest(words, fresh, drift_ppm)
    if best & (best - 1):  # two or more
        if rival:
            verdict.doubted = True
            verdict.against = _against(words, fresh, words[fresh[0]])
            return verdict
        verdict.firm = True
        verdict.by = best
    elif held:
        near = [i for i in fresh if same(words[i], firm or held, drift_ppm)]
        alone = fresh[0] if len(fresh) == 1 else None
        if firm or len(near) == len(fresh):
            for i in near:
                verdict.by |= 1 << i
        elif alone is not None and _is_steady(words[alone], now_s):
            verdict.by = 1 << alone
        else:
            verdict.doubted = True
        if not verdict.by:
            verdict.against = _against(words, [i for i in fresh if i not in near], held)
            return verdict
    elif len(fresh) == 1 and (steady or _is_steady(words[fresh[0]], now_s)):
        verdict.by = 1 << fresh[0]
    else:
        if len(fresh) > 1:
            verdict.against = _against(words, fresh, words[fresh[0]])
        return verdict
    verdict.word = _best(words, [i for i in fresh if verdict.by >> i & 1], now_s, drift_ppm)
    others = [i for i in fresh if not verdict.by >> i & 1]
    verdict.against = _against(words, others, verdict.word)
    if steady & verdict.by:
        verdict.by |= 1 << RTC
    return verdict


def _is_vague(words, others, held, drift_ppm):
    """Whether the laptop neither confirms nor contradicts *others*: it is wrong by some seconds or minutes."""
    laptop = words[LAPTOP]
    near = [words[i] for i in others] or ([held] if held else [])
    if any([same(laptop, word, drift_ppm) for word in near]):
        return False
    return any([same(laptop, word, drift_ppm, _LAPTOP_MS) for word in near])


def _is_steady(word, now_s):
    return now_s - word.since_s >= _STEADY_S


def _largest(words, fresh, drift_ppm):
    """Bits of the largest group that agrees, and of a group of the same size that has no member of it."""
    groups = []
    most = 0
    for bits in range(1, 16):
        group = [i for i in fresh if bits >> i & 1]
        if sum([1 << i for i in group]) != bits or len(group) < most:
            continue
        if all([same(words[i], words[j], drift_ppm) for i in group for j in group]):
            if len(group) > most:
                most = len(group)
                groups = []
            groups.append(bits)
    best = groups[0] if groups else 0
    for bits in groups:
        if not bits & best:
            return best, bits
    return best, 0


def _best(words, those, now_s, drift_ppm):
    """The word with the smallest error."""
    out = None
    least = 0
    for i in those:
        error_ms = words[i].error_ms + (now_s - words[i].heard_s) * drift_ppm // 1000
        if out is None or error_ms < least:
            out, least = words[i], error_ms
    return out


def _against(words, those, right):
    """By how many seconds each of *those* is ahead of *right*."""
    return [(i, (words[i].offset_ms - right.offset_ms) // 1000) for i in those]
