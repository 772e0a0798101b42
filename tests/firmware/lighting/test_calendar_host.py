"""The calendar against a replay: every point of every night in the order of time, minute by minute.

The replay is what a calendar must not be, edge-triggered from long before; it takes civil time from zoneinfo and asks
the sun itself.
"""

import datetime
import functools
import json
import random
import zoneinfo

import pytest
from astral import Observer
from astral.sun import elevation
from hypothesis import example, given, settings, strategies

from pole.lighting import calendar, sun
from pole.lighting.calendar import Calendar
from pole.settings import check_calendar

UTC = datetime.timezone.utc
EPOCH = datetime.date(2000, 1, 1)
PLACES = {  # zone: (latitude, longitude); with half-hour and two-hour changes, and all sides of the date line
    "Asia/Kolkata": (23.84, 78.74),
    "Europe/London": (51.5, -0.12),
    "America/Santiago": (-33.4, -70.7),
    "Australia/Lord_Howe": (-31.6, 159.1),
    "Antarctica/Troll": (-72.0, 2.5),
    "America/Vancouver": (49.3, -123.1),
    "Pacific/Kiritimati": (1.9, -157.4),
    "Pacific/Chatham": (-44.0, -176.5),
    "Africa/Casablanca": (33.6, -7.6),
    "Europe/Oslo": (69.6, 18.9),
    "Etc/UTC": (60.0, 150.0),  # a zone that does not fit its place
    "Etc/GMT+12": (-40.0, 90.0),
}
FROM = datetime.datetime(2025, 1, 1, tzinfo=UTC)
YEARS = 10


def unix_of(local, zone, fold=0):
    return int(local.replace(tzinfo=zone, fold=fold).timestamp())


def offset_of(moment, zone):
    return int(datetime.datetime.fromtimestamp(moment, zone).utcoffset().total_seconds())


def change_between(low, high, zone):
    """The first Unix second after *low* at which the offset is that of *high*."""
    while high - low > 1:
        middle = (low + high) // 2
        if offset_of(middle, zone) == offset_of(low, zone):
            low = middle
        else:
            high = middle
    return high


@functools.cache
def compiled(name):
    """What the host gives a pole: the offset at the start, and every change of ten years."""
    zone = zoneinfo.ZoneInfo(name)
    start = int(FROM.timestamp())
    out = [[start, offset_of(start, zone)]]
    for moment in range(start, start + YEARS * 366 * 86400, 86400):
        if offset_of(moment, zone) != offset_of(moment + 86400, zone):
            change = change_between(moment, moment + 86400, zone)
            out.append([change, offset_of(change, zone)])
    return out


def time_of(at, night, name):
    """When the switch point *at* of the *night* (a date) is, in Unix seconds."""
    zone = zoneinfo.ZoneInfo(name)
    if ":" in at:
        clock = datetime.time.fromisoformat(at)
        local = datetime.datetime.combine(night + datetime.timedelta(clock.hour < 12), clock)
        first, last = unix_of(local, zone, 0), unix_of(local, zone, 1)
        if first > last:  # skipped: with the offset before it is after the change, with the one after, before it
            return change_between(last, first, zone)
        return first
    event = at.replace("+", "-").split("-")[0]
    noon = unix_of(datetime.datetime.combine(night, datetime.time(12)), zone)
    latitude, longitude = PLACES[name]
    # the solar day whose noon is nearest
    days = range((night - EPOCH).days - 2, (night - EPOCH).days + 3)
    day = min(days, key=lambda day: abs((day + 10957) * 86400 + 43200 - longitude * 240 - noon))
    zenith = {"s": 90.833, "d": 96.0}[event[0]]
    rising = event in ("sunrise", "dawn")
    of_day = sun.event(day + rising, latitude, longitude, zenith, rising)
    time = (day + rising + 10957) * 86400 + of_day + int(at[len(event) :] or 0) * 60
    return max(time, noon - 18 * 3600)


def programme_of(given_settings, night):
    number = int(f"{night:%Y%m%d}")
    for rule in given_settings["rules"]:
        if (
            number in rule.get("dates", [number])
            and rule.get("from", number) <= number <= rule.get("to", number)
            and number % 10000 in rule.get("monthDays", [number % 10000])
            and night.isoweekday() in rule.get("weekdays", [night.isoweekday()])
        ):
            return rule["name"], rule["programme"]
    return given_settings["programme"], given_settings["programme"]


def replay(given_settings, name, start, end):
    """{minute: (level, time of the point)} from *start* to *end*, by living through every point from days before."""
    happenings = []
    night = datetime.datetime.fromtimestamp(start, UTC).date() - datetime.timedelta(6)
    while night <= datetime.datetime.fromtimestamp(end, UTC).date() + datetime.timedelta(4):
        _, programme = programme_of(given_settings, night)
        for i, (at, level, _) in enumerate(given_settings["programmes"][programme]):
            happenings.append((time_of(at, night, name), night, i, level))
        night += datetime.timedelta(1)
    happenings.sort()
    running, state, out = datetime.date.min, None, {}
    following = 0
    for minute in range(start, end, 60):
        while following < len(happenings) and happenings[following][0] <= minute:
            time, night, _, level = happenings[following]
            if night >= running:  # what is left of a night is over when the next begins
                running, state = night, (level, time)
            following += 1
        out[minute] = state
    return out


FIXED = strategies.builds("{:02}:{:02}".format, strategies.integers(0, 23), strategies.sampled_from((0, 17, 30, 59)))
EVENTS = strategies.sampled_from(("sunset", "sunrise", "dusk", "dawn"))
OFFSETS = strategies.just("") | strategies.integers(-60, 60).map("{:+}".format)
FAR = strategies.integers(-720, 720).map("{:+}".format)
AT = FIXED | strategies.builds(str.__add__, EVENTS, OFFSETS) | strategies.builds(str.__add__, EVENTS, FAR)
POINTS = strategies.tuples(AT, strategies.integers(0, 100), strategies.just(0))
PROGRAMMES = strategies.lists(POINTS, min_size=1, max_size=1) | strategies.lists(POINTS, min_size=2, max_size=6)
CONDITIONS = strategies.fixed_dictionaries(
    {"programme": strategies.sampled_from("abc")},
    optional={
        "weekdays": strategies.lists(strategies.integers(1, 7), min_size=1, max_size=3),
        "monthDays": strategies.lists(
            strategies.sampled_from((101, 229, 326, 329, 1025, 1231)), min_size=1, max_size=3
        ),
        "from": strategies.sampled_from((20250101, 20260329, 20291025)),
        "to": strategies.sampled_from((20300101, 20331231)),
    },
)


@strategies.composite
def situations(draw):
    """(settings, zone name, moment): half of the moments are near a change of the clocks."""
    name = draw(strategies.sampled_from(sorted(PLACES)))
    zone = compiled(name)
    near = draw(strategies.sampled_from(zone))[0] if draw(strategies.booleans()) else zone[0][0]
    days = draw(strategies.integers(-1, 1) if near > zone[0][0] else strategies.integers(8, 365 * YEARS - 30))
    rules = [rule | {"name": f"rule {i}"} for i, rule in enumerate(draw(strategies.lists(CONDITIONS, max_size=3)))]
    out = {
        "latitude": PLACES[name][0],
        "longitude": PLACES[name][1],
        "zone": zone,
        "programmes": {key: draw(PROGRAMMES) for key in "abc"},
        "rules": [rule for rule in rules if len(rule) > 2],
        "programme": "a",
        "byDay": ["a", "b", "c"],
    }
    assert check_calendar.check(out) == []
    return out, name, near + days * 86400 + 60 * draw(strategies.integers(-720, 720))


@given(situations())
@settings(max_examples=600, deadline=None)
def test_the_state_is_that_of_a_replay_of_every_minute(situation):
    given_settings, name, start = situation
    lived = Calendar(given_settings)
    for minute, (level, since) in replay(given_settings, name, start, start + 2 * 86400).items():
        switch = lived.at(minute)
        assert (switch.level, switch.since) == (level, since), datetime.datetime.fromtimestamp(minute, UTC)
        assert switch.since <= minute < switch.until


@given(situations())
@settings(max_examples=60, deadline=None)
def test_what_is_not_to_burn_by_day_differs_by_day_only_and_by_fixed_times_only(situation):
    """Against astral: the same as with by_day, but for fixed times between sunrise and an hour before sunset."""
    by_day, name, start = situation
    latitude, longitude = PLACES[name]
    one, other = Calendar(by_day), Calendar({**by_day, "byDay": []})
    moment, observer = start, Observer(latitude, longitude)
    while moment < start + 2 * 86400:
        free, kept = one.at(moment), other.at(moment)
        assert kept.since <= moment < kept.until
        assert Calendar({**by_day, "byDay": []}).at(kept.since).since == kept.since
        if kept.level == free.level:
            assert free.reason == kept.reason
        else:
            assert kept.level == 0 and ":" in free.reason.split(": ")[1]
            sun = elevation(observer, datetime.datetime.fromtimestamp(moment, UTC), with_refraction=False)
            assert sun > -1.2, (sun, datetime.datetime.fromtimestamp(moment, UTC))
        moment = min(kept.until, moment + 1800)


@given(situations(), strategies.integers(0, 2**32))
@settings(max_examples=60, deadline=None)
def test_the_level_never_depends_on_earlier_questions(situation, seed):
    given_settings, _, start = situation
    order = random.Random(seed)
    asked = Calendar(given_settings)
    for _ in range(40):
        moment = start + order.randrange(4 * 86400)
        again, fresh = asked.at(moment), Calendar(given_settings).at(moment)
        for name in ("level", "ramp_s", "reason", "since", "until"):
            assert getattr(again, name) == getattr(fresh, name)


@given(situations())
@settings(max_examples=60, deadline=None)
def test_switches_follow_one_another_without_a_gap(situation):
    given_settings, _, moment = situation
    one = Calendar(given_settings)
    end = moment + 3 * 86400
    while moment < end:
        switch = one.at(moment)
        assert Calendar(given_settings).at(switch.since).since == switch.since
        assert Calendar(given_settings).at(switch.until - 1).since == switch.since
        moment = switch.until
        assert one.at(moment).since == moment


@given(situations())
@settings(max_examples=60, deadline=None)
def test_the_reason_names_the_rule_and_the_point(situation):
    given_settings, _, moment = situation
    switch = Calendar(given_settings).at(moment)
    name, at = switch.reason.split(": ")
    programmes = {rule["name"]: rule["programme"] for rule in given_settings["rules"]} | {"a": "a"}
    assert at.removesuffix("min") in [point[0] for point in given_settings["programmes"][programmes[name]]]


@pytest.mark.parametrize("name", sorted(PLACES))
def test_offsets_of_ten_years_are_those_of_zoneinfo(name):
    table, zone = compiled(name), zoneinfo.ZoneInfo(name)
    assert len(table) <= 64
    start = int(FROM.timestamp())
    for moment in [*range(start, start + YEARS * 365 * 86400, 43200), *(t + d for t, _ in table[1:] for d in (-1, 0))]:
        assert calendar.offset_at(table, moment) == offset_of(moment, zone)


JSON = strategies.recursive(
    strategies.none()
    | strategies.booleans()
    | strategies.integers()
    | strategies.floats()
    | strategies.text(max_size=8)
    | AT,
    lambda inner: strategies.lists(inner, max_size=4) | strategies.dictionaries(strategies.text(max_size=4), inner),
    max_leaves=12,
)
FIELDS = ("latitude", "longitude", "zone", "programmes", "rules", "programme", "byDay")


@given(JSON | strategies.dictionaries(strategies.sampled_from(FIELDS), JSON))
@example({"rules": [{"dates": [1e400]}]})
def test_check_of_any_json_gives_sentences(rubbish):
    problems = check_calendar.check(rubbish)
    assert problems and all(isinstance(problem, str) and len(problem) < 250 for problem in problems)


@given(situations(), strategies.data())
@settings(max_examples=200, deadline=None)
def test_what_check_lets_pass_never_raises(situation, data):
    """One part of a sound calendar is replaced by something else; it is refused, or it works."""
    given_settings, _, moment = situation
    broken = json.loads(json.dumps(given_settings))
    where, keys = broken, []
    while isinstance(where, (dict, list)) and where and (not keys or data.draw(strategies.booleans())):
        key = data.draw(strategies.sampled_from(sorted(where) if isinstance(where, dict) else range(len(where))))
        keys.append(key)
        if isinstance(where[key], (dict, list)) and data.draw(strategies.booleans()):
            where = where[key]
        else:
            where[key] = data.draw(JSON)
            break
    if not check_calendar.check(broken):
        switch = Calendar(broken).at(moment)
        assert 0 <= switch.level <= 100 and switch.since <= moment < switch.until
