"""A user's own account: password, codes, sessions, language."""

from __future__ import annotations

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect, Template

from host_tools.city.console.access import attempts, codes, cookies, passwords, sessions, users
from host_tools.city.console.access.noted import note
from host_tools.city.console.access.pages import address_of, agent_of
from host_tools.city.console.access.roles import needs_session
from host_tools.city.console.city import City, city_of
from host_tools.city.console.page import language, render
from host_tools.city.console.request_types import MOST_FORM, Form, Web
from host_tools.city.console.threads import in_few_threads, in_thread
from host_tools.language.language import Spoken


@get("/account", guards=[needs_session()])
@in_thread
def account(request: Web) -> Response[Any]:
    """What the user may change of himself."""
    if request.user.must:
        return Redirect(request.user.must)
    city = city_of(request)
    with city.reading() as connection:
        held = sessions.listed(connection, int(city.wall()), request.user.id)
    return render(request, "account.html", sessions=held, mine=sessions.called(str(request.auth)))


@get(users.PASSWORD_PAGE, guards=[needs_session()])
@in_thread
def password_page(request: Web) -> Template:
    """The form of a new password."""
    return _password_form(request)


@post(users.PASSWORD_PAGE, status_code=303, guards=[needs_session()], request_max_body_size=MOST_FORM)
@in_few_threads
def change_password(request: Web, data: Form) -> Response[Any]:
    """Chooses one; all his sessions end but this one, which gets a new cookie."""
    city, user = city_of(request), request.user
    now = int(city.wall())
    with city.writing() as connection:
        counted = attempts.of_own(user.id)
        wait = attempts.begin(connection, counted, now)
        kept = users.numbered(connection, user.id)["password"]
    if wait:
        return _password_form(request, 429, "console_access.login_waits", seconds=wait)
    if not passwords.matches(kept, data.get("old", "")):
        return _password_form(request, 401, "console_access.old_wrong")
    new = data.get("new", "")
    with city.writing() as connection:
        attempts.was_right(connection, counted, now)
    try:
        for title in (city.about["site"], city.title):
            passwords.check(new, user.name, title)
        if new != data.get("again", ""):
            raise Spoken("console_access.again_other")
        if new == data.get("old", ""):
            raise Spoken("console_access.password_same")
    except Spoken as error:
        return _password_form(request, 422, error.key, **error.values)
    with city.writing() as connection:
        users.set_password(connection, user.id, new, given=False)
        note(city, connection, user.name, "ownPassword")
        cookie = sessions.begin(connection, user.id, now, address_of(request), agent_of(request))
    return _again(city, cookie)


@get(users.CODES_PAGE, guards=[needs_session()])
@in_thread
def codes_page(request: Web) -> Response[Any]:
    """The picture for the telephone, and the form of the first code."""
    return Redirect(users.PASSWORD_PAGE) if request.user.must_change else _codes_form(request)


@get("/account/codes.svg", guards=[needs_session()])
@in_thread
def codes_picture(request: Web) -> Response[bytes]:
    """The secret that is being set up, as a QR code."""
    city = city_of(request)
    with city.reading() as connection:
        secret = users.numbered(connection, request.user.id)["totp_new"]
    text = codes.uri(secret, request.user.name, city.title) if secret else ""
    return Response(codes.picture(text or "-"), media_type="image/svg+xml")


@post(users.CODES_PAGE, status_code=303, guards=[needs_session()], request_max_body_size=MOST_FORM)
@in_thread
def set_codes(request: Web, data: Form) -> Response[Any]:
    """From now on he logs in with a code of the telephone that has shown this one."""
    city, user = city_of(request), request.user
    if user.must_change:
        return Redirect(users.PASSWORD_PAGE, status_code=303)
    now = int(city.wall())
    with city.writing() as connection:
        row, counted = users.numbered(connection, user.id), attempts.of_own(user.id)
        wait = attempts.begin(connection, counted, now)
        # one who has codes proves himself by one of them before others take their place
        old = codes.step_of(row["totp"], data.get("old", ""), now) if row["totp"] else 0
        right = old is not None and (not row["totp"] or wait or codes.use(connection, user.id, old))
        step = codes.step_of(row["totp_new"], data.get("code", ""), now) if row["totp_new"] else None
        if not wait and right and step is not None:
            attempts.was_right(connection, counted, now)
            users.set_codes(connection, user.id, row["totp_new"])
            codes.use(connection, user.id, step)
            note(city, connection, user.name, "ownCodes")
            return _again(city, sessions.begin(connection, user.id, now, address_of(request), agent_of(request)))
    said = "console_access.login_waits" if wait else "console_access.code_wrong"
    return _codes_form(request, 429 if wait else 422, said, wait)


@post("/account/sessions/end", status_code=303, guards=[needs_session()], request_max_body_size=MOST_FORM)
@in_thread
def end_session(request: Web, data: Form) -> Response[Any]:
    """Ends one of his sessions, or all others."""
    city, user = city_of(request), request.user
    with city.writing() as connection:
        if data.get("called"):
            sessions.end_called(connection, data["called"], user.id)
        else:
            sessions.end_others(connection, user.id, str(request.auth))
        note(city, connection, user.name, "sessionEnded", user=user.name)
    return Redirect("/account", status_code=303)


def _password_form(request: Web, status: int = 200, said: str = "", **values: object) -> Template:
    wrong = language(request).say(said, **values) if said else ""
    page = render(request, "account_password.html", wrong=wrong, shortest=passwords.SHORTEST)
    page.status_code = status
    return page


def _codes_form(request: Web, status: int = 200, said: str = "", wait: int = 0) -> Template:
    city, user = city_of(request), request.user
    with city.writing() as connection:
        secret = users.numbered(connection, user.id)["totp_new"]
        if not secret:
            secret = codes.new_secret()
            users.offer_codes(connection, user.id, secret)
    wrong = language(request).say(said, seconds=wait) if said else ""
    typed = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    page = render(request, "account_codes.html", wrong=wrong, typed=typed)
    page.status_code = status
    return page


def _again(city: City, cookie: str) -> Response[Any]:
    answer = Redirect("/account", status_code=303)
    cookies.give(answer, city.settings, cookie)
    return answer


ROUTES = [account, password_page, change_password, codes_page, codes_picture, set_codes, end_session]
