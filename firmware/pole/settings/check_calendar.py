"""Checks the settings of a calendar.

They come from outside, so any JSON value is answered with sentences and never with an exception, and with no more of
them than an ESP32 has memory for.
"""

from pole.lighting import switch_point

MAX_PROBLEMS = 50  # the rest is only said to exist

_DATE = "a date from 20000101 to 20991231, as yyyymmdd"


def check(settings):
    """Problems of the calendar in *settings*, which may have any types: at most MAX_PROBLEMS sentences and one more."""
    problems = []
    if not isinstance(settings, dict):
        _refuse(problems, "the calendar", settings, "an object")
        return problems
    _check_place(problems, "latitude", settings.get("latitude"), 90)
    _check_place(problems, "longitude", settings.get("longitude"), 180)
    _check_zone(problems, settings.get("zone"))
    programmes = settings.get("programmes")
    if not isinstance(programmes, dict) or not programmes:
        _refuse(problems, "programmes", programmes, "an object of at least one programme")
        programmes = {}
    for name in sorted(programmes):
        if 1 <= len(name) <= 32:
            _check_programme(problems, "programmes." + name, programmes[name])
        else:
            _refuse(problems, "the name of a programme", name, "text of 1 to 32 characters")
    _check_programme_name(problems, "programme", settings.get("programme"), programmes)
    by_day = settings.get("byDay", ())
    if _is_list(by_day, 0, 16):
        for i in range(len(by_day)):
            _check_programme_name(problems, "byDay[%d]" % i, by_day[i], programmes)
    else:
        _refuse(problems, "byDay", by_day, "a list of at most 16 names of programmes")
    rules = settings.get("rules", ())
    if isinstance(rules, (list, tuple)):
        for i in range(len(rules)):
            _check_rule(problems, "rules[%d]" % i, rules[i], programmes)
    else:
        _refuse(problems, "rules", rules, "a list")
    return problems


def _check_place(problems, field, value, limit):
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not -limit <= value <= limit:
        _refuse(problems, field, value, "a number of degrees from %d to %d" % (-limit, limit))


def _check_zone(problems, zone):
    if not _is_list(zone, 1, 64):
        _refuse(problems, "zone", zone, "a list of 1 to 64 [from Unix s, seconds east of UTC]")
        return
    lowest = 0
    for i in range(len(zone)):
        field = "zone[%d]" % i
        if not _is_list(zone[i], 2, 2):
            _refuse(problems, field, zone[i], "[from Unix s, seconds east of UTC]")
            continue
        if _check_int(problems, field + "[0]", zone[i][0], lowest, 4102444800):
            lowest = zone[i][0] + 1  # ascending
        _check_int(problems, field + "[1]", zone[i][1], -50400, 50400)


def _check_programme(problems, field, points):
    if not _is_list(points, 1, 24):
        _refuse(problems, field, points, "a list of 1 to 24 [at, level, ramp s]")
        return
    for i in range(len(points)):
        point = "%s[%d]" % (field, i)
        if not _is_list(points[i], 3, 3):
            _refuse(problems, point, points[i], "[at, level, ramp s]")
            continue
        at, level, ramp_s = points[i]
        try:
            switch_point.parse(at)
        except ValueError:
            _refuse(problems, point + "[0]", at, switch_point.AT)
        _check_int(problems, point + "[1]", level, 0, 100)
        _check_int(problems, point + "[2]", ramp_s, 0, 3600)


def _check_rule(problems, field, rule, programmes):
    if not isinstance(rule, dict):
        _refuse(problems, field, rule, "an object")
        return
    name = rule.get("name")
    if not isinstance(name, str) or not 1 <= len(name) <= 32:
        _refuse(problems, field + ".name", name, "text of 1 to 32 characters")
    _check_programme_name(problems, field + ".programme", rule.get("programme"), programmes)
    conditions = 0
    for key in sorted(rule):
        if key in _CONDITIONS:
            conditions += 1
            sound, wanted = _CONDITIONS[key]
            values = rule[key]
            if key in ("from", "to"):
                values = (values,)
            elif not _is_list(values, 1, 400):
                _refuse(problems, field + "." + key, values, "a list of at least one and at most 400")
                continue
            for value in values:
                if not _is_int(value) or not sound(value):
                    _refuse(problems, field + "." + key, value, wanted)
        elif key not in ("name", "programme"):
            _add(problems, "%s.%s is not part of a rule" % (field, key[:40]))
    if not conditions:
        _add(problems, field + " has no condition and must have one of " + ", ".join(sorted(_CONDITIONS)))
    first, last = rule.get("from"), rule.get("to")
    if _is_int(first) and _is_int(last) and last < first:
        _add(problems, "%s.to is %d and must not be before %s.from, which is %d" % (field, last, field, first))


def exists(yyyymmdd):
    """Whether the integer *yyyymmdd* is a date of the years 2000 to 2099, in which every fourth has a leap day."""
    year, month, day = yyyymmdd // 10000, yyyymmdd // 100 % 100, yyyymmdd % 100
    if not 20000101 <= yyyymmdd <= 20991231 or not 1 <= month <= 12:
        return False
    if month == 2:
        return 1 <= day <= (28 if year % 4 else 29)
    return 1 <= day <= (30 if month in (4, 6, 9, 11) else 31)


_CONDITIONS = {  # name: (whether an integer is sound, what it must be)
    "dates": (exists, _DATE),
    "from": (exists, _DATE),
    "to": (exists, _DATE),
    "monthDays": (lambda day: 0 < day < 10000 and exists(20000000 + day), "a day from 101 to 1231, as mmdd"),
    "weekdays": (lambda day: 1 <= day <= 7, "a weekday from 1 (Monday) to 7"),
}


def _check_programme_name(problems, field, name, programmes):
    if not isinstance(name, str) or name not in programmes:
        _refuse(problems, field, name, "the name of a programme")


def _check_int(problems, field, value, lowest, highest):
    sound = _is_int(value) and lowest <= value <= highest
    if not sound:
        _refuse(problems, field, value, "a whole number from %d to %d" % (lowest, highest))
    return sound


def _is_int(value):
    return isinstance(value, int) and not isinstance(value, bool)


def _is_list(value, shortest, longest):
    return isinstance(value, (list, tuple)) and shortest <= len(value) <= longest


def _refuse(problems, field, value, wanted):
    # a list or an object is named and not shown: printing one that is nested deeply enough would raise
    if value is None:
        shown = "missing"
    elif isinstance(value, dict):
        shown = "an object"
    elif isinstance(value, (list, tuple)):
        shown = "a list of %d" % len(value)
    else:
        shown = repr(value)[:40]
    _add(problems, "%s is %s and must be %s" % (field, shown, wanted))


def _add(problems, sentence):
    if len(problems) < MAX_PROBLEMS:
        problems.append(sentence)
    elif len(problems) == MAX_PROBLEMS:
        problems.append("there are more problems than these")
