"""The headers of each answer: what a browser may load and do with it."""

from __future__ import annotations

from litestar.types import ASGIApp, Message, Receive, Scope, Send

POLICY = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data: blob:", "connect-src 'self'",
    "worker-src 'self'", "font-src 'self'", "manifest-src 'self'", "form-action 'self'", "base-uri 'none'",
    "frame-ancestors 'none'",
))  # fmt: skip
HEADERS = {
    "content-security-policy": POLICY, "x-content-type-options": "nosniff", "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin", "x-frame-options": "DENY",
    "permissions-policy": "geolocation=(self), camera=(self), microphone=()",
}  # fmt: skip
_ENCODED = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
_FILES = ("/static/", "/fonts/")


class SecureHeaders:
    """*app*, with them on each answer, an error's too.

    Pages are not kept by a browser, since they show what only their user may see; files are asked for again each time,
    and not sent again where they have not changed.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kept = b"no-cache" if str(scope.get("path", "")).startswith(_FILES) else b"no-store"

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = [*message["headers"], *_ENCODED]
                if not any(name.lower() == b"cache-control" for name, _value in there):
                    there.append((b"cache-control", kept))
                message["headers"] = there
            await send(message)

        await self._app(scope, receive, with_headers)
