"""The calendar's answers, kept for a day: the same as its own, and without memory for it the lamp stays lit."""

import sys

from pole.lighting.calendar import Calendar
from pole.timetable import Timetable

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
    def Calendar(settings):
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
        starve()  # on a pole every try loads it anew
        assert timetable.at(NOON + 60).level == 100
        assert NoMemory.tried == before + 2
    finally:
        feed()
    assert timetable.at(NOON + 120).reason == "main: sunrise+10min"


def test_without_memory_later_the_last_switch_point_holds_on():
    timetable = Timetable(SETTINGS, lambda: None)
    last = timetable.at(NOON)
    while last.until < NOON + 24 * HOUR:
        last = timetable.at(last.until)
    starve()
    try:
        held = timetable.at(last.until)
        assert (held.level, held.reason, held.until) == (last.level, last.reason, last.until + 60)
    finally:
        feed()
    assert timetable.at(last.until + 60).since == last.until
