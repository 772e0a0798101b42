"""What many turns of a condition in one event tell, and what does not tell it."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from host_tools.wire.chatter import Chatter, chatter_of, together, words

T = 1795532400  # 2026-11-24 20:30 in Sagar
ZONE = ZoneInfo("Asia/Kolkata")


@pytest.mark.parametrize(
    "attributes",
    [
        {}, {"count": 3}, {"count": 24, "first": 17, "last": 40, "epoch": "a"}, {"count": True, "from": T, "to": T},
        {"count": 0, "from": T, "to": T}, {"count": "3", "from": T, "to": T}, {"count": 2**40, "from": T, "to": T},
    ],
)  # fmt: skip
def test_an_event_of_one_turn_or_of_something_else_is_no_chatter(attributes: dict[str, Any]) -> None:
    assert chatter_of(attributes, True) is None


def test_how_often_and_from_when_to_when_is_one_sentence_also_where_no_time_was_known() -> None:
    assert words(Chatter(37, T, T + 7200, True), ZONE) == "37 times from 2026-11-24 20:30 to 22:30"
    assert words(Chatter(37, T, T + 86400, True), ZONE) == "37 times from 2026-11-24 20:30 to 2026-11-25 20:30"
    unknown = chatter_of({"count": 1, "from": None, "to": 10**30}, True)
    assert unknown and words(unknown, ZONE) == "1 time"


def test_the_counts_of_one_life_go_on_and_those_of_the_next_are_added() -> None:
    lives = [Chatter(30, T, T + 3600, True), Chatter(60, T, T + 7200, False), Chatter(25, T + 9000, T + 9900, True)]
    assert together(lives) == Chatter(85, T, T + 9900, True)
    assert together([]) is None
