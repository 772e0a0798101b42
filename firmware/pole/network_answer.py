"""Is a network's answer to be believed?  Loaded for the moment in which the clock is told one."""

from pole import const

_MAX_ROUND_TRIP_MS = const(4000)
_STEP_MS = const(2000)  # a larger difference is not slewed; two answers that differ by no more agree


def judge(unix_ms, round_trip_ms, floor, ceiling, known_ms, doubt):
    """(why it is refused or "", whether the time is to be slewed, ms which a second answer must confirm or None).

    *unix_ms*: the time when the answer came, which it took *round_trip_ms* to; *floor* and *ceiling*: Unix s between
    which a time is plausible; *known_ms*: the time by the clock, None while it is unknown; *doubt*: the difference that
    the answer before showed, or None.
    """
    if not 0 <= round_trip_ms <= _MAX_ROUND_TRIP_MS:
        return "the answer took %d ms and must take 0 to %d" % (round_trip_ms, _MAX_ROUND_TRIP_MS), False, doubt
    if not floor <= unix_ms // 1000 < ceiling:
        bounds = (unix_ms // 1000, floor, ceiling)
        return "the time is %d and must be at least %d and below %d" % bounds, False, doubt
    if known_ms is None:
        return "", False, None
    difference = unix_ms - known_ms
    if abs(difference) <= _STEP_MS:
        return "", True, None
    if doubt is None or abs(difference - doubt) > _STEP_MS:
        return "the time differs by %d s and a second answer must agree" % (difference // 1000), False, difference
    return "", False, None
