"""The secret that the consoles of one store sign the tokens of their forms with, and cookies that it did not sign."""

from __future__ import annotations

import hashlib
import hmac
import secrets

import sqlalchemy as sa
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from host_tools.city.console.city import City
from host_tools.city.store.console_tables import console

NAME = "formSecret"
_DIGITS = 64  # of the random part of a token, before its signature


def form_secret(city: City) -> str:
    """It, made where the store has none yet."""
    with city.writing() as connection:
        # two consoles may start at once
        connection.execute(
            sa.text("INSERT INTO console (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING"),
            {"name": NAME, "value": secrets.token_hex(32)},
        )
        return str(connection.execute(sa.select(console.c.value).where(console.c.name == NAME)).scalar_one())


class FormCookies:
    """*app*, which does not see cookies called *name* that *secret* did not sign.

    Litestar keeps such a cookie, of another store at the same address or set by a neighbour of the domain, and then
    refuses every form of this browser until its cookies are cleared.
    """

    def __init__(self, app: ASGIApp, name: str, secret: str) -> None:
        self._app, self._name, self._secret = app, f"{name}=", secret.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and any(
            name == b"cookie" and self._name.encode() in value for name, value in scope["headers"]
        ):
            scope["headers"] = [
                (name, self._cleaned(value) if name == b"cookie" else value) for name, value in scope["headers"]
            ]
        await self._app(scope, receive, send)

    def _cleaned(self, value: bytes) -> bytes:
        each = [one.strip() for one in value.decode("latin-1").split(";")]
        return "; ".join(one for one in each if not one.startswith(self._name) or self._signed(one)).encode("latin-1")

    def _signed(self, cookie: str) -> bool:
        token = cookie[len(self._name) :].strip('"')
        random, signature = token[:_DIGITS], token[_DIGITS:]
        right = hmac.new(self._secret, random.encode("latin-1"), hashlib.sha256).hexdigest()
        return hmac.compare_digest(signature.encode("latin-1"), right.encode())
