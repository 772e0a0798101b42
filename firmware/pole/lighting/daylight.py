"""When it is surely day and when surely night, whatever the clouds: what a photocell is held against."""

from pole import const
from pole.lighting import dates, sun

_DAY_S = const(3600)  # after the sun has risen and before it sets it is surely day ...
_NIGHT_S = const(2700)  # ... and this long after it has set and before it rises surely night


def edges(unix, latitude, longitude):
    """(phase at *unix*, when the next ones begin: Unix s, for two days to come).

    1 is surely day and 3 surely night, 2 and 4 are between.  A day without enough of a day or a night, near the poles,
    has no length and so says nothing.
    """
    first = (unix + int(longitude) * 240) // 86400 - 1
    rises, sets = [], []
    for day in range(first, first + 5):
        for rising, times in ((True, rises), (False, sets)):
            second = sun.event(day - dates.UNIX_DAYS, latitude, longitude, sun.SUNRISE_ZENITH, rising)
            times.append(day * 86400 + second)
    phase, ahead = 0, []
    for i in range(4):
        four = [rises[i] + _DAY_S, sets[i] - _DAY_S, sets[i] + _NIGHT_S, rises[i + 1] - _NIGHT_S]
        for at in four if four == sorted(four) else [rises[i]] * 4:
            if at <= unix:
                phase += 1
            else:
                ahead.append(at)
    return phase, ahead[:9]
