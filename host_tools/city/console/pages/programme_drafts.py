"""Programmes edited: a draft as a form, checked, a night of it drawn before and after, and rolled out."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from host_tools.city.console import programme_drafts, programme_fields, programme_form, programme_preview
from host_tools.city.console.access.roles import ENGINEER, needs
from host_tools.city.console.city import City, city_of
from host_tools.city.console.night_picture import HEIGHT, WIDTH
from host_tools.city.console.page import language, render
from host_tools.city.console.pages.programmes import night_asked
from host_tools.city.console.programme_drafts import Draft
from host_tools.city.console.programme_form import HOWS, MOST_POINTS, Wrong
from host_tools.city.console.programme_preview import Checked
from host_tools.city.console.request_types import Form, Web
from host_tools.city.console.threads import in_thread
from host_tools.city.rollouts import requests
from host_tools.city.store.local_time import LocalTime
from host_tools.city.store.rollout_tables import PROGRAMMES
from host_tools.errors import CommandError
from host_tools.language.language import Language
from host_tools.language.refusal import Refusal, refusal
from host_tools.site import sections
from host_tools.site.rules import WEEKDAYS

PATH, DOOR = "/programmes/drafts", "console"
REASON = 80


@post(PATH, guards=[needs(ENGINEER)], status_code=303)
@in_thread
def begin(request: Web) -> Response[Any]:
    """A draft that begins with the programmes in force."""
    city = city_of(request)
    with city.writing() as connection:
        now = programme_drafts.present(city, connection)
        classes = {pole.road_class for pole in city.site.poles} if city.site else set()
        form = programme_form.form_of(now.values, classes)
        number = programme_drafts.new(connection, request.user.name, now.digest, form, city.now(connection))
    return Redirect(f"{PATH}/{number}", status_code=303)


@get(f"{PATH}/{{number:int}}", guards=[needs(ENGINEER)])
@in_thread
def draft_page(
    request: Web, number: FromPath[int], night: FromQuery[str] = "", look: FromQuery[str] = "",
    at: FromQuery[str] = "",
) -> Template:  # fmt: skip
    """The draft *number* as a form; with *look* also checked and drawn; *at*: the field where the cursor goes."""
    city, said = city_of(request), language(request)
    with city.reading() as connection:
        draft = programme_drafts.draft(connection, number)
        present = programme_drafts.present(city, connection)
        today = LocalTime(city.zone).night(city.now(connection))
    night_of = night_asked(night) if night else today
    values, wrong = programme_form.values_of(draft.form)
    seen = None if wrong or not look else _checked(city, draft, values, present.values, today, night_of)
    groups = sorted(city.site.groups()) if city.site else []
    told = [(one.where, _told(one, said)) for one in wrong] if look else []  # a row that is new is empty, not wrong
    return render(
        request, "programme_draft.html", draft=draft, form=draft.form, present=present, hows=HOWS, weekdays=WEEKDAYS,
        most_points=MOST_POINTS, wrong=dict(reversed(told)), faults=told, seen=seen, at=at, groups=groups,
        night=night_of, width=WIDTH, height=HEIGHT, calls=_names(draft),
        stale=draft.base != present.digest,
    )  # fmt: skip


@post(
    f"{PATH}/{{number:int}}",
    guards=[needs(ENGINEER)],
    status_code=303,
    request_max_body_size=programme_fields.MOST_BYTES,
)
@in_thread
def change(request: Web, number: FromPath[int], data: Form) -> Response[Any]:
    """Keeps what was typed, and does what the button says."""
    city, deed = city_of(request), data.get("do", "save")
    form, at, look = programme_fields.read(data), "", ""
    with city.writing() as connection:
        programme_drafts.draft(connection, number)
        if deed == "drop":
            programme_drafts.drop(connection, number)
            return Redirect("/programmes", status_code=303)
        if deed == "look":
            look = "1"
        elif deed != "save":
            at = programme_fields.done(form, deed)
        programme_drafts.save(connection, number, form, city.now(connection))
    night = quote(data.get("night", ""), safe="")
    query = f"?look=1&night={night}#seen" if look else f"?at={at}#{at}" if at else ""
    return Redirect(f"{PATH}/{number}{query}", status_code=303)


@post(f"{PATH}/{{number:int}}/roll-out", guards=[needs(ENGINEER)], status_code=303)
@in_thread
def roll_out(request: Web, number: FromPath[int], data: Form) -> Response[Any]:
    """Writes the draft for the receivers, which judge it themselves."""
    city, said = city_of(request), language(request)
    reason = " ".join(data.get("reason", "").split())[:REASON]
    if not reason:
        raise Refusal("console_rollouts.no_reason")
    with city.writing() as connection:
        draft = programme_drafts.draft(connection, number)
        present = programme_drafts.present(city, connection)
        now = city.now(connection)
        today = LocalTime(city.zone).night(now)
        values, wrong = programme_form.values_of(draft.form)
        if wrong:
            raise CommandError(_told(wrong[0], said))
    ruled = _checked(city, draft, values, present.values, today, today).ruled
    if ruled.refused:
        raise refusal(ruled.refused)
    with city.writing() as connection:
        requests.refuse_beside(connection, PROGRAMMES)  # the draft stays for later
        rows = requests.write(
            connection, request.user.name, ENGINEER, DOOR, sections.text_of(values), draft.base, now, reason=reason,
            second=data.get("second", "").strip()[:64], code="".join(data.get("code", "").split())[:16],
        )  # fmt: skip
        programme_drafts.drop(connection, number)
    return Redirect(f"/programmes/rollouts/{rows[0]}" if len(rows) == 1 else "/programmes", status_code=303)


def _checked(
    city: City, draft: Draft, values: sections.Values, present: sections.Values, today: date, night_of: date
) -> Checked:  # fmt: skip
    folder = Path(city.settings.site)
    return programme_preview.checked(folder, values, draft.base, present, ENGINEER, today, night_of)


def _told(one: Wrong, said: Language) -> str:
    return said.say(f"console_rollouts.wrong_{one.key}", **one.values)


def _names(draft: Draft) -> list[str]:
    return [one["name"] for one in draft.form["programmes"] if one["name"]]


ROUTES = [begin, draft_page, change, roll_out]
