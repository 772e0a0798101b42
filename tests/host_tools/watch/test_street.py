"""The model behind `diya watch`: what messages make of the street, whatever they hold."""

import json
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from host_tools.watch.street import MOST_FAULTS, Street

NOW = 1795531800


def tell(street: Street, pole: str, kind: str, retained: bool = False, now: int = NOW, **values: Any) -> list[str]:
    payload = json.dumps({"v": 1, "at": NOW - 100, **values}).encode()
    return [one.text for one in street.feed(f"diya/1/sagar/{pole}/{kind}", payload, retained, now)]


def street_of(count: int = 3) -> Street:
    street = Street("diya/1", "sagar")
    for number in range(1, count + 1):
        pole = f"P{number:04d}"
        tell(street, pole, "presence", True, online=True)
        tell(
            street,
            pole,
            "state",
            True,
            level=100,
            target=100,
            reason="main-road: sunset",
            owner="calendar",
            until=NOW + 99,
        )
        tell(street, pole, "meter", activePower=150.5)
    return street


def test_a_row_holds_what_a_pole_said_last() -> None:
    street = street_of()
    tell(
        street,
        "P0002",
        "state",
        level=40,
        target=60,
        reason="match",
        owner="operator",
        until=NOW + 500,
        clock="holdover",
    )
    row = street.rows()[1]
    assert (row.level, row.target, row.reason, row.owner, row.until) == (40, 60, "match", "operator", NOW + 500)
    assert (row.power_w, row.clock, row.online, row.seen) == (150.5, "holdover", True, NOW)


def test_a_computer_whose_clock_is_set_makes_no_pole_older() -> None:
    street = Street("diya/1", "sagar")
    tell(street, "P0001", "state", level=50)
    tell(street, "P0002", "state", retained=True, level=50)
    street.shift(-86400)
    assert [row.seen for row in street.rows()] == [NOW - 86400, NOW - 100]  # the second by the pole's own clock
    tell(street, "P0001", "state", now=NOW - 86390, level=60)
    assert street.rows()[0].seen == NOW - 86390


def test_the_summary_counts() -> None:
    street = street_of(4)
    tell(street, "P0002", "presence", online=False)
    tell(street, "P0003", "state", level=5, target=5)
    tell(street, "P0004", "event", eventType="lampFailure", startEndFlag=True, timestamp=NOW)
    total = street.summary()
    assert (total.poles, total.online, total.lit, total.faults) == (4, 3, 2, 1)
    assert round(total.kilowatts, 4) == 0.4515  # a pole that is gone says nothing of power


def test_faults_begin_and_end() -> None:
    street = street_of()
    assert tell(street, "P0001", "event", eventType="lampFailure", startEndFlag=True, timestamp=NOW - 9) == [
        "lampFailure"
    ]
    assert street.rows()[0].faults == {"lampFailure": NOW - 9}
    assert tell(street, "P0001", "event", eventType="lampFailure", startEndFlag=False) == ["lampFailure ended"]
    assert street.rows()[0].faults == {}
    assert [one.text for one in street.events] == ["lampFailure", "lampFailure ended"]


def test_what_the_broker_kept_is_no_news_but_a_change_is() -> None:
    street = Street("diya/1", "sagar")
    assert tell(street, "P0001", "presence", True, online=False) == []
    assert tell(street, "P0001", "state", True, level=100, target=100) == []
    assert street.rows()[0].seen == NOW - 100  # as old as it says it is
    assert tell(street, "P0001", "presence", online=True) == ["online again"]
    assert tell(street, "P0001", "presence", online=True) == []
    assert tell(street, "P0001", "state", level=100, target=100) == []
    assert len(tell(street, "P0001", "state", level=70, target=70)) == 1
    assert tell(street, "P0001", "presence", online=False) == ["offline"]


def test_a_last_will_is_not_a_sign_of_life() -> None:
    street = street_of(1)
    tell(street, "P0001", "presence", now=NOW + 600, online=False)
    assert street.rows()[0].seen == NOW


def test_urgent_rows_come_first() -> None:
    street = street_of(5)
    tell(street, "P0005", "event", eventType="lampFailure", startEndFlag=True)
    tell(street, "P0004", "presence", online=False)
    tell(street, "P0003", "state", level=10, target=10)
    assert [row.pole for row in street.rows()] == ["P0001", "P0002", "P0003", "P0004", "P0005"]
    assert [row.pole for row in street.shown.urgent(NOW + 5, 10, 9)] == ["P0005", "P0004", "P0003"]
    assert [row.pole for row in street.shown.urgent(NOW + 500, 10, 9)] == ["P0005", "P0004"]
    assert [row.pole for row in street.shown.urgent(NOW + 5, 10, 1)] == ["P0005"]


def test_acks_say_who_and_why() -> None:
    street = street_of()
    said = tell(street, "P0001", "ack", outcome="rejected", sender="ops", reason="belowFloor", detail="level is 10")
    assert said == ["rejected a command of ops: belowFloor, level is 10"]
    assert street.events[-1].bad


def test_other_sites_groups_and_kinds_are_nobodys() -> None:
    street = Street("diya/1", "sagar")
    for topic in ("diya/1/other/P1/state", "diya/1/sagar/_sim/clock", "diya/1/sagar/P1/command", "diya/1/sagar/P1",
                  "diya/1/sagar//state", "", "diya/1/sagar/P1/state/more"):  # fmt: skip
        street.feed(topic, b'{"level": 1}', False, NOW)
    assert street.rows() == []


def test_text_is_safe_for_a_terminal() -> None:
    street = street_of(1)
    tell(street, "P0001", "state", level=1, reason="\x1b[2J\x07evil\n" + "x" * 500)
    reason = street.rows()[0].reason
    assert reason.startswith("?[2J?evil?")
    assert len(reason) == 80
    street.feed("diya/1/sagar/\x1b[31m/state", b'{"level": 1}', False, NOW)
    assert len(street.rows()) == 1


def test_rubbish_is_counted_and_changes_nothing() -> None:
    street = street_of(1)
    before = street.rows()[0].as_json()
    rubbish = [
        b"\xff\xfe", b"[1]", b"null", b"{", b'{"level": 101}', b'{"level": "x"}', b'{"level": true}', b"x" * 10**6,
        b"[" * 60_000, b'{"level": 1e999}',
    ]  # fmt: skip
    for payload in rubbish:
        street.feed("diya/1/sagar/P0001/state", payload, False, NOW)
    assert street.summary().unreadable == len(rubbish)
    assert street.rows()[0].as_json() == before


def test_one_pole_cannot_fill_the_memory_with_faults() -> None:
    street = street_of(1)
    for number in range(1000):
        tell(street, "P0001", "event", eventType=f"fault{number}", startEndFlag=True)
    assert len(street.rows()[0].faults) == MOST_FAULTS


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
NAMES = ("v", "at", "online", "level", "target", "reason", "owner", "until", "clock", "activePower", "eventType",
         "startEndFlag", "timestamp", "attributes", "groups", "board", "outcome", "detail", "sender")  # fmt: skip
KINDS = ("presence", "birth", "state", "meter", "event", "ack")


@settings(max_examples=150, deadline=None)
@example("state", {"level": 10**30, "until": -(10**30)}, False)
@example("birth", {"groups": [None, {}, "x" * 99]}, True)
@given(st.sampled_from(KINDS), st.dictionaries(st.sampled_from(NAMES), JSON), st.booleans())
def test_nothing_a_pole_says_breaks_the_view(kind: str, values: dict[str, Any], retained: bool) -> None:
    from zoneinfo import ZoneInfo

    from rich.console import Console

    from host_tools.watch import lines, screen

    zone = ZoneInfo("Asia/Kolkata")
    street = street_of(2)
    for one in street.feed(f"diya/1/sagar/P0001/{kind}", json.dumps(values).encode(), retained, NOW):
        lines.line_of(one, street.row(one.pole), zone)
    for row in street.rows():
        lines.row_line(row, NOW, zone)
    console = Console(width=100, height=30)
    with console.capture():
        console.print(screen.draw(street, title="x", now=NOW, factor=1, zone=zone, width=100, height=30, elapsed_s=0))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=40), st.binary(max_size=200), st.booleans())
def test_no_bytes_on_any_topic_break_the_model(tail: str, payload: bytes, retained: bool) -> None:
    street = Street("diya/1", "sagar")
    street.feed(f"diya/1/sagar/{tail}", payload, retained, NOW)
    street.feed(f"diya/1/sagar/P1/{KINDS[len(payload) % 6]}", payload, retained, NOW)
    street.summary()
