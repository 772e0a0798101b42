"""What a witness says, and what becomes of the clock by it: loaded for the moment in which one is heard."""

from pole import const
from pole.clock import FIRM, LAPTOP, RTC, UNCONFIRMED, WITNESSES
from pole.vote import STEP_MS, Word, count, refused, same

_LOOK_S = const(3600)  # between two looks at the clock chip
_RTC_ERROR_MS = const(60000)  # four months of a DS3231 (5 parts per million), where it is not known when it was set
_RTC_POOR_MS = const(60000)  # a chip that may be wrong by more is set again by what one witness and it agree on
_PPM_OF_RTC = const(200)  # one millisecond in so many seconds: 5 parts per million


def hear(clock, witness, unix_ms, round_trip_ms):
    """*witness* has answered *unix_ms* to a question that was asked *round_trip_ms* ago.

    Returns "" when the time is agreed and *witness* agrees, else why not.
    """
    problem = refused(unix_ms, round_trip_ms)
    if problem:
        return problem
    _put(clock, witness, unix_ms + round_trip_ms // 2, round_trip_ms // 2 + 1)
    _count(clock)
    if clock.doubted or not clock.known:
        if witness == LAPTOP and clock.rtc and not clock.words[RTC]:
            _set_rtc(clock, unix_ms, 1, 0)  # so that a technician sees the chip run; its time is no witness's
        return UNCONFIRMED
    for name, seconds in clock.against:
        if name == WITNESSES[witness]:
            return "the time differs by %d s from the agreed time" % seconds
    return ""


def look(clock, first):
    """Reads the clock chip, *first* at the start, and counts the vote once more."""
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
        if first and clock.trusted:
            clock.set(unix * 1000, error_ms, False)
            clock.firm = clock.words[RTC]
            clock.by = 1 << RTC
    _count(clock)


def _put(clock, witness, unix_ms, error_ms):
    word = Word(unix_ms - clock.up_ms(), clock.up_s, error_ms)
    before = clock.words[witness]
    if before and same(word, before, clock.drift_ppm, STEP_MS):
        word.since_s = before.since_s
    elif before and witness == RTC:  # a chip that does not keep pace with the ticks is no witness, until it is set
        clock.rtc_by = 0
        word = None
    clock.words[witness] = word


def _count(clock):
    held = Word(clock.offset_ms(), clock.up_s, clock.bound_ms()) if clock.known else None
    if not held:
        clock.firm = None
    verdict = count(clock.words, clock.rtc_by, clock.up_s, clock.drift_ppm, held, clock.firm)
    clock.doubted = verdict.doubted
    if verdict.word:
        _go_by(clock, verdict)
    if not verdict.against:
        clock.disputed_s = -1
    elif clock.disputed_s < 0:
        clock.disputed_s = clock.up_s
    clock.against = [(WITNESSES[i], seconds) for i, seconds in verdict.against]


def _go_by(clock, verdict):
    """*verdict* gives a time: the clock goes there, gently where it is near."""
    word = verdict.word
    error_ms = word.error_ms + (clock.up_s - word.heard_s) * clock.drift_ppm // 1000
    unix_ms = word.offset_ms + clock.up_ms()
    difference = word.offset_ms - clock.offset_ms() if clock.known else STEP_MS + 1
    others = verdict.by & ~(1 << RTC)
    if abs(difference) > STEP_MS:
        clock.set(unix_ms, error_ms, others)
    elif others:
        clock.accept(error_ms, True)
        clock.slew = difference
    elif error_ms < clock.bound_ms():
        clock.accept(error_ms, clock.synced())
        if abs(difference) > 1000:  # the chip gives whole seconds
            clock.slew = difference
    clock.by = verdict.by
    if verdict.firm:
        clock.firm = Word(word.offset_ms, clock.up_s, error_ms)
    if clock.rtc and others and _to_be_set(clock, verdict, others):
        _set_rtc(clock, unix_ms, error_ms, FIRM if verdict.firm else others)


def _to_be_set(clock, verdict, others):
    """Whether the chip gets the time: one witness alone must not drag the chip along that is the check on it."""
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
        return  # the chip's loss: the time itself is good
    clock.rtc_by = by
    clock.words[RTC] = Word(unix_ms - clock.up_ms(), clock.up_s, error_ms + 1000) if by else None
    clock.look_s = clock.up_s + _LOOK_S
