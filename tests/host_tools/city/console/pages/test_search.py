"""The search of the top bar."""

from __future__ import annotations

import pytest

from tests.host_tools.city.console.console_bench import Bench


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("p0003", "/?pole=P0003"), ("F01", "/?feeder=F01"), ("w21", "/?ward=W21"), ("junct", "/?class=junction"),
        ("no light", "/alarms#alarm-1"), ("#1", "/alarms#alarm-1"),
    ],
)  # fmt: skip
def test_a_few_letters_find_it(bench: Bench, asked: str, found: str) -> None:
    bench.born("P0003")
    bench.event("P0003", "lampFailure")
    with bench.client("viewer") as client:
        client.app.state.hub.tracker.now()
        assert f'href="{found}"' in client.get("/search", params={"q": asked, "part": "1"}).text


def test_what_is_searched_for_is_text(bench: Bench) -> None:
    with bench.client("viewer") as client:
        text = client.get("/search", params={"q": "<script>alert(1)</script>" + "x" * 9000}).text
        assert "<script>alert" not in text and "Nothing is found." in text and "x" * 100 not in text
