"""Takes an answer of a witness and updates the clock: loaded for the moment in which one comes."""

from pole import const
from pole.timekeeping.clock import FIRM, LAPTOP, RTC, UNCONFIRMED, WITNESSES
from pole.timekeeping.vote import STEP_MS, Word, count, refused, same

_SYNCED_S = const(21600)  # as in timekeeping/clock.py
_LOOK_S = const(3600)  # between two looks at the clock chip
_RTC_ERROR_MS = const(60000)  # four months of a DS3231 (5 parts per million), where it is not known when it was set
_RTC_POOR_MS = const(60000)  # a chip that may be wrong by more is set again, to what it and one witness agree on
_SAID_S = const(60)
_GRACE_S = const(90)  # that the chip is gone by alone after a start: a wrong one costs so much darkness at most
_PPM_OF_RTC = const(200)  # one millisecond in so many seconds: 5 parts per million


def hear(clock, witness=None, unix_ms=None, round_trip_ms=0):
    """Takes the answer *unix_ms* of *witness* to a request that was sent *round_trip_ms* ago.

    Returns "" when the time is agreed and *witness* agrees, else why not.  Without a *witness* the clock chip is read;
    without *unix_ms* it is Unix seconds to check certificates by, None where it is the floor's turn.
    """
    if witness is None:
        return _look(clock)
    if unix_ms is None:
        return _believed(clock)
    problem = refused(unix_ms, round_trip_ms)
    if problem:
        return problem
    _put(clock, witness, unix_ms + round_trip_ms // 2, round_trip_ms // 2 + 1)
    against = _count(clock)
    if clock.doubted or not clock.known:
        if witness == LAPTOP and clock.rtc and not clock.words[RTC]:
            _set_rtc(clock, unix_ms, 1, 0)  # so that a technician sees the chip run; it is no witness then
        return UNCONFIRMED
    for i, seconds in against:
        if i == witness:
            return "the time differs by %d s from the agreed time" % seconds
    return ""


def _look(clock):
    """Reads the clock chip and counts the vote once more."""
    first = not clock.look_s  # at the start
    clock.look_s = clock.up_s + _LOOK_S
    unix = None
    error_ms = _RTC_ERROR_MS
    try:
        if clock.rtc and (first or clock.rtc_by):
            unix = clock.rtc.get()
        if unix is not None and first:
            clock.rtc_by = FIRM
            if not clock.trusted:
                clock.rtc_by, error_ms = clock.rtc.mark(unix)
    except OSError:
        unix = None
    if unix is not None and clock.rtc_by and not refused(unix * 1000, 0):
        before = clock.words[RTC]
        if before:
            error_ms = before.error_ms + (clock.up_s - before.heard_s) // _PPM_OF_RTC
        _put(clock, RTC, unix * 1000 + (0 if first else 500), error_ms)  # it gives whole seconds
        if first:
            # used until the others had time to answer: it dates the events of the start
            _set(clock, unix * 1000, error_ms, False)
            clock.by = 1 << RTC
            if clock.trusted:
                clock.firm = clock.words[RTC]
            else:
                clock.look_s = _GRACE_S
    _count(clock)


def _believed(clock):
    """Unix seconds by the next of all times there are, None where it is the floor's turn."""
    words = [word for word in clock.words if word]
    place = clock.up_s % (len(words) + 1)
    return (words[place - 1].offset_ms + clock.up_ms()) // 1000 if place else None


def _offset_ms(clock):
    """Unix ms at the pole's start, by the time it has."""
    return clock.unix * 1000 + clock.ms - clock.up_ms()


def _set(clock, unix_ms, error_ms, confirmed):
    clock.unix = unix_ms // 1000
    clock.ms = unix_ms % 1000
    clock.known = True
    clock.slew = 0
    _accept(clock, error_ms, confirmed)


def _accept(clock, error_ms, confirmed):
    """Accepts the time with an error of *error_ms*; *confirmed*: by a witness other than the clock chip."""
    clock.error_at_set = error_ms
    clock.confirmed = bool(confirmed)
    clock.set_s = clock.up_s


def _put(clock, witness, unix_ms, error_ms):
    word = Word(unix_ms - clock.up_ms(), clock.up_s, error_ms)
    before = clock.words[witness]
    if before and same(word, before, clock.drift_ppm, STEP_MS):
        word.since_s = before.since_s
    elif before and witness == RTC:  # a chip that drifts against the ticks does not count until it is set
        clock.rtc_by = 0
        word = None
    clock.words[witness] = word


def _count(clock):
    waiting = clock.known and not clock.trusted and clock.by == 1 << RTC and not clock.set_s
    held = Word(_offset_ms(clock), clock.up_s, clock.bound_ms()) if clock.known and not waiting else None
    if not held:
        clock.firm = None
    verdict = count(clock.words, clock.rtc_by, clock.up_s, clock.drift_ppm, held, clock.firm)
    clock.doubted = verdict.doubted
    if verdict.word:
        _go_by(clock, verdict)
    elif waiting and (verdict.against or clock.up_s >= _GRACE_S):
        clock.known = False
    agreed = clock.known and not clock.doubted
    if not verdict.against:
        clock.disputed_s = -1
        clock.dispute = {}
    elif clock.disputed_s < 0:
        clock.disputed_s = clock.up_s
    elif clock.up_s - clock.disputed_s >= _SAID_S:
        clock.dispute = {"agreed": agreed}
        for i, seconds in verdict.against:
            clock.dispute[WITNESSES[i]] = seconds
    speaking = [i for i in range(4) if clock.by >> i & 1] if agreed else verdict.fresh
    clock.witnesses = [WITNESSES[i] for i in speaking]
    clock.saying = clock.words[speaking[0]].offset_ms if not agreed and speaking and not verdict.against else None
    return verdict.against


def _go_by(clock, verdict):
    """Sets the clock to the time of *verdict*; a small difference is slewed."""
    word = verdict.word
    error_ms = word.error_ms + (clock.up_s - word.heard_s) * clock.drift_ppm // 1000
    unix_ms = word.offset_ms + clock.up_ms()
    difference = word.offset_ms - _offset_ms(clock) if clock.known else STEP_MS + 1
    others = verdict.by & ~(1 << RTC)
    if abs(difference) > STEP_MS:
        _set(clock, unix_ms, error_ms, others)
    elif others:
        _accept(clock, error_ms, True)
        clock.slew = difference
    elif error_ms < clock.bound_ms():
        _accept(clock, error_ms, clock.confirmed and clock.up_s - clock.set_s < _SYNCED_S)
        if abs(difference) > 1000:  # the chip gives whole seconds
            clock.slew = difference
    clock.by = verdict.by
    if verdict.firm:
        clock.firm = Word(word.offset_ms, clock.up_s, error_ms)
    if clock.rtc and others and _to_be_set(clock, verdict, others):
        _set_rtc(clock, unix_ms, error_ms, FIRM if verdict.firm else others)


def _to_be_set(clock, verdict, others):
    """Whether the chip is to be set: one witness alone must not set the chip, which is the check on it."""
    return (
        not clock.words[RTC]
        or clock.rtc_by == others
        or (verdict.firm and (others & (others - 1) or clock.words[RTC].error_ms > _RTC_POOR_MS))
    )


def _set_rtc(clock, unix_ms, error_ms, by):
    unix = (unix_ms + 500) // 1000
    try:
        if (clock.rtc.set(unix) if by == FIRM else clock.rtc.set(unix, by)) is False:
            return
    except OSError:
        return  # only the chip is not set: the time itself is good
    clock.rtc_by = by
    clock.words[RTC] = Word(unix_ms - clock.up_ms(), clock.up_s, error_ms + 1000) if by else None
    clock.look_s = clock.up_s + _LOOK_S
