"""Settings: one table of fields, types, bounds and defaults.

The table is the only place where they are: the pole checks a configuration against it, the host tools check a site
file against it, and the documentation is printed from it.  A configuration is accepted as a whole or not at all.
"""

import json

from pole.settings import check_calendar, check_lamp

NAME = "config.json"  # in the data store: the configuration in force
LAST_GOOD = "config.good.json"  # the one before it

# name, type, lowest, highest (length for text, lists and dictionaries), default (None: must be given), unit
FIELDS = (
    ("version", int, 0, 1000000000, 0, ""),
    ("site", str, 1, 32, None, ""),
    ("pole", str, 1, 32, None, ""),
    ("groups", list, 0, 16, (), ""),
    ("latitude", float, -90, 90, None, "degrees north"),
    ("longitude", float, -180, 180, None, "degrees east"),
    ("zone", list, 1, 64, None, "[[from Unix s, seconds east of UTC], ...]"),
    ("programmes", dict, 1, 16, None, "{name: [[at, level, ramp s], ...]}"),
    ("rules", list, 0, 64, (), ""),
    ("programme", str, 1, 32, None, ""),
    ("byDay", list, 0, 16, (), "names of programmes whose fixed times may light the lamp by day"),
    ("floor", int, 0, 100, 20, "percent"),
    ("lamp.minimumLevel", int, 0, 100, 10, "percent"),
    ("lamp.minimumOff", int, 0, 600, 10, "s"),
    ("lamp.constantLightOutput", list, 0, 16, (), "[[operating hours, percent], ...]"),
    ("lamp.life", int, 1000, 1000000, 50000, "h"),
    ("lamp.technology", str, 1, 16, "led", "led, hps or mh"),
    ("lamp.driver", str, 1, 16, "constantPower", "constantPower or followsVoltage"),
    ("luminaire", list, 0, 16, (), "[[level percent, power mW, power factor thousandths], ...]"),
    ("supply.nominal", int, 100, 300, 240, "V"),
    ("temperature.limit", int, 40, 100, 70, "degrees Celsius"),
    ("photocell.on", int, 1, 1000, 50, "lux"),
    ("photocell.off", int, 1, 2000, 90, "lux"),
    ("photocell.delay", int, 0, 600, 20, "s"),
    ("clock.floor", int, 0, 4102444800, 1767225600, "Unix s"),
    ("clock.drift", int, 0, 1000, 50, "parts per million"),
    ("clock.maximumError", int, 1, 86400, 600, "s"),
    ("link.ssid", str, 0, 32, "", ""),
    ("link.password", str, 0, 64, "", ""),
    ("link.root", str, 1, 64, "diya/1", ""),
    ("link.host", str, 0, 128, "", ""),
    ("link.port", int, 1, 65535, 1883, ""),
    ("link.tls", int, 0, 1, 0, ""),
    ("link.user", str, 0, 64, "", ""),
    ("link.secret", str, 0, 128, "", ""),
    ("link.keepalive", int, 5, 65535, 60, "s"),
    ("link.timeout", int, 1, 65535, 20, "s"),
    ("link.backoff", int, 1, 65535, 5, "s"),
    ("link.maximumBackoff", int, 1, 65535, 120, "s"),
    ("link.trial", int, 60, 86400, 900, "s"),
    ("time.host", str, 0, 128, "pool.ntp.org", ""),
    ("time.interval", int, 60, 86400, 3600, "s"),
    ("meter.sample", int, 1, 3600, 30, "s"),
    ("meter.interval", int, 10, 86400, 300, "s"),
    ("state.refresh", int, 60, 86400, 900, "s"),
    ("report.spread", int, 0, 3600, 30, "s"),
    ("keys", dict, 0, 16, (), "{name: 64 hexadecimal digits}"),
)


class ConfigError(Exception):
    """A configuration was refused; ``problems`` lists every reason, one sentence each."""

    def __init__(self, problems):
        super().__init__("; ".join(problems))
        self.problems = problems


def check(given):
    """Problems of *given* (a dictionary as parsed from JSON): a list of sentences, empty when it is sound."""
    if not isinstance(given, dict):
        return ["the configuration is " + repr(given)[:40] + " and must be a JSON object"]
    problems = []
    for name, kind, low, high, default, unit in FIELDS:
        if name in given:
            _check_field(problems, name, given[name], kind, low, high, unit)
        elif default is None:
            problems.append(name + " is missing")
    known = [field[0] for field in FIELDS]
    for name in sorted(given):
        if name not in known:
            problems.append(name + " is not a setting")
    return problems or _check_together(given)


def complete(given):
    """*given* with every default filled in.  Raises ConfigError with all its problems and changes nothing."""
    problems = check(given)
    if problems:
        raise ConfigError(problems)
    out = {}
    for name, kind, _low, _high, default, _unit in FIELDS:
        value = given.get(name, default)
        out[name] = {} if kind is dict and value == () else value
    return dict(**out)  # keyword names are interned: MicroPython keeps each of them once, for all modules


def parse(text):
    """The dictionary in JSON *text* (str or bytes), not checked yet.  Raises ConfigError."""
    try:
        given = json.loads(text)
    except (ValueError, TypeError, RuntimeError):  # RuntimeError: lists nested too deeply
        raise ConfigError(["the configuration is not JSON a pole can read"]) from None
    if not isinstance(given, dict):
        raise ConfigError(check(given))
    return given


def load(text):
    """Settings from JSON *text* (str or bytes).  Raises ConfigError."""
    return complete(parse(text))


# a pole without any configuration still lights its street: on, all night and all day, without a link
UNCONFIGURED = {
    "site": "unknown",
    "pole": "unknown",
    "latitude": 0,
    "longitude": 0,
    "zone": [[0, 0]],
    "programmes": {"on": [["12:00", 100, 0]]},
    "programme": "on",
    "byDay": ["on"],
}


def _check_field(problems, name, value, kind, low, high, unit):
    unit = " " + unit if unit and kind in (int, float) else ""
    if kind in (int, float):
        kinds = (int, float) if kind is float else (int,)
        if isinstance(value, bool) or not isinstance(value, kinds):
            problems.append(name + " is " + repr(value)[:40] + " and must be a number")
        elif not low <= value <= high:
            problems.append("%s is %s and must be %s to %s%s" % (name, value, low, high, unit))
    elif not isinstance(value, (list, tuple) if kind is list else kind):
        problems.append(name + " is " + repr(value)[:40] + " and must be " + _WORDS[kind])
    elif not low <= len(value) <= high:
        problems.append("%s has length %d and must have %d to %d" % (name, len(value), low, high))


_WORDS = {str: "text", list: "a list", dict: "an object"}


def _check_together(given):
    problems = check_calendar.check(given)
    problems += check_lamp.check(given.get("lamp.constantLightOutput", ()))
    problems += check_lamp.check_technology(given)
    problems += check_lamp.check_table(given.get("luminaire", ()))
    on = given.get("photocell.on", 50)
    off = given.get("photocell.off", 90)
    if off <= on:
        problems.append("photocell.off is %d and must be above photocell.on, which is %d" % (off, on))
    trial, spread = given.get("link.trial", 900), given.get("report.spread", 30)
    if trial < spread + 60:  # else a valid configuration would be undone before the pole has tried it
        problems.append("link.trial is %d and must be at least 60 above report.spread, which is %d" % (trial, spread))
    return problems + check_keys(given.get("keys", {}))


def check_keys(keys):
    """Problems of *keys*, a dictionary."""
    wrong = [name for name in sorted(keys) if not _is_key(keys[name])]
    return ["keys." + name + " must be 64 hexadecimal digits" for name in wrong]


def _is_key(key):
    return isinstance(key, str) and len(key) == 64 and all([digit in "0123456789abcdef" for digit in key])
