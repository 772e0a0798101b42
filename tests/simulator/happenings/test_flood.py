"""What a flood consists of is no command and no request, whichever number it has."""

from __future__ import annotations

import json

from simulator.happenings import flood

NUMBERS = range(1, 1001)


def test_no_message_asks_for_a_level_that_a_pole_could_give_now() -> None:
    asked = 0
    for number in NUMBERS:
        try:
            envelope = json.loads(flood.message(number))
            body = json.loads(envelope["body"])
        except (ValueError, KeyError, TypeError, RecursionError):
            continue
        asked += 1
        if isinstance(body, dict) and body.get("type") == "override":
            level = body.get("level")
            assert level is None or level > 100 or body["expiration"] < 1_700_000_000
    assert asked > 100


def test_there_are_empty_tiny_large_and_too_large_ones() -> None:
    sizes = {len(flood.message(number)) for number in NUMBERS}
    assert {0, 1, 1100, 9000} <= sizes


def test_lines_have_ends_and_have_none_and_no_ctrl_c() -> None:
    lines = [flood.line(number) for number in NUMBERS]
    assert any(b"\n" not in line for line in lines)
    assert not any(3 in line for line in lines)
    for line in lines:
        for text in line.split(b"\n"):
            try:
                asked = json.loads(text)
            except ValueError:
                continue
            assert asked["do"] in ("nothing", "set", 7) and "level" not in asked
