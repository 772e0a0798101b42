from pole.lighting import calendar
from pole.lighting.calendar import Calendar
from pole.settings import check_calendar, schema
from pole.timekeeping import dates

try:
    from tests.firmware.lighting.civil_days import days
except ImportError:
    from civil_days import days

IST = [[0, 19800]]
# clocks in London in 2026 and 2027
LONDON = [[0, 0], [1774746000, 3600], [1792890000, 0], [1806195600, 3600]]
MAIN = [["sunset-10", 100, 60], ["22:30", 60, 120], ["05:00", 100, 60], ["sunrise+10", 0, 60]]


def settings(**changes):
    out = {
        "latitude": 23.84,
        "longitude": 78.74,
        "zone": IST,
        "programmes": {"main-road": MAIN, "festival": [["sunset", 100, 2], ["sunrise", 0, 2]]},
        "rules": [],
        "programme": "main-road",
    }
    out.update(changes)
    assert check_calendar.check(out) == [], check_calendar.check(out)
    return out


def unix(year, month, day, hour, minute=0, offset=19800):
    return (days(year, month, day) + dates.UNIX_DAYS) * 86400 + hour * 3600 + minute * 60 - offset


def fixed(*points, **changes):
    """A calendar of fixed times for one programme, by day too: (at, level)."""
    programme = [[at, level, 0] for at, level in points]
    return Calendar(settings(programmes={"only": programme}, programme="only", byDay=["only"], **changes))


def part_night(latitude, **changes):
    """Part-night lighting, which is off from 23:00 and on again from 05:30 until sunrise."""
    programme = [["sunset", 100, 2], ["23:00", 0, 2], ["05:30", 100, 2], ["sunrise", 0, 2]]
    return Calendar(settings(latitude=latitude, programmes={"part": programme}, programme="part", **changes))


def test_a_night_in_sagar():
    one = Calendar(settings())  # astral: sunset at 17:27:23, sunrise at 06:36:23
    for hour, minute, day, level, reason in (
        (12, 0, 24, 0, "main-road: sunrise+10min"),
        (17, 17, 24, 0, "main-road: sunrise+10min"),
        (17, 18, 24, 100, "main-road: sunset-10min"),
        (22, 29, 24, 100, "main-road: sunset-10min"),
        (22, 30, 24, 60, "main-road: 22:30"),
        (2, 0, 25, 60, "main-road: 22:30"),
        (5, 0, 25, 100, "main-road: 05:00"),
        (6, 46, 25, 100, "main-road: 05:00"),
        (6, 47, 25, 0, "main-road: sunrise+10min"),
    ):
        switch = one.at(unix(2026, 11, day, hour, minute))
        assert (switch.level, switch.reason) == (level, reason), (hour, minute, switch.level, switch.reason)


def test_since_and_until_are_the_points_around():
    switch = Calendar(settings()).at(unix(2026, 11, 25, 2))
    assert switch.since == unix(2026, 11, 24, 22, 30)
    assert switch.until == unix(2026, 11, 25, 5)
    assert switch.ramp_s == 120


def test_asking_again_costs_nothing():
    one = Calendar(settings())
    switch = one.at(unix(2026, 11, 25, 2))
    assert one.at(unix(2026, 11, 25, 4, 59)) is switch
    assert one.at(unix(2026, 11, 25, 5)) is not switch


def test_a_pole_that_boots_at_two_has_the_level_of_two():
    moment = unix(2026, 11, 25, 2)
    one = Calendar(settings())
    for hours in range(-48, 1):
        lived = one.at(moment + hours * 3600)
    booted = Calendar(settings()).at(moment)
    assert (booted.level, booted.since, booted.until) == (lived.level, lived.since, lived.until)
    one.at(moment + 999999)
    assert one.at(moment).level == booted.level


def test_the_first_rule_that_matches_names_the_programme():
    rules = [
        {"name": "diwali", "programme": "festival", "dates": [20261108]},
        {"name": "sundays", "programme": "low", "weekdays": [7]},
        {"name": "winter", "programme": "festival", "from": 20261201, "to": 20270131},
        {"name": "new year", "programme": "low", "monthDays": [101, 1231]},
        {"name": "winter fridays", "programme": "low", "from": 20261101, "weekdays": [5]},
    ]
    programmes = {"main-road": [["20:00", 1, 0]], "festival": [["20:00", 2, 0]], "low": [["20:00", 3, 0]]}
    one = Calendar(settings(programmes=programmes, rules=rules))
    for year, month, day, reason in (
        (2026, 11, 7, "main-road"),
        (2026, 11, 8, "diwali"),  # a Sunday too
        (2026, 11, 15, "sundays"),
        (2026, 11, 30, "main-road"),
        (2026, 12, 1, "winter"),
        (2026, 12, 31, "winter"),  # the new year comes after it in the list
        (2027, 1, 31, "sundays"),
        (2027, 2, 1, "main-road"),
        (2027, 12, 31, "new year"),
        (2028, 1, 1, "new year"),
        (2026, 10, 30, "main-road"),
        (2026, 11, 27, "winter fridays"),
    ):
        assert one.at(unix(year, month, day, 21)).reason == reason + ": 20:00", (year, month, day)


def test_a_night_belongs_to_the_date_of_its_noon():
    rules = [{"name": "election", "programme": "festival", "dates": [20261124]}]
    one = Calendar(settings(rules=rules))
    assert one.at(unix(2026, 11, 24, 3)).reason == "main-road: 22:30"
    assert one.at(unix(2026, 11, 25, 3)).reason == "election: sunset"
    assert one.at(unix(2026, 11, 25, 11)).reason == "election: sunrise"
    assert one.at(unix(2026, 11, 25, 14)).reason == "election: sunrise"  # until the first point of the next night
    assert one.at(unix(2026, 11, 25, 18)).reason == "main-road: sunset-10min"


def test_points_in_any_order_are_taken_by_their_time():
    one = fixed(("05:00", 3), ("12:00", 1), ("11:59", 4), ("22:00", 2))
    for hour, minute, level in ((12, 0, 1), (22, 0, 2), (4, 59, 2), (5, 0, 3), (11, 58, 3), (11, 59, 4)):
        assert one.at(unix(2026, 11, 24, hour, minute)).level == level


def test_of_two_points_at_one_time_the_later_in_the_list_holds():
    one = fixed(("22:00", 10), ("22:00", 20), ("22:00", 30), ("23:00", 0))
    assert one.at(unix(2026, 11, 24, 22)).level == 30


def test_a_programme_of_one_point_holds_all_day():
    one = fixed(("20:00", 40))
    switch = one.at(unix(2026, 11, 24, 19, 59))
    assert (switch.level, switch.since, switch.until) == (40, unix(2026, 11, 23, 20), unix(2026, 11, 24, 20))


def test_a_point_after_noon_still_belongs_to_the_night_before():
    programme = [["sunset", 100, 0], ["sunrise+400", 0, 0]]
    one = Calendar(settings(programmes={"late": programme}, programme="late"))
    assert one.at(unix(2026, 11, 24, 13)).level == 100
    assert one.at(unix(2026, 11, 24, 13, 20)).level == 0
    assert one.at(unix(2026, 11, 24, 18)).level == 100


def test_the_first_point_of_a_night_ends_the_night_before():
    programme = [["sunset-500", 100, 0], ["sunrise+500", 0, 0]]  # about 09:10, and 14:57
    one = Calendar(settings(programmes={"odd": programme}, programme="odd"))
    for hour in range(24):
        assert one.at(unix(2026, 11, 24, hour)).level == 100


def test_a_night_that_begins_before_the_one_before_it_leaves_that_out():
    programmes = {"late": [["sunrise", 10, 0]], "early": [["sunset-720", 20, 0]]}
    rules = [{"name": "early", "programme": "early", "dates": [20261126]}]  # from 05:26; the 25th begins at 06:37
    for hour in (11, 13):
        one = Calendar(settings(programmes=programmes, programme="late", rules=rules))
        until = one.at(unix(2026, 11, 25, hour)).until
        assert unix(2026, 11, 26, 5, 26) < until < unix(2026, 11, 26, 5, 29)
        for minute in range(0, 180, 5):
            assert one.at(unix(2026, 11, 26, 5, minute)).level == (10 if minute < 28 else 20)


def test_no_point_comes_more_than_eighteen_hours_before_its_noon():
    programme = [["sunset-720", 50, 0]]
    one = Calendar(
        settings(latitude=60, longitude=150, zone=[[0, 0]], programmes={"only": programme}, programme="only")
    )
    assert one.at(unix(2026, 12, 21, 3, 0, 0)).since == unix(2026, 12, 20, 18, 0, 0)


def test_in_polar_night_the_lamp_burns_and_in_polar_day_it_does_not():
    programme = [["sunset", 100, 0], ["sunrise", 0, 0]]
    one = Calendar(
        settings(latitude=72, longitude=20, zone=[[0, 3600]], programmes={"only": programme}, programme="only")
    )
    dark = lit = 0
    for minute in range(0, 7 * 1440, 5):
        dark += one.at(unix(2026, 12, 18, 0, minute, 3600)).level == 0
        lit += one.at(unix(2026, 6, 18, 0, minute, 3600)).level == 100
    assert dark <= 7 and lit == 0, (dark, lit)


def test_a_zone_that_does_not_fit_the_place_does_not_darken_the_night():
    programme = [["sunset", 100, 0], ["sunrise", 0, 0]]
    right = Calendar(settings(programmes={"only": programme}, programme="only"))
    for offset in range(-43200, 50401, 3600):
        wrong = Calendar(settings(programmes={"only": programme}, programme="only", zone=[[0, offset]]))
        for minute in range(0, 1440, 7):
            moment = unix(2026, 11, 24, 0, minute)
            assert wrong.at(moment).level == right.at(moment).level, (offset, minute)


def test_fixed_times_follow_the_clocks_of_the_city():
    one = fixed(("22:00", 50), ("06:00", 0), zone=LONDON, longitude=0, latitude=51.5)
    assert one.at(unix(2026, 6, 1, 21, 0, 0)).since == unix(2026, 6, 1, 21, 0, 0)
    assert one.at(unix(2026, 12, 1, 22, 0, 0)).since == unix(2026, 12, 1, 22, 0, 0)


def test_a_time_that_comes_twice_is_the_first():
    # at 02:00 on 2026-10-25 clocks in London go back to 01:00: 01:30 is at 00:30 and at 01:30 UTC
    one = fixed(("01:30", 50), ("06:00", 0), zone=LONDON, longitude=0, latitude=51.5)
    assert one.at(unix(2026, 10, 25, 0, 29, 0)).level == 0
    assert one.at(unix(2026, 10, 25, 0, 30, 0)).level == 50
    assert one.at(unix(2026, 10, 25, 1, 45, 0)).since == unix(2026, 10, 25, 0, 30, 0)
    assert one.at(unix(2026, 10, 25, 1, 45, 0)).until == unix(2026, 10, 25, 6, 0, 0)


def test_a_time_that_never_comes_is_the_moment_of_the_change():
    # at 01:00 on 2026-03-29 clocks in London go forward to 02:00: there is no 01:30
    one = fixed(("01:30", 50), ("06:00", 0), zone=LONDON, longitude=0, latitude=51.5)
    assert one.at(unix(2026, 3, 29, 0, 59, 0)).level == 0
    assert one.at(unix(2026, 3, 29, 1, 0, 0)).level == 50
    assert one.at(unix(2026, 3, 29, 4, 59, 0)).until == unix(2026, 3, 29, 5, 0, 0)


def test_a_fixed_time_after_sunrise_lights_nothing():
    # astral: sunrise in Sagar on 2026-06-11 at 05:24:27, six minutes before the point
    one = part_night(23.84)
    for hour, minute, level in ((3, 0, 0), (5, 29, 0), (5, 30, 0), (5, 45, 0), (12, 0, 0), (18, 30, 0), (19, 20, 100)):
        assert one.at(unix(2026, 6, 11, hour, minute)).level == level, (hour, minute)
    switch = one.at(unix(2026, 6, 11, 11, 30))
    assert switch.reason == "part: 05:30, off by day" and switch.since == unix(2026, 6, 11, 5, 30)
    assert switch.until > unix(2026, 6, 11, 17)
    # in winter it comes an hour before sunrise, as it was meant to
    assert one.at(unix(2026, 1, 11, 6)).level == 100


def test_a_programme_that_says_so_burns_by_day():
    one = part_night(23.84, byDay=["part"])
    assert one.at(unix(2026, 6, 11, 11, 30)).level == 100
    assert one.at(unix(2026, 6, 11, 11, 30)).reason == "part: 05:30"


def test_fixed_times_alone_go_out_an_hour_after_sunrise_at_the_latest():
    one = Calendar(settings(programmes={"only": [["17:00", 80, 0], ["09:00", 0, 0]]}, programme="only"))
    # astral: sunrise at 06:36:23, sunset at 17:27:21
    for day, hour, minute, level in (
        (25, 6, 0, 80), (25, 7, 30, 80), (25, 7, 40, 0), (25, 16, 59, 0), (25, 17, 1, 80), (26, 2, 0, 80),
    ):  # fmt: skip
        assert one.at(unix(2026, 11, day, hour, minute)).level == level, (day, hour, minute)
    late = Calendar(settings(programmes={"only": [["13:00", 80, 0], ["09:00", 0, 0]]}, programme="only"))
    assert late.at(unix(2026, 11, 25, 16, 20)).level == 0
    assert late.at(unix(2026, 11, 25, 16, 35)).level == 80  # and an hour before sunset it may burn


def test_a_programme_that_goes_by_the_sun_has_its_own_morning_and_evening():
    programme = [["sunset-90", 100, 0], ["16:10", 50, 0], ["05:00", 70, 0], ["sunrise+120", 0, 0]]
    one = Calendar(settings(programmes={"only": programme}, programme="only"))
    for hour, minute, level in ((16, 0, 100), (16, 15, 50), (5, 1, 70), (8, 30, 70), (8, 40, 0), (15, 50, 0)):
        assert one.at(unix(2026, 11, 25, hour, minute)).level == level, (hour, minute)


def test_in_polar_day_a_fixed_time_lights_nothing_and_in_polar_night_it_burns_at_noon():
    for month, most in ((6, 12), (12, 288)):
        one = Calendar(
            settings(
                latitude=72, longitude=20, zone=[[0, 3600]], programmes={"only": [["15:00", 50, 0]]}, programme="only"
            )
        )
        lit = sum([one.at(unix(2026, month, 18, 12, minute, 3600)).level == 50 for minute in range(0, 1440, 5)])
        assert lit == most if most == 288 else lit <= 24, (month, lit)


def test_offset_before_between_and_after_the_changes():
    zone = [[1000, 60], [2000, 120], [3000, -60]]
    for moment, offset in ((0, 60), (999, 60), (1000, 60), (1999, 60), (2000, 120), (2999, 120), (3000, -60)):
        assert calendar.offset_at(zone, moment) == offset
    assert calendar.offset_at(zone, 9999999999) == -60


def test_check_finds_every_problem_in_one_pass():
    problems = check_calendar.check(
        {
            "latitude": 91,
            "longitude": "east",
            "zone": [[5, 0], [5, 0], [6, 99999], 7],
            "programmes": {"a": [["24:00", 101, -1], ["sunset+721", 1.5]], "b": []},
            "rules": [
                {"name": "x", "programme": "c", "weekday": [1]},
                {"name": "", "programme": "a", "dates": [20260230, True], "weekdays": [0], "monthDays": []},
                {"name": "y", "programme": "a", "from": 20261201, "to": 20261130},
                3,
            ],
            "programme": "d",
        }
    )
    for expected in (
        "latitude is 91 and must be a number of degrees from -90 to 90",
        "longitude is 'east' and must be a number of degrees from -180 to 180",
        "zone[1][0] is 5 and must be a whole number from 6 to 4102444800",
        "zone[2][1] is 99999 and must be a whole number from -50400 to 50400",
        "zone[3] is 7 and must be [from Unix s, seconds east of UTC]",
        "programmes.a[0][0] is '24:00' and must be HH:MM, or sunset, sunrise, dusk or dawn with an offset of -720 to "
        "720 minutes",
        "programmes.a[0][1] is 101 and must be a whole number from 0 to 100",
        "programmes.a[0][2] is -1 and must be a whole number from 0 to 3600",
        "programmes.a[1] is a list of 2 and must be [at, level, ramp s]",
        "programmes.b is a list of 0 and must be a list of 1 to 24 [at, level, ramp s]",
        "programme is 'd' and must be the name of a programme",
        "rules[0].programme is 'c' and must be the name of a programme",
        "rules[0].weekday is not part of a rule",
        "rules[0] has no condition and must have one of dates, from, monthDays, to, weekdays",
        "rules[1].name is '' and must be text of 1 to 32 characters",
        "rules[1].dates is 20260230 and must be a date from 20000101 to 20991231, as yyyymmdd",
        "rules[1].dates is True and must be a date from 20000101 to 20991231, as yyyymmdd",
        "rules[1].weekdays is 0 and must be a weekday from 1 (Monday) to 7",
        "rules[1].monthDays is a list of 0 and must be a list of at least one and at most 400",
        "rules[2].to is 20261130 and must not be before rules[2].from, which is 20261201",
        "rules[3] is 3 and must be an object",
    ):
        assert expected in problems, expected
        problems.remove(expected)
    assert problems == []


def test_check_of_what_a_switch_point_may_be():
    for at in ("00:00", "23:59", "sunset", "sunrise", "dusk", "dawn", "sunset-10", "dawn+720", "dusk-0"):
        settings(programmes={"main-road": [[at, 1, 1]]})
    for at in (
        "", "24:00", "12:60", "1:00", "12:0", "12.00", "-1:00", "+1:00", "sun", "sunset-", "sunset+-1", "sunset 10",
        "sunset-1e1", "sunset-721", "sunset-0010", "Sunset", "noon", "dawn+1.5", "sunset-10min", None, 1200, ["sunset"],
    ):  # fmt: skip
        broken = settings()
        broken["programmes"] = {"main-road": [[at, 1, 1]]}
        assert len(check_calendar.check(broken)) == 1, at


def test_check_of_rubbish_is_short_and_never_raises():
    nested = []
    for _ in range(2000):
        nested = [nested]
    wrong_rules = [{"x" * 2000: 1, "weekdays": [99] * 300}] * 64
    for rubbish in (
        None, 3, "x", [], {}, {"zone": nested, "programmes": nested, "rules": nested, "programme": nested},
        {"programmes": {"y" * 4000: nested, "a": nested, "b": [nested], "c": [[nested, nested, nested]] * 24}},
        {"programmes": {"a": [["x" * 4000, {}, []]] * 24}, "rules": wrong_rules},
        {"latitude": nested, "longitude": {}, "programme": {}, "rules": [{"name": nested, "from": {}, "to": nested}]},
    ):  # fmt: skip
        problems = check_calendar.check(rubbish)
        assert 0 < len(problems) <= 51
        assert max([len(problem) for problem in problems]) < 250


def test_a_configuration_says_what_is_wrong_with_its_calendar():
    given = settings(programme="festival")
    given.update({"site": "sagar", "pole": "P0001"})
    assert schema.check(given) == []
    given["programme"] = "absent"
    assert schema.check(given) == ["programme is 'absent' and must be the name of a programme"]
