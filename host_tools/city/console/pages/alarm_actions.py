"""What an operator does with one alarm or many: all of them are changed, or none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from anyio.to_thread import run_sync
from litestar import Response, post
from litestar.exceptions import HTTPException
from litestar.response import Redirect
from sqlalchemy.engine import Connection

from host_tools.city.alarms import actions, life
from host_tools.city.alarms.seen import Changed, check_unchanged
from host_tools.city.alarms.work_orders import make_order
from host_tools.city.console.access.own_path import own
from host_tools.city.console.access.roles import OPERATOR, needs
from host_tools.city.console.city import City, city_of
from host_tools.city.console.page import language, moment, zone_name
from host_tools.city.console.request_types import Web
from host_tools.errors import CommandError
from host_tools.language.language import Language
from host_tools.site.model import Site
from host_tools.text import quoted, whole

DOOR = "console"
MOST_ALARMS = 2000
LONGEST_DUE_H = 30 * 24
HOUR_S = 3600


@dataclass(frozen=True)
class Deed:
    """One action of *who* at *now* (Unix s) on the alarms *numbers*, with what its form says."""

    connection: Connection
    numbers: list[int]
    who: str
    now: int
    form: Mapping[str, str]
    site: Site | None

    def hours(self, name: str, most: int, otherwise: int | None = None) -> int | None:
        """The field *name* in s.  Raises CommandError."""
        value = self.form.get(name, "").strip()
        if not value:
            return otherwise
        hours = whole(value, 5)
        if hours is None or not 1 <= hours <= most:
            raise CommandError(f"{name} is {quoted(value, 20)} and must be 1 to {most} hours")
        return hours * HOUR_S


@post("/alarms/do", guards=[needs(OPERATOR)], status_code=200)
async def act(request: Web) -> Response[Any]:
    """Does what the button `do` says with the alarms `alarm`, each NUMBER:MARK as the page showed it."""
    form = await request.form()
    values = {name: str(form[name]) for name in form if isinstance(form[name], str)}
    picked = [str(one) for one in form.getall("alarm", [])]
    said, city = language(request), city_of(request)
    try:
        answer = await run_sync(partial(_do, city, said, request.user.name, values, picked))
    except Changed as error:
        raise HTTPException(status_code=409, detail=_changed(error, said, city)) from error
    if "text/html" not in request.headers.get("accept", ""):
        return Response(answer)
    return Redirect(answer.get("go") or own(values.get("back", ""), "/alarms"), status_code=303)


def _do(city: City, said: Language, who: str, form: Mapping[str, str], picked: list[str]) -> dict[str, Any]:
    name = form.get("do", "")
    if name not in _DEEDS:
        raise CommandError(f"do is {quoted(name, 30)} and must be one of {', '.join(_DEEDS)}")
    marks = _marks(picked)
    if not marks and name != "end_quiet":
        raise CommandError(said.say("console_alarms.wrong_nothing"))
    with city.writing() as connection:
        check_unchanged(connection, {number: mark for number, mark in marks.items() if mark})
        deed = Deed(connection, list(marks), who, city.now(connection), form, city.site)
        told = _DEEDS[name](deed)
    at = told.pop("until", None)
    if at is not None:
        told.update(at=moment(at, city.zone), zone=zone_name(city.zone))
    go = f"/orders/{told['number']}" if name == "order" else ""
    return {"said": said.say(f"console_alarms.done_{name}", **told), "go": go}


def _marks(picked: list[str]) -> dict[int, str]:
    if len(picked) > MOST_ALARMS:
        raise CommandError(f"{len(picked)} alarms are selected, and at most {MOST_ALARMS} may be changed at once")
    out = {}
    for one in picked:
        said, _, mark = one.partition(":")
        number = whole(said)
        if number is None:
            raise CommandError(f"alarm is {quoted(one, 30)} and must be the number of an alarm")
        out[number] = mark
    return out


def _acknowledge(deed: Deed) -> dict[str, Any]:
    rows = actions.rows_of(deed.connection, deed.numbers)
    new = [row["id"] for row in rows if life.state(row) == life.OPEN]
    if not new:
        new = deed.numbers if any(life.state(row) == life.CLOSED for row in rows) else []
        if not new:
            row = rows[0]
            by = row["acknowledged_by"] or row["assigned_to"] or row["mended_by"]
            raise CommandError(f"the alarm {row['id']} ({row['kind']}/{row['name']}) is {life.state(row)} by {by}")
    actions.acknowledge(deed.connection, new, deed.who, deed.now, DOOR)
    return {"count": len(new)}


def _assign(deed: Deed) -> dict[str, Any]:
    crew = actions.checked(deed.form.get("crew", ""), "crew")
    actions.assign(deed.connection, deed.numbers, deed.who, deed.now, crew, door=DOOR)
    return {"count": len(deed.numbers), "crew": crew}


def _order(deed: Deed) -> dict[str, Any]:
    due_s = deed.hours("due", LONGEST_DUE_H)
    due = None if due_s is None else deed.now + due_s
    made = make_order(
        deed.connection, deed.numbers, deed.who, deed.now, deed.form.get("crew", ""), deed.site, due, door=DOOR
    )  # fmt: skip
    return {"number": made.number, "crew": made.crew}


def _note(deed: Deed) -> dict[str, Any]:
    actions.note(deed.connection, deed.numbers, deed.who, deed.now, deed.form.get("text", ""), DOOR)
    return {"count": len(deed.numbers)}


def _mend(deed: Deed) -> dict[str, Any]:
    actions.mend(deed.connection, deed.numbers, deed.who, deed.now, deed.form.get("text", ""), DOOR)
    return {"count": len(deed.numbers)}


def _close(deed: Deed) -> dict[str, Any]:
    actions.close(deed.connection, deed.numbers, deed.who, deed.now, deed.form.get("reason", ""), DOOR)
    return {"count": len(deed.numbers)}


def _quiet(deed: Deed) -> dict[str, Any]:
    """Of what each alarm is of, and of its kind: no other alarm of that pole is kept back."""
    lasts = deed.hours("hours", actions.LONGEST_QUIET_S // HOUR_S)
    if lasts is None:
        raise CommandError("hours is missing and must be given: a quiet has an end")
    until = deed.now + lasts
    reason = deed.form.get("reason", "")
    for row in actions.rows_of(deed.connection, deed.numbers):
        if not row["name"]:
            raise CommandError(f"the alarm {row['id']} ({row['kind']}) is of the whole city and cannot be quiet here")
        actions.make_quiet(
            deed.connection, row["name"], deed.who, deed.now, until, reason, kind=row["kind"], door=DOOR
        )  # fmt: skip
    return {"count": len(deed.numbers), "until": until}


def _end_quiet(deed: Deed) -> dict[str, Any]:
    said = deed.form.get("quiet", "")
    number = whole(said)
    if number is None:
        raise CommandError(f"quiet is {quoted(said, 20)} and must be the number of a quiet")
    actions.end_quiet(deed.connection, number, deed.who, deed.now, DOOR)
    return {}


_DEEDS = {
    "acknowledge": _acknowledge, "assign": _assign, "order": _order, "note": _note, "mend": _mend, "close": _close,
    "quiet": _quiet, "end_quiet": _end_quiet,
}  # fmt: skip


def _changed(error: Changed, said: Language, city: City) -> str:
    key = f"console_alarms.what_{error.what}"
    what = said.say(key) if said.knows(key) else error.what
    by = said.say("console_alarms.wrong_by", who=error.who) if error.who else ""
    return said.say(
        "console_alarms.wrong_changed", number=error.number, called=error.called, what=what,
        at=moment(error.at, city.zone), zone=zone_name(city.zone), who=by,
    )  # fmt: skip


ROUTES = [act]
