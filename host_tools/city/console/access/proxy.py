"""The address of a browser behind a proxy, for the waits after wrong tries and the list of sessions."""

from __future__ import annotations

import ipaddress

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send


class BehindProxy:
    """*app*, for which a request comes from the last address in X-Forwarded-For: the one that the proxy itself saw.

    Those before it are what the browser says, which may be anything; and so is the header of one who comes from an
    address of the whole internet, past the proxy, which is on this machine or in its network.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            said = [value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for"]
            if said and not _from_afar(scope) and (address := _address(said[-1].rpartition(",")[2].strip())):
                scope["client"] = (address, 0)
        await self._app(scope, receive, send)


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""


def _from_afar(scope: Scope) -> bool:
    peer = scope.get("client")
    try:
        return peer is not None and ipaddress.ip_address(peer[0]).is_global
    except ValueError:
        return False  # a socket of this machine
