"""Whose address a request behind a proxy is of."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from host_tools.city.console.access.proxy import BehindProxy


@pytest.mark.parametrize(
    ("peer", "said", "address"),
    [
        ("127.0.0.1", ["203.0.113.5, 192.0.2.44"], "192.0.2.44"), ("10.1.2.3", ["198.51.100.9"], "198.51.100.9"),
        ("::1", ["2001:db8::1"], "2001:db8::1"), ("8.8.8.8", ["198.51.100.9"], "8.8.8.8"),
        ("127.0.0.1", ["1.1.1.1", "192.0.2.44"], "192.0.2.44"), ("127.0.0.1", ["192.0.2.44, "], "127.0.0.1"),
        ("127.0.0.1", ["unknown"], "127.0.0.1"), ("127.0.0.1", ["_hidden, 192.0.2.44:99"], "127.0.0.1"),
        ("127.0.0.1", [], "127.0.0.1"), (None, ["192.0.2.44"], "192.0.2.44"),
    ],
)  # fmt: skip
def test_the_address_is_the_one_that_the_proxy_itself_saw(peer: str | None, said: list[str], address: str) -> None:
    seen: list[Any] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope["client"])

    headers = [(b"x-forwarded-for", one.encode()) for one in said]
    scope: Any = {"type": "http", "client": (peer, 5000) if peer else None, "headers": headers}
    asyncio.run(BehindProxy(app)(scope, None, None))  # type: ignore[arg-type]
    assert seen[0][0] == address
