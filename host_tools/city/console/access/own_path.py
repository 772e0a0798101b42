"""Paths of this console: where a form or a login may lead to, and which are asked for at all."""

from __future__ import annotations

import json
import re

from litestar.enums import ScopeType
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp, Receive, Scope, Send

# no second slash or backslash, which browsers take for a host; no blank or control character, which they leave out
_OWN = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f-\x9f]{0,2000}")


def own(path: str, otherwise: str = "/") -> str:
    """*path* where it is one of this console, else *otherwise*: the map."""
    return path if _OWN.fullmatch(path) else otherwise


class PlainPaths:
    """*app*, which is not asked for a path with control characters: a file system raises on them."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and not scope["path"].isprintable():
            problem = {"type": "about:blank", "status": 404, "detail": "no path has control characters"}
            body = json.dumps(problem).encode()
            answer = ASGIResponse(body=body, status_code=404, media_type="application/problem+json")
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)
