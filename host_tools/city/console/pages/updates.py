"""The poles' software: which versions are in the street, releases that are kept, and rollouts of them."""

from __future__ import annotations

import io
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect, Template

from host_tools.city.console import update_form
from host_tools.city.console.access.roles import ENGINEER, OPERATOR, VIEWER, needs
from host_tools.city.console.city import city_of
from host_tools.city.console.page import STORED, language, render
from host_tools.city.console.request_types import Form, Web
from host_tools.city.console.second_form import second_agrees
from host_tools.city.console.threads import in_thread
from host_tools.city.rollouts import requests, rollout_rows
from host_tools.city.store.rollout_tables import GO_ON, HALT, RELEASE
from host_tools.city.updates import asking, foreseen, kept_release, street_versions, update_report
from host_tools.city.updates.wish import Wish
from host_tools.language.refusal import Refusal
from host_tools.language.sentence import retold
from host_tools.site.load import find_site

PATH, DOOR = "/updates", "console"
ROLLOUTS, RELEASES = 10, 10  # the newest, on the page
MOST_POLES = 2000  # of a report; the CSV has all


@get(PATH, guards=[needs(VIEWER)])
@in_thread
def updates_page(request: Web) -> Template:
    """Which software the street runs, the releases that are kept, and the newest rollouts."""
    city = city_of(request)
    site = city.about["site"]
    with city.reading() as connection:
        poles = street_versions.software(connection)
        kept = kept_release.newest(connection, site, RELEASES)
        rows = rollout_rows.newest(connection, ROLLOUTS, RELEASE)
        rollouts = [update_report.report_of(connection, site, row) for row in rows]
    lines = street_versions.versions(poles) + street_versions.image_versions(poles)
    return render(request, "updates.html", lines=lines, kept=kept, rollouts=rollouts)


@get(f"{PATH}/new", guards=[needs(ENGINEER)])
@in_thread
def new_page(request: Web, release: FromQuery[int]) -> Template:
    """The release *release*, and what a rollout of it would do to the poles that the form says."""
    city = city_of(request)
    form = update_form.read(dict(request.query_params))
    with city.reading() as connection:
        found = kept_release.kept(connection, city.about["site"], release)
        if city.site is None:
            raise Refusal("console_rollouts.no_site")
        folder = find_site(city.settings.site)
        seen = foreseen.foresee(connection, city.site, folder, found, form.wish, city.now(connection))
    ruled = seen.ruled
    groups, feeders = update_form.choices(city.site)
    why = retold(ruled.second or ruled.refused, language(request), *STORED)
    return render(
        request, "update_new.html", release=found, form=form, planned=seen.plan, trusted=seen.trusted, why=why,
        refused=bool(ruled.refused), groups=groups, feeders=feeders,
    )  # fmt: skip


@post(f"{PATH}/rollouts", guards=[needs(ENGINEER)], status_code=303)
@in_thread
def roll_out(request: Web, data: Form) -> Response[Any]:
    """Writes for the receiver that the release is to be rolled out."""
    city, form = city_of(request), update_form.read(data)
    reason = data.get("reason", "").strip()[:80]
    if not reason:
        raise Refusal("console_rollouts.no_reason")
    with city.writing() as connection:
        requests.refuse_beside(connection, RELEASE)
        number, *_others = asking.roll_out(
            connection, city.about["site"], request.user.name, ENGINEER, DOOR, form.wish,
            city.now(connection), reason=reason,
        )  # fmt: skip
    return Redirect(f"{PATH}/rollouts/{number}", status_code=303)


@get(f"{PATH}/rollouts/{{number:int}}", guards=[needs(VIEWER)])
@in_thread
def rollout_page(request: Web, number: FromPath[int]) -> Template:
    """One rollout, and how far it is."""
    city, said = city_of(request), language(request)
    with city.reading() as connection:
        found = update_report.report(connection, city.about["site"], number)
        backs = [
            one
            for one in kept_release.newest(connection, city.about["site"], RELEASES)
            if one.downgrade and (found.release is None or one.serial > found.release.serial)
        ]
        city.receivers(connection)
    template = "update_waves.html" if request.headers.get("hx-request") else "update.html"
    return render(
        request, template, one=found, answer=retold(found.row["answer"], said, *STORED), backs=backs,
        heard=city.unheard_s() < 5,
    )  # fmt: skip


@get(f"{PATH}/rollouts/{{number:int}}/report", guards=[needs(VIEWER)])
@in_thread
def report_page(request: Web, number: FromPath[int]) -> Template:
    """All of one rollout on a page that is printed and filed."""
    city = city_of(request)
    with city.reading() as connection:
        found = update_report.report(connection, city.about["site"], number)
    answer = retold(found.row["answer"], language(request), *STORED)
    return render(request, "update_report.html", one=found, answer=answer, most=MOST_POLES)


@get(f"{PATH}/rollouts/{{number:int}}/poles.csv", guards=[needs(VIEWER)])
@in_thread
def poles_csv(request: Web, number: FromPath[int]) -> Response[str]:
    """What became of each pole, for a spreadsheet."""
    city, out = city_of(request), io.StringIO()
    with city.reading() as connection:
        update_report.as_csv(update_report.report(connection, city.about["site"], number), out)
    named = {"content-disposition": f'attachment; filename="rollout-{number}.csv"'}
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=named)


@post(f"{PATH}/rollouts/{{number:int}}/halt", guards=[needs(ENGINEER)], status_code=303)
@in_thread
def halt(request: Web, number: FromPath[int]) -> Response[Any]:
    """Poles that have not restarted into it are told to stop, and nothing more goes out."""
    return _asked(request, number, HALT)


@post(f"{PATH}/rollouts/{{number:int}}/go-on", guards=[needs(ENGINEER)], status_code=303)
@in_thread
def go_on(request: Web, number: FromPath[int]) -> Response[Any]:
    """Goes on with one that was halted."""
    return _asked(request, number, GO_ON)


@post(f"{PATH}/rollouts/{{number:int}}/take-back", guards=[needs(ENGINEER)], status_code=303)
@in_thread
def take_back(request: Web, number: FromPath[int], data: Form) -> Response[Any]:
    """A rollout of a release that is signed as a downgrade, to the poles that this one came to."""
    city = city_of(request)
    serial = data.get("release", "")
    if not serial.isascii() or not serial.isdecimal() or len(serial) > 15:
        raise Refusal("updates.no_sense")
    with city.writing() as connection:
        row = rollout_rows.row_of(connection, number)
        back, *_others = asking.take_back(
            connection, city.about["site"], row, request.user.name, ENGINEER, DOOR, Wish(int(serial)),
            city.now(connection),
        )  # fmt: skip
        requests.refuse_beside(connection, RELEASE)
    return Redirect(f"{PATH}/rollouts/{back}", status_code=303)


@post(f"{PATH}/rollouts/{{number:int}}/agree", guards=[needs(OPERATOR)], status_code=303)
@in_thread
def agree(request: Web, number: FromPath[int], data: Form) -> Response[Any]:
    """The second person agrees, by his code, which the receiver checks."""
    second_agrees(request, number, data)
    return Redirect(f"{PATH}/rollouts/{number}", status_code=303)


def _asked(request: Web, number: int, what: str) -> Response[Any]:
    city = city_of(request)
    with city.writing() as connection:
        row = rollout_rows.release_row(connection, number)
        requests.ask(connection, row, what, request.user.name, DOOR, city.now(connection))
    return Redirect(f"{PATH}/rollouts/{number}", status_code=303)


ROUTES = [updates_page, new_page, roll_out, rollout_page, report_page, poles_csv, halt, go_on, take_back, agree]
