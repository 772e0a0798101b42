"""Programmes as the fields of a form: made of a site's sections, changed row by row, and read back with what is wrong.

A switch point is a time ("23:30") or so many minutes before or after sunset, sunrise, dusk or dawn; days are dates, or
days of every year ("01-26").  All fields are texts as they were typed, so that nothing typed is lost.  Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from host_tools.naming import NAME
from host_tools.site import sections
from host_tools.site.rules import WEEKDAYS

TIME = "time"
EVENTS = ("sunset", "dusk", "dawn", "sunrise")
HOWS = (TIME, *(f"{side}_{event}" for event in EVENTS for side in ("before", "after")))
MOST_PROGRAMMES, MOST_POINTS, MOST_RULES, MOST_DAYS = 16, 24, 48, 32
MOST_RAMP, MOST_MINUTES = 3600, 720
_AT = re.compile(r"(sunset|sunrise|dusk|dawn)(?:([+-])(\d{1,3}))?")
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_DATE, _MONTH_DAY = re.compile(r"\d{4}-\d{2}-\d{2}"), re.compile(r"\d{2}-\d{2}")

Form = dict[str, Any]


@dataclass(frozen=True)
class Wrong:
    """What is wrong in the field *where* (its name in the form): the sentence *key* with *values*."""

    where: str
    key: str
    values: Mapping[str, object]


# -- from a site


def form_of(values: sections.Values, classes: Iterable[str] = ()) -> Form:
    """The form of the sections *values*; *classes*: classes of roads of the site that are not in them."""
    programmes = []
    for name, programme in (values.get("programmes") or {}).items():
        table = programme if isinstance(programme, Mapping) else {"points": programme}
        points = [_point(point) for point in table.get("points") or ()]
        programmes.append({"name": name, "by_day": bool(table.get("by_day")), "points": points})
    own = {str(name): str(value) for name, value in (values.get("road_classes") or {}).items()}
    days = [
        {"name": name, "dates": ", ".join(map(_day_text, entries))}
        for name, entries in (values.get("special_days") or {}).items()
    ]  # fmt: skip
    return {
        "programmes": programmes, "classes": {**dict.fromkeys(sorted(classes), ""), **own}, "days": days,
        "rules": [_rule(rule) for rule in values.get("rule") or ()],
    }  # fmt: skip


def new_point() -> Form:
    """A row that is to be filled in."""
    return {"how": TIME, "value": "", "level": "", "ramp": "60"}


def new_rule() -> Form:
    """As `new_point`."""
    return {"name": "", "programme": "", "days": [], "from": "", "to": "", "weekdays": [], "groups": ""}


def _point(point: Mapping[str, Any]) -> Form:
    at = str(point.get("at", ""))
    how, value = TIME, at
    if found := _AT.fullmatch(at):
        how = f"{'before' if found[2] == '-' else 'after'}_{found[1]}"
        value = str(int(found[3] or 0))
    return {"how": how, "value": value, "level": str(point.get("level", "")), "ramp": str(point.get("ramp_s", 2))}


def _rule(rule: Mapping[str, Any]) -> Form:
    def day(name: str) -> str:
        value = rule.get(name)
        return value.isoformat() if isinstance(value, date) else str(value or "")

    return {
        "name": str(rule.get("name", "")), "programme": str(rule.get("programme", "")),
        "days": [str(one) for one in rule.get("days") or ()], "from": day("from"), "to": day("to"),
        "weekdays": [str(one) for one in rule.get("weekdays") or ()],
        "groups": ", ".join(str(one) for one in rule.get("groups") or ()),
    }  # fmt: skip


def _day_text(entry: object) -> str:
    return entry.isoformat() if isinstance(entry, date) else str(entry)


# -- to a site


def values_of(form: Form) -> tuple[dict[str, Any], list[Wrong]]:
    """The sections that *form* means, and all that is wrong in it."""
    wrong: list[Wrong] = []
    programmes: dict[str, Any] = {}
    for number, one in enumerate(form["programmes"]):
        head = f"p-{number}"
        name = _name(one["name"], f"{head}-name", programmes, wrong)
        points = [_read_point(point, f"{head}-s-{row}", wrong) for row, point in enumerate(one["points"])]
        if not 1 <= len(points) <= MOST_POINTS:
            wrong.append(Wrong(f"{head}-name", "points", {"name": name, "many": len(points), "most": MOST_POINTS}))
        programmes[name] = {"points": points, "by_day": True} if one["by_day"] else points
    if not 1 <= len(programmes) <= MOST_PROGRAMMES:
        wrong.append(Wrong("add", "programmes", {"many": len(programmes), "most": MOST_PROGRAMMES}))
    days: dict[str, Any] = {}
    for number, one in enumerate(form["days"]):
        name = _name(one["name"], f"d-{number}-name", days, wrong)
        days[name] = _dates(one["dates"], f"d-{number}-dates", name, wrong)
    classes = {name: programme for name, programme in form["classes"].items() if programme}
    for name, programme in classes.items():
        _known(programme, programmes, f"c-{name}", wrong)
    rules = [_read_rule(rule, f"r-{number}", programmes, days, wrong) for number, rule in enumerate(form["rules"])]
    if len(rules) > MOST_RULES:
        wrong.append(Wrong("add", "rules", {"many": len(rules), "most": MOST_RULES}))
    out: dict[str, Any] = {"road_classes": classes, "programmes": programmes}
    return out | ({"special_days": days} if days else {}) | ({"rule": rules} if rules else {}), wrong


def _name(text: str, where: str, known: Mapping[str, Any], wrong: list[Wrong]) -> str:
    if not NAME.fullmatch(text):
        wrong.append(Wrong(where, "name", {"name": text[:40]}))
    elif text in known:
        wrong.append(Wrong(where, "twice", {"name": text}))
    return text


def _read_point(point: Form, where: str, wrong: list[Wrong]) -> dict[str, Any]:
    how, value = point["how"], point["value"].strip()
    at = value
    if how == TIME:
        if found := _TIME.fullmatch(value):
            at = f"{int(found[1]):02}:{found[2]}"
        else:
            wrong.append(Wrong(f"{where}-value", "time", {"value": value[:20]}))
    else:
        side, _, event = how.partition("_")
        minutes = _whole(value or "0", f"{where}-value", "minutes", MOST_MINUTES, wrong)
        at = event if not minutes else f"{event}{'-' if side == 'before' else '+'}{minutes}"
    level = _whole(point["level"], f"{where}-level", "level", 100, wrong)
    return {"at": at, "level": level, "ramp_s": _whole(point["ramp"], f"{where}-ramp", "ramp", MOST_RAMP, wrong)}


def _whole(text: str, where: str, key: str, most: int, wrong: list[Wrong]) -> int:
    plain = text.strip()
    if plain.isascii() and plain.isdecimal() and len(plain) <= 6 and int(plain) <= most:
        return int(plain)
    wrong.append(Wrong(where, key, {"value": plain[:20], "most": most}))
    return 0


def _dates(text: str, where: str, name: str, wrong: list[Wrong]) -> list[Any]:
    out: list[Any] = []
    for word in re.split(r"[\s,;]+", text.strip()):
        try:
            if _DATE.fullmatch(word):
                out.append(date.fromisoformat(word))
                continue
            if _MONTH_DAY.fullmatch(word):
                date.fromisoformat(f"2024-{word}")  # a leap year
                out.append(word)
                continue
        except ValueError:
            pass
        wrong.append(Wrong(where, "date", {"value": word[:20], "name": name}))
    return out


def _read_rule(
    rule: Form, where: str, programmes: Mapping[str, Any], days: Mapping[str, Any], wrong: list[Wrong]
) -> dict[str, Any]:
    out: dict[str, Any] = {"name": rule["name"], "programme": rule["programme"]}
    if not NAME.fullmatch(rule["name"]):
        wrong.append(Wrong(f"{where}-name", "name", {"name": rule["name"][:40]}))
    _known(rule["programme"], programmes, f"{where}-programme", wrong)
    chosen = [one for one in rule["days"] if one in days]
    groups = [one for one in re.split(r"[\s,;]+", rule["groups"].strip()) if one]
    weekdays = [one for one in WEEKDAYS if one in rule["weekdays"]]
    limits = {}
    for end in ("from", "to"):
        if rule[end]:
            try:
                limits[end] = date.fromisoformat(rule[end])
            except ValueError:
                wrong.append(Wrong(f"{where}-{end}", "date", {"value": rule[end][:20], "name": rule["name"]}))
    if len(limits) == 2 and limits["to"] < limits["from"]:
        wrong.append(Wrong(f"{where}-to", "order", {"last": str(limits["to"]), "first": str(limits["from"])}))
    if not (chosen or groups or weekdays or limits or rule["from"] or rule["to"]):
        wrong.append(Wrong(f"{where}-name", "no_condition", {"name": rule["name"]}))
    parts = {"days": chosen, "groups": groups, **limits, "weekdays": weekdays}
    return out | {name: value for name, value in parts.items() if value}


def _known(programme: str, programmes: Mapping[str, Any], where: str, wrong: list[Wrong]) -> None:
    if programme not in programmes:
        wrong.append(Wrong(where, "no_programme", {"name": programme[:40]}))
