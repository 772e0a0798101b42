"""Log in and out."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from litestar import Response, get, post
from litestar.exceptions import TooManyRequestsException
from litestar.params import FromQuery
from litestar.response import Redirect, Template

from host_tools.city.console.access import cookies, login, sessions
from host_tools.city.console.access.own_path import own
from host_tools.city.console.city import city_of
from host_tools.city.console.page import render
from host_tools.city.console.request_types import MOST_FORM, Form, Web
from host_tools.city.console.threads import in_few_threads, in_thread

A_MINUTE = 60  # tries to log in from one address, also while it has to wait


@get("/login")
@in_thread
def login_page(request: Web, next: FromQuery[str] = "/") -> Template:
    """The form."""
    return render(request, "login.html", **_form(request, own(next)))


@post("/login", status_code=303, request_max_body_size=MOST_FORM)
@in_few_threads
def log_in(request: Web, data: Form) -> Response[Any]:
    """A session, where name and password are right and no code is needed; else the form of the code."""
    paced(request)
    city, to = city_of(request), own(data.get("next", "/"))
    former = cookies.session_cookie(request, city.settings)
    tried = login.by_password(
        city, data.get("name", ""), data.get("password", ""), address_of(request), agent_of(request), former
    )
    return half_way(request, tried, to) or _answer(request, tried, to, "login.html", "console.login_wrong")


def half_way(request: Web, tried: login.Tried, to: str) -> Response[Any] | None:
    """The form of the code, where *tried* needs it."""
    if not (tried.cookie and tried.half):
        return None
    answer: Response[Any] = render(request, "login_code.html", next=to, wrong="", wait=0)
    cookies.give(answer, city_of(request).settings, tried.cookie, sessions.HALF_S)
    answer.status_code = 200
    return answer


@post("/login/code", status_code=303, request_max_body_size=MOST_FORM)
@in_thread
def log_in_by_code(request: Web, data: Form) -> Response[Any]:
    """A session, where the code is right too."""
    paced(request)
    city, to = city_of(request), own(data.get("next", "/"))
    half = cookies.session_cookie(request, city.settings)
    tried = login.by_code(city, half, data.get("code", ""), address_of(request), agent_of(request))
    if tried.half:  # it took too long
        return _answer(request, login.Tried(), to, "login.html", "console_access.login_too_late")
    return _answer(request, tried, to, "login_code.html", "console_access.code_wrong")


@post("/logout", status_code=303)
@in_thread
def logout(request: Web) -> Response[Any]:
    """Ends the session."""
    city = city_of(request)
    cookie = cookies.session_cookie(request, city.settings)
    if cookie:
        with city.writing() as connection:
            sessions.end(connection, cookie)
    answer = Redirect("/login", status_code=303)
    cookies.take(answer, city.settings)
    return answer


def address_of(request: Web) -> str:
    """The browser's address, as far as it is known."""
    return request.client.host if request.client else ""


def agent_of(request: Web) -> str:
    """What the browser calls itself."""
    return request.headers.get("user-agent", "")


def _answer(request: Web, tried: login.Tried, to: str, form: str, wrong: str) -> Response[Any]:
    if tried.cookie:
        answer: Response[Any] = Redirect(to, status_code=303)
        cookies.give(answer, city_of(request).settings, tried.cookie)
        return answer
    said = "console_access.login_waits" if tried.wait_s else wrong
    page = render(request, form, **{**_form(request, to), "wrong": said, "wait": tried.wait_s})
    page.status_code = 429 if tried.wait_s else 401
    if tried.wait_s:
        page.headers["retry-after"] = str(tried.wait_s)
    return page


def _form(request: Web, to: str) -> dict[str, Any]:
    directory = request.app.state.directory
    label = directory.label or urlsplit(directory.issuer).hostname if directory else ""
    return {"next": to, "wrong": "", "wait": 0, "directory": label}


def paced(request: Web) -> None:
    """Refuse an address that tries too often, also while it has to wait."""
    wait = request.app.state.pace.wait(f"login {address_of(request)}", A_MINUTE)
    if wait:
        raise TooManyRequestsException(
            f"at most {A_MINUTE} tries a minute: wait {wait} s", headers={"retry-after": str(wait)}
        )


ROUTES = [login_page, log_in, log_in_by_code, logout]
