"""The form of programmes as a browser sends it, field by field, and what its buttons do to it; pure.

Fields are called by their place: ``p-0-s-2-level`` is the level of the third switch point of the first programme.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from host_tools.city.console.programme_form import (
    HOWS,
    MOST_DAYS,
    MOST_POINTS,
    MOST_PROGRAMMES,
    MOST_RULES,
    TIME,
    Form,
    new_point,
    new_rule,
)
from host_tools.errors import CommandError
from host_tools.site.rules import WEEKDAYS
from host_tools.text import quoted

MOST_BYTES = 200_000  # of a form
MOST_TEXT = 400  # characters of a field


def read(fields: Mapping[str, str]) -> Form:
    """The form of *fields*, of which any may be missing."""

    def text(name: str) -> str:
        return " ".join(fields.get(name, "").split())[:MOST_TEXT]

    def rows(head: str, most: int) -> list[str]:
        return [f"{head}-{row}" for row in range(most + 1) if any(key.startswith(f"{head}-{row}-") for key in fields)]

    def point(at: str) -> Form:
        how = fields.get(f"{at}-how", TIME)
        found = {name: text(f"{at}-{name}") for name in ("value", "level", "ramp")}
        return {"how": how if how in HOWS else TIME, **found}

    def rule(at: str) -> Form:
        found: Form = {name: text(f"{at}-{name}") for name in ("name", "programme", "from", "to", "groups")}
        head = f"{at}-day-"
        found["days"] = [key[len(head) :][:MOST_TEXT] for key in fields if key.startswith(head)]
        found["weekdays"] = [day for day in WEEKDAYS if f"{at}-week-{day}" in fields]
        return found

    return {
        "programmes": [
            {
                "name": text(f"{at}-name"), "by_day": f"{at}-by_day" in fields,
                "points": [point(row) for row in rows(f"{at}-s", MOST_POINTS)],
            }
            for at in rows("p", MOST_PROGRAMMES)
        ],
        "classes": {key[2:][:64]: text(key) for key in sorted(fields) if key.startswith("c-")},
        "days": [{"name": text(f"{at}-name"), "dates": text(f"{at}-dates")} for at in rows("d", MOST_DAYS)],
        "rules": [rule(at) for at in rows("r", MOST_RULES)],
    }  # fmt: skip


def load(text: str) -> Form:
    """The form that was kept as *text*.  Raises CommandError."""
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict) or set(found) != {"programmes", "classes", "days", "rules"}:
        raise CommandError("the draft cannot be read, and must be made again")
    return found


def done(form: Form, deed: str) -> str:
    """Does to *form* what a button says (*deed*: what, and the place); the field where the cursor goes then, or "".

    Raises CommandError.
    """
    what, _, where = deed.partition(" ")
    places = [int(part) for part in where.split("-") if part.isascii() and part.isdecimal() and len(part) < 4]
    try:
        return str(_DEEDS[what](form, *places))
    except (KeyError, IndexError, TypeError):
        raise CommandError(f"do is {quoted(deed, 40)} and is nothing that can be done here") from None


def _add_point(form: Form, programme: int) -> str:
    points = form["programmes"][programme]["points"]
    points.append(new_point())
    return f"p-{programme}-s-{len(points) - 1}-how"


def _remove_point(form: Form, programme: int, row: int) -> str:
    points = form["programmes"][programme]["points"]
    del points[row]
    return f"p-{programme}-s-{min(row, len(points) - 1)}-how" if points else f"p-{programme}-name"


def _add_programme(form: Form) -> str:
    form["programmes"].append({"name": "", "by_day": False, "points": [new_point()]})
    return f"p-{len(form['programmes']) - 1}-name"


def _copy_programme(form: Form, programme: int) -> str:
    copied: Any = json.loads(json.dumps(form["programmes"][programme]))
    form["programmes"].append({**copied, "name": f"{copied['name']}-2"[:32]})
    return f"p-{len(form['programmes']) - 1}-name"


def _remove(part: str, field: str) -> Any:
    def remove(form: Form, row: int) -> str:
        del form[part][row]
        left = len(form[part])
        return f"{field}-{min(row, left - 1)}-name" if left else f"add-{field}"

    return remove


def _add_day(form: Form) -> str:
    form["days"].append({"name": "", "dates": ""})
    return f"d-{len(form['days']) - 1}-name"


def _add_rule(form: Form) -> str:
    form["rules"].append(new_rule())
    return f"r-{len(form['rules']) - 1}-name"


def _move_up(form: Form, row: int) -> str:
    rules = form["rules"]
    if row:
        rules[row - 1], rules[row] = rules[row], rules[row - 1]
    return f"r-{max(row - 1, 0)}-name"


_DEEDS: dict[str, Any] = {
    "add_point": _add_point, "remove_point": _remove_point, "add_programme": _add_programme,
    "copy_programme": _copy_programme, "remove_programme": _remove("programmes", "p"), "add_day": _add_day,
    "remove_day": _remove("days", "d"), "add_rule": _add_rule, "remove_rule": _remove("rules", "r"), "up": _move_up,
}  # fmt: skip
