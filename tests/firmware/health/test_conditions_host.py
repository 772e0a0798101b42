"""The rows of tables that are written as bytes: what their comments say is what the bytes say."""

from __future__ import annotations

import re
import tokenize
from pathlib import Path

from pole.drivers.rtc import bcd_time
from pole.health import chatter, conditions
from pole.health.event_types import EVENT_TYPES, names

SAID = re.compile(r"(\d+) (\w+): (\d+) s, (\d+) s(?:, not while ([^(]+?))?(?: \(.*\))?")


def said_and_written() -> list[tuple[str, bytes]]:
    """[(comment, bytes)] of each row of ``conditions.RULES``, as its source has them."""
    out: list[tuple[str, bytes]] = []
    comment = ""
    with Path(conditions.__file__).open("rb") as source:
        tokens = list(tokenize.tokenize(source.readline))
    begin = next(at for at, token in enumerate(tokens) if token.string == "RULES")
    for token in tokens[begin:]:
        if token.type == tokenize.COMMENT:
            comment += " " + token.string.strip("# ")
        elif token.type == tokenize.STRING:
            written = bytes(int(digits, 16) for digits in re.findall(r"x(..)", token.string))
            out.append((comment.strip(), written))
            comment = ""
        elif token.string == ")":
            return out
    raise AssertionError("the table has no end")


def test_each_row_of_the_conditions_is_what_its_comment_says() -> None:
    rows = said_and_written()
    assert b"".join(written for _, written in rows) == conditions.RULES
    for row, (comment, written) in enumerate(rows):
        found = SAID.fullmatch(comment)
        assert found, comment
        number, name, raised_s, ended_s, explained = found.groups()
        assert (int(number), name) == (row, EVENT_TYPES[row])
        assert (int(raised_s), int(ended_s)) == (written[0] * 5, written[1] * 5), comment
        assert re.split(r", | or ", explained or "") == (names(written[2]) or [""]), comment


def test_the_groups_of_rows_are_those_that_are_named() -> None:
    dangers = ["leakageDetected", "orientationChanged", "impactDetected", "cabinetDoorOpen"]
    assert names(chatter.DANGERS) == dangers
    assert names(conditions._ELECTRICAL) == list(EVENT_TYPES[:13])


def test_the_days_of_the_months_are_those_of_the_comment() -> None:
    text = Path(bcd_time.__file__).read_text(encoding="utf-8")
    said = re.search(r"days of each month: ([\d ]+);", text)
    assert said and bytes(map(int, said[1].split())) == bcd_time._MONTHS and sum(bcd_time._MONTHS) == 365
