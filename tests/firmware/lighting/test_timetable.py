"""The calendar's answers, kept for a day: the same as its own, and without memory for it the lamp is lit at night."""

import sys

from pole.lighting import Switch
from pole.lighting.calendar import Calendar
from pole.lighting.timetable import Timetable

NAME = "pole.lighting.calendar"
NOON = 1795501800  # 2026-11-24 12:00 in Sagar
HOUR = 3600
SETTINGS = {
    "latitude": 23.84,
    "longitude": 78.74,
    "zone": [[0, 19800]],
    "programmes": {
        "main": [["sunset-10", 100, 60], ["22:30", 60, 120], ["05:00", 100, 60], ["sunrise+10", 0, 60]],
        "festival": [["dusk", 90, 2], ["dawn", 10, 2]],
    },
    "rules": [{"name": "diwali", "programme": "festival", "dates": [20261125]}],
    "programme": "main",
}


class NoMemory:
    """Stands in for the module of the calendar on a pole that has no room for it."""

    tried = 0

    @staticmethod
    def following(*_settings):
        NoMemory.tried += 1
        raise MemoryError


def starve():
    sys.modules[NAME] = NoMemory


def feed(real=sys.modules[NAME]):
    sys.modules[NAME] = real


def test_it_answers_as_the_calendar_does_for_days():
    calendar, timetable = Calendar(SETTINGS), Timetable(SETTINGS, lambda: None)
    for unix in range(NOON, NOON + 96 * HOUR, 677):
        ours, theirs = timetable.at(unix), calendar.at(unix)
        for name in ("level", "ramp_s", "reason", "since", "until"):
            assert getattr(ours, name) == getattr(theirs, name), (unix, name)


def test_the_same_object_until_the_next_point_whatever_is_asked_in_between():
    timetable = Timetable(SETTINGS, lambda: None)
    evening = timetable.at(NOON + 8 * HOUR)
    assert timetable.at(NOON + 14 * HOUR) is not evening
    assert timetable.at(evening.since) is evening and timetable.at(evening.until - 1) is evening


def test_a_clock_that_is_put_back_or_forward_finds_its_night():
    timetable = Timetable(SETTINGS, lambda: None)
    for unix in (NOON, NOON + 400 * 24 * HOUR, NOON - 30 * 24 * HOUR, NOON + 9 * HOUR):
        switch = timetable.at(unix)
        assert switch.since <= unix < switch.until


def test_the_settings_may_be_dropped_once_it_has_them():
    settings = dict(SETTINGS)
    timetable = Timetable(settings, lambda: None)
    settings.clear()
    assert timetable.at(NOON + 8 * HOUR).level == 100


def test_without_memory_from_the_start_it_is_full_light_and_every_minute_another_try():
    timetable = Timetable(SETTINGS, lambda: None)
    starve()
    try:
        before = NoMemory.tried
        switch = timetable.at(NOON)
        assert switch.level == 100 and switch.reason == "calendar without memory"
        assert switch.until == NOON + 60 and timetable.at(NOON + 59) is switch
        starve()  # on a pole each try loads it again
        assert timetable.at(NOON + 60).level == 100
        assert NoMemory.tried == before + 2
    finally:
        feed()
    assert timetable.at(NOON + 120).reason == "main: sunrise+10min"


def test_it_is_worked_out_hours_before_it_ends_and_a_want_of_memory_then_is_not_noticed():
    timetable = Timetable(SETTINGS, lambda: None)
    timetable.at(NOON)
    tried = NoMemory.tried
    starve()
    try:
        for unix in range(NOON, NOON + 29 * HOUR, 60):  # up to the dusk of the next day
            starve()  # on a pole each try loads it again
            assert timetable.at(unix).reason != "calendar without memory", unix
    finally:
        feed()
    assert 20 < NoMemory.tried - tried < 120  # every ten minutes from the middle on
    assert timetable.at(NOON + 29 * HOUR).until > NOON + 29 * HOUR


def test_without_memory_at_dusk_the_lamp_is_on():
    timetable = Timetable(SETTINGS, lambda: None)
    timetable.at(NOON)
    end = timetable._switches[-1].until  # a dusk, before which it is off
    assert timetable._switches[-1].level == 0
    for unix in (end, end + 12 * HOUR, end + 48 * HOUR):
        starve()
        try:
            held = timetable.at(unix)
        finally:
            feed()
        assert (held.level, held.reason, held.until) == (100, "calendar without memory", unix + 60)
    assert timetable.at(end + 49 * HOUR).reason != "calendar without memory"


def test_without_memory_a_lamp_that_is_off_by_day_stays_off_until_it_may_be_dusk():
    timetable = Timetable(SETTINGS, lambda: None)
    timetable.at(NOON)
    timetable._switches = [Switch(0, 0, "off", NOON, NOON + HOUR)]  # so many points that they do not last to the dusk
    starve()
    try:
        for hour, level in ((1, 0), (4, 0), (5, 100), (12, 100)):  # from half an hour before sunset on
            starve()
            held = timetable.at(NOON + hour * HOUR)
            assert (held.level, held.until) == (level, NOON + hour * HOUR + 60), hour
    finally:
        feed()


def test_a_file_that_cannot_be_read_does_not_end_the_app():
    class Broken:
        @staticmethod
        def following(*_settings):
            raise OSError(5)

    timetable = Timetable(SETTINGS, lambda: None)
    sys.modules[NAME] = Broken
    try:
        switch = timetable.at(NOON)
        assert (switch.level, switch.reason) == (100, "calendar cannot be read")
    finally:
        feed()


def test_the_sun_says_how_much_is_left_of_the_day():
    timetable = Timetable(SETTINGS, None)
    assert timetable.at(NOON) is None  # safe mode has no calendar
    # astral: sunset at 17:27:23
    assert abs(NOON + timetable.day_left(NOON) - (NOON + 5 * HOUR + 27 * 60)) < 60
    for hour, sign in ((4.4, 1), (4.6, 0), (6, 0), (6.5, -1), (17, -1), (18.5, 0), (20, 1), (2, 1), (-1, 1), (-9, -1)):
        left = timetable.day_left(NOON + int(hour * HOUR))
        assert (left > 0) - (left < 0) == sign, hour
