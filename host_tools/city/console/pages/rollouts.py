"""Rollouts of programmes: followed wave by wave, halted, gone on with, taken back."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from host_tools.city.console import rollout_view
from host_tools.city.console.access.roles import ENGINEER, OPERATOR, VIEWER, needs
from host_tools.city.console.city import city_of
from host_tools.city.console.page import language, render
from host_tools.city.console.request_types import Form, Web
from host_tools.city.console.second_form import second_agrees
from host_tools.city.console.threads import in_thread
from host_tools.city.rollouts import requests, rollout_rows
from host_tools.city.store.rollout_tables import GO_ON, HALT, PROGRAMMES

PATH, DOOR = "/programmes/rollouts", "console"


@get(f"{PATH}/{{number:int}}", guards=[needs(VIEWER)])
@in_thread
def rollout_page(request: Web, number: FromPath[int]) -> Response[Any]:
    """One rollout, and how far it is."""
    city = city_of(request)
    with city.reading() as connection:
        row = rollout_rows.row_of(connection, number)
        if row["kind"] != PROGRAMMES:
            return Redirect(f"/updates/rollouts/{number}")
        shown = rollout_view.view(connection, row, language(request))
        city.receivers(connection)
    template = "rollout_waves.html" if request.headers.get("hx-request") else "rollout.html"
    return render(request, template, one=shown, heard=city.unheard_s() < 5)


@post(f"{PATH}/{{number:int}}/halt", guards=[needs(ENGINEER)], status_code=303)
@in_thread
def halt(request: Web, number: FromPath[int]) -> Response[Any]:
    """Nothing more goes out until an engineer goes on with it."""
    return _asked(request, number, HALT)


@post(f"{PATH}/{{number:int}}/go-on", guards=[needs(ENGINEER)], status_code=303)
@in_thread
def go_on(request: Web, number: FromPath[int]) -> Response[Any]:
    """Goes on with one that was halted."""
    return _asked(request, number, GO_ON)


@post(f"{PATH}/{{number:int}}/take-back", guards=[needs(ENGINEER)], status_code=303)
@in_thread
def take_back(request: Web, number: FromPath[int]) -> Response[Any]:
    """A rollout of the programmes that were there before."""
    city = city_of(request)
    with city.writing() as connection:
        row = rollout_rows.row_of(connection, number)
        now = city.now(connection)
        [back] = requests.take_back(connection, row, request.user.name, ENGINEER, DOOR, now)
        requests.refuse_beside(connection, PROGRAMMES)
    return Redirect(f"{PATH}/{back}", status_code=303)


@post(f"{PATH}/{{number:int}}/agree", guards=[needs(OPERATOR)], status_code=303)
@in_thread
def agree(request: Web, number: FromPath[int], data: Form) -> Response[Any]:
    """The second person agrees, by his code, which the receiver checks."""
    second_agrees(request, number, data)
    return Redirect(f"{PATH}/{number}", status_code=303)


def _asked(request: Web, number: int, what: str) -> Response[Any]:
    city = city_of(request)
    with city.writing() as connection:
        row = rollout_rows.row_of(connection, number)
        requests.ask(connection, row, what, request.user.name, DOOR, city.now(connection))
    return Redirect(f"{PATH}/{number}", status_code=303)


ROUTES = [rollout_page, halt, go_on, take_back, agree]
