"""Language and light or dark, kept by the browser."""

from __future__ import annotations

from typing import Any

from litestar import Response, post
from litestar.response import Redirect

from host_tools.city.console.access.own_path import own
from host_tools.city.console.page import LANGUAGE_COOKIE, THEME_COOKIE
from host_tools.city.console.request_types import Web
from host_tools.language.language import CODES

YEAR_S = 365 * 86400


@post("/preferences", status_code=303)
async def preferences(request: Web) -> Response[Any]:
    """Keeps what the form has and goes back to where it was sent from."""
    form = await request.form()
    answer = Redirect(own(str(form.get("back", "/"))), status_code=303)
    for name, cookie, known in (("lang", LANGUAGE_COOKIE, CODES), ("theme", THEME_COOKIE, ("dark", "light"))):
        if form.get(name) in known:
            answer.set_cookie(cookie, str(form[name]), max_age=YEAR_S, samesite="lax", httponly=True)
    return answer


ROUTES = [preferences]
