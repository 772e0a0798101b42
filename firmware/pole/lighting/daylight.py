"""Times when it is surely day and surely night, under any clouds: a photocell is compared with them."""

from pole import const
from pole.lighting import sun
from pole.timekeeping import dates

_DAY_S = const(3600)  # after the sun has risen and before it sets it is surely day ...
_NIGHT_S = const(2700)  # ... and this long after it has set and before it rises surely night
_SHORTEST_S, _LATE_S, _LONGEST_S = const(7200), const(7200), const(79200)


def nights(latitude):
    """(shortest, longest): seconds from dusk to dawn that are accepted of a photocell at *latitude* (degrees north).

    Not less than from civil dusk to civil dawn in summer, for a photocell sees both; near the poles not less than two
    hours, or a lamp next door would be a dawn.  Two hours more than from sunset to sunrise in winter, for clouds.
    """
    shortest = 86400 - sun.longest_day(latitude, sun.TWILIGHT_ZENITH)
    longest = sun.longest_day(latitude, 180 - sun.SUNRISE_ZENITH)  # the longest night is as long as the longest day
    return max(shortest, _SHORTEST_S), min(longest + _LATE_S, _LONGEST_S)


def edges(unix, latitude, longitude):
    """(phase at *unix*, when the next ones begin: Unix s, for two days to come).

    1 is surely day and 3 surely night, 2 and 4 are between.  Night also lies between dusk and dawn: near the poles the
    sky is bright for hours after sunset.  A day or a night that is too short for all this has no length.
    """
    first = (unix + int(longitude) * 240) // 86400 - 1
    phase, ahead, last = 3, [], 0
    for day in range(first, first + 5):
        rise, dawn, set_, dusk = [
            sun.event(day - dates.UNIX_DAYS, latitude, longitude, zenith, rising)
            for rising in (True, False)
            for zenith in (sun.SUNRISE_ZENITH, sun.TWILIGHT_ZENITH)
        ]
        for second in (min(dawn, rise - _NIGHT_S), rise + _DAY_S, set_ - _DAY_S, max(dusk, set_ + _NIGHT_S)):
            last = max(last, day * 86400 + second)
            if last <= unix:
                phase += 1
            else:
                ahead.append(last)
    return phase, ahead[:9]
