"""The guard of doors, which is for programs alone."""

from __future__ import annotations

from typing import Any

from litestar import Litestar, Request, post
from litestar.testing import TestClient

from host_tools.city.console.access import sessions, tokens
from host_tools.city.console.access.roles import needs_token, token_of
from tests.host_tools.city.console.console_bench import Bench


@post("/doors/traffic", guards=[needs_token("traffic")], exclude_from_csrf=True)
async def door(request: Request[Any, Any, Any]) -> str:
    """A door as later ones are."""
    token = token_of(request)
    assert token is not None
    return f"{token.name} {token.highest}"


def made(client: TestClient[Litestar], name: str, doors: list[str], now: int) -> str:
    numbers = {"highest": 85, "radius_m": 0, "minutes": 30, "calls": 60, "days": 1}
    with client.app.state.city.writing() as connection:
        return tokens.add(connection, name, doors, [], numbers, "admin", now)


def test_a_door_opens_to_its_token_and_to_no_session_or_other_token(bench: Bench) -> None:
    app = bench.app()
    app.register(door)
    with bench.client("admin", app) as client:
        client.headers["accept"] = "application/json"
        assert client.post("/doors/traffic").status_code == 401  # a browser of an admin cannot be led here
        session = client.cookies[sessions.COOKIE]
        client.cookies.clear()
        del client.headers["x-csrftoken"]
        right, wrong = made(client, "tms", ["traffic"], bench.now), made(client, "reader", ["read"], bench.now)
        assert client.post("/doors/traffic", headers={"authorization": f"Bearer {right}"}).text == "tms 85"
        refused = client.post("/doors/traffic", headers={"authorization": f"Bearer {wrong}"})
        assert refused.status_code == 403 and "the token reader is not for traffic" in refused.text
        for false in (f"Bearer {right}x", f"Basic {right}", f"Bearer {session}", "Bearer", "Bearer  "):
            assert client.post("/doors/traffic", headers={"authorization": false}).status_code == 401
        assert client.post(f"/doors/traffic?token={right}").status_code == 401  # not where it gets into logs
