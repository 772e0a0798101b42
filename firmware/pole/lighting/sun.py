"""When the sun rises and sets, good to seconds in single precision.

Floats on an ESP32 have 24 bits: the days since 2000 times the sun's speed leave no room for seconds.  So the two
angles that grow with time are counted in integers and brought within one turn before they become floats.
"""

from math import acos, asin, cos, floor, radians, sin, tan

from pole import const

SUNRISE_ZENITH = 90.833  # degrees from overhead: upper limb on the horizon, refraction included
TWILIGHT_ZENITH = 96.0  # civil twilight

_TURN = const(36000000000)  # one turn; these angles are in 1e-8 degrees, their rates per day, from 2000-01-01 12:00 UTC
_LONGITUDE = const(28046646000)
_LONGITUDE_RATE = const(98564736)
_ANOMALY = const(35752911000)
_ANOMALY_RATE = const(98560028)

_TILT = const(0.4091)  # radians between the equator and the sun's path
_SECONDS = const(13750.987)  # seconds of time in one radian of the Earth's turning


def event(day, latitude, longitude, zenith, rising):
    """Whole seconds from 00:00 UTC of *day* to the moment the sun is *zenith* degrees from overhead.

    *day* is days since 2000-01-01 of the solar day, whose noon falls nearest to 12:00 - longitude / 15 h UTC, so the
    answer may be negative or above 86400.  *latitude* -90 to 90 north, *longitude* -180 to 180 east, in degrees.
    A sun that stays above *zenith* all day rises at the midnight before and sets at the one after; one that stays
    below rises and sets at noon (both solar).  A rising is rounded up and a setting down, so that the setting of a
    polar day is never later than the rising of the next.

    Meeus, "Astronomical Algorithms", chapter 25 (low accuracy) and Smart's equation of time, as NOAA uses them.
    """
    mean_noon = 43200.0 - longitude * 240.0
    way = -1 if rising else 1
    at = mean_noon + way * 21600
    for _ in range(2):  # the sun moves on while it rises: once more from where it then is
        declination, equation = _sun(day, int(at))
        at = mean_noon - equation + way * _half_day(latitude, declination, zenith)
    return -floor(-at) if rising else floor(at)


def longest_day(latitude, zenith):
    """Seconds for which the sun is within *zenith* degrees from overhead on the longest day of the year at *latitude*
    (degrees north).
    """
    return int(2 * _half_day(abs(latitude), _TILT, zenith))


def _half_day(latitude, declination, zenith):
    """Seconds from solar noon to the crossing of *zenith*: 0 when always below it, 43200 when always above."""
    north = radians(latitude)
    wanted = cos(radians(zenith)) - sin(north) * sin(declination)
    swing = cos(north) * cos(declination)  # at a pole this may be a hair below zero: compare before dividing
    if wanted >= swing:
        return 0.0
    if wanted <= -swing:
        return 43200.0
    return acos(wanted / swing) * _SECONDS


def _sun(day, second):
    """Declination of the sun in radians, and by how many seconds it is ahead of the mean sun."""
    longitude = _angle(_LONGITUDE, _LONGITUDE_RATE, day, second)
    anomaly = _angle(_ANOMALY, _ANOMALY_RATE, day, second)
    century = day / 36525
    node = radians(125.04 - 0.0529538 * day)
    centre = (
        (1.914602 - 0.004817 * century) * sin(anomaly)
        + (0.019993 - 0.000101 * century) * sin(2 * anomaly)
        + 0.000289 * sin(3 * anomaly)
    )
    apparent = longitude + radians(centre - 0.00569 - 0.00478 * sin(node))
    obliquity = radians(23.43929 - 0.013004 * century + 0.00256 * cos(node))
    y = tan(obliquity / 2)
    y = y * y
    e = 0.016708634 - 0.000042037 * century
    equation = (
        y * sin(2 * longitude)
        - 2 * e * sin(anomaly)
        + 4 * e * y * sin(anomaly) * cos(2 * longitude)
        - y * y / 2 * sin(4 * longitude)
        - 1.25 * e * e * sin(2 * anomaly)
    )
    return asin(sin(obliquity) * sin(apparent)), equation * _SECONDS


def _angle(start, rate, day, second):
    """Radians, 0 to one turn."""
    angle = (start + rate * day + rate * (second - 43200) // 86400) % _TURN
    return radians(angle // 100 / 1000000)
