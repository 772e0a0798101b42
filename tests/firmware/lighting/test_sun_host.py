"""The sun in single precision against astral, every day from 2024 to 2060.

    python -m tests.firmware.lighting.test_sun_host     the full product of days, latitudes and longitudes (minutes)

The test itself takes every day, with +60 and -60 degrees on each, where errors are largest; the other latitudes and
the longitudes take turns.
"""

import datetime
from pathlib import Path
from types import SimpleNamespace

from astral import SunDirection
from astral.sun import time_of_transit

from tests.firmware.lighting import float32

FIRMWARE = Path(__file__).parents[3] / "firmware"
EPOCH = datetime.date(2000, 1, 1)
FIRST = (datetime.date(2024, 1, 1) - EPOCH).days
LAST = (datetime.date(2060, 12, 31) - EPOCH).days
EXTREMES = (60.0, -60.0)
# 11 latitudes and 5 longitudes have no common factor: every pair has its turns
LATITUDES = (-52.3, -45.0, -35.0, -23.84, -10.0, 0.0, 10.0, 23.84, 33.3, 45.0, 55.0)
LONGITUDES = (78.74, -122.4, 179.0, -179.5, 0.0)
EVENTS = ((90.833, True), (90.833, False), (96.0, True), (96.0, False))

sun = float32.load(FIRMWARE / "pole/lighting/sun.py")


def seconds_of_astral(day, latitude, longitude, zenith, rising):
    """Seconds from 00:00 UTC of *day* to the event of astral's *day*."""
    date = EPOCH + datetime.timedelta(day)
    direction = SunDirection.RISING if rising else SunDirection.SETTING
    place = SimpleNamespace(latitude=latitude, longitude=longitude, elevation=0.0)  # an Observer stops at 180 degrees
    moment = time_of_transit(place, date, zenith, direction, with_refraction=False)
    return (moment - datetime.datetime.combine(date, datetime.time(), datetime.timezone.utc)).total_seconds()


def error(day, latitude, longitude, zenith, rising):
    """Seconds between our event and astral's.

    astral moves an event that falls before 00:00 UTC of its date to the next day: the same event is then the one of
    the date before.  It decides that from its first iteration, so within minutes of 00:00 it may answer with the
    wrong day's sun; asked for the same place one turn further west it has nothing to move.
    """
    ours = sun.event(day, float32.single(latitude), float32.single(longitude), float32.single(zenith), rising)
    if abs(ours) < 600:
        return abs(ours + 86400 - seconds_of_astral(day - 1, latitude, longitude - 360, zenith, rising))
    shift = 1 if ours < 0 else 0
    return abs(ours + shift * 86400 - seconds_of_astral(day - shift, latitude, longitude, zenith, rising))


def test_within_thirty_seconds_of_astral_on_every_day_2024_to_2060():
    worst = 0
    for day in range(FIRST, LAST + 1):
        for latitude in (*EXTREMES, LATITUDES[day % len(LATITUDES)]):
            longitude = LONGITUDES[day % len(LONGITUDES)]
            for zenith, rising in EVENTS:
                worst = max(worst, error(day, latitude, longitude, zenith, rising))
    assert worst <= 30, f"{worst} s"


def test_polar_day_and_night_are_the_same_in_single_precision():
    for latitude in (70.0, 80.0, 89.9, 90.0):
        for pole, day in ((latitude, 8938), (-latitude, 9121)):  # 2024-06-21, 2024-12-21
            rise, fall = (sun.event(day, pole, 0.0, 90.833, rising) for rising in (True, False))
            assert abs(rise) < 300 and abs(fall - 86400) < 300
            assert sun.event(day + 1, pole, 0.0, 90.833, True) + 86400 >= fall
        for pole, day in ((latitude, 9121), (-latitude, 8938)):
            rise, fall = (sun.event(day, pole, 0.0, 90.833, rising) for rising in (True, False))
            assert abs(rise - 43200) < 300 and abs(fall - rise) <= 1


def report():
    """Print the worst error of every latitude, over every day, longitude and event."""
    for latitude in sorted((*EXTREMES, *LATITUDES)):
        worst = (0.0,)
        for longitude in LONGITUDES:
            for day in range(FIRST, LAST + 1):
                for zenith, rising in EVENTS:
                    found = error(day, latitude, longitude, zenith, rising)
                    if found > worst[0]:
                        worst = (found, EPOCH + datetime.timedelta(day), longitude, zenith, rising)
        print(latitude, *worst)


if __name__ == "__main__":
    report()
