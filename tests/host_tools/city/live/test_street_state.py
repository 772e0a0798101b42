"""The model behind `diya watch`: the effect of messages on the street, with any content."""

import json
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st

from host_tools.city.correlation import Switched
from host_tools.city.live import formats, text_lines
from host_tools.city.live.row import Wanted
from host_tools.city.live.street_state import Street
from host_tools.site.model import Pole
from host_tools.wire.from_pole import MOST_FAULTS

NOW = 1795531800
NOON, NIGHT = 1795501800, 1795550400  # 12:00 and 01:30 in Sagar
UTC = ZoneInfo("UTC")


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

    from host_tools.city.live import screen, text_lines

    zone = ZoneInfo("Asia/Kolkata")
    street = street_of(2)
    for one in street.feed(f"diya/1/sagar/P0001/{kind}", json.dumps(values).encode(), retained, NOW):
        text_lines.line_of(one, street.row(one.pole), zone)
    for row in street.rows():
        text_lines.row_line(row, NOW, zone)
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


def test_a_state_tells_the_open_faults_to_who_comes_later() -> None:
    street = Street("diya/1", "sagar")
    tell(street, "P0001", "state", True, level=70, faults=["lampFailure"])
    tell(street, "P0002", "state", True, level=70, faults=[])
    tell(street, "P0003", "state", True, level=70)
    total = street.summary()
    assert (total.faults, total.unknown) == (1, 1)
    assert street.row("P0001").as_json()["faults"] == {"lampFailure": None}
    assert [street.row(pole).as_json()["faultsKnown"] for pole in ("P0001", "P0002", "P0003")] == [True, True, False]


def test_no_faults_is_never_said_of_poles_that_do_not_tell() -> None:
    assert formats.faults(0, 0, 5) == "0 faults"
    assert formats.faults(0, 5, 5) == "faults not known from the broker alone"
    assert formats.faults(2, 3, 5) == "2 faults, not known of 3 poles"


def test_an_event_that_comes_late_does_not_undo_what_a_newer_state_lists() -> None:
    street = Street("diya/1", "sagar")
    tell(street, "P0001", "state", True, level=70, faults=["lampFailure"])  # of NOW - 100
    tell(street, "P0001", "event", eventType="lampFailure", startEndFlag=True, timestamp=NOW - 400, replayed=True)
    tell(street, "P0001", "event", eventType="lampFlicker", startEndFlag=True, timestamp=NOW - 500, replayed=True)
    tell(street, "P0001", "event", eventType="lampFailure", startEndFlag=False, timestamp=NOW - 600, replayed=True)
    assert street.row("P0001").faults == {"lampFailure": NOW - 400}
    tell(street, "P0001", "state", level=70, faults=[])
    assert street.row("P0001").faults == {}


def test_poles_of_the_files_that_never_reported_are_a_kind_of_their_own() -> None:
    poles = [Pole(f"P000{n}", 0, 0, f"W{n}", "Z", "F", "market", "led", "virtual") for n in (1, 2, 3)]
    street = Street("diya/1", "sagar", poles=poles)
    tell(street, "P0002", "presence", True, online=True)
    total = street.summary()
    assert (total.poles, total.online, total.never, street.shown.never()) == (1, 1, 2, ["P0001", "P0003"])
    assert [(name, ward.poles, ward.never) for name, ward in street.shown.wards()] == [
        ("W1", 0, 1), ("W2", 1, 0), ("W3", 0, 1),
    ]  # fmt: skip


def test_a_view_of_a_part_counts_that_part() -> None:
    poles = [Pole(f"P000{n}", 0, 0, f"W{n}", "Z", "F", f"class{n}", "led", "virtual") for n in (1, 2, 3)]
    for wanted in (
        Wanted(group="class2"),
        Wanted(ward="W2"),
        Wanted(faulty=True),
        Wanted(types=frozenset(["lampFlicker"])),
    ):
        street = Street("diya/1", "sagar", poles=poles, wanted=wanted)
        for pole in ("P0001", "P0002", "P0003"):
            tell(street, pole, "state", True, level=70, faults=["lampFlicker"] if pole == "P0002" else [])
        assert [row.pole for row in street.rows()] == ["P0002"]
        assert (street.summary().poles, street.summary().faults) == (1, 1)
    tell(street, "P0002", "state", level=70, faults=[])
    assert street.rows() == [] and street.summary().poles == 0


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans(), st.integers(0, 100), st.booleans()), max_size=40))
def test_the_numbers_kept_up_are_those_of_a_count_from_the_start(said: list[tuple[int, bool, int, bool]]) -> None:
    street = Street("diya/1", "sagar")
    for number, online, level, faulty in said:
        tell(street, f"P{number}", "presence", online=online)
        tell(street, f"P{number}", "state", level=level, faults=["lampFailure"] if faulty else [])
        tell(street, f"P{number}", "meter", activePower=level / 2)
    rows, total = street.rows(), street.summary()
    assert total.poles == len(rows) and total.online == sum(row.online is True for row in rows)
    assert total.lit == sum(row.online is True and (row.level or 0) >= 10 for row in rows)
    assert total.faults == sum(len(row.faults) for row in rows)
    assert total.watts == sum(row.power_w or 0 for row in rows if row.online)
    bad = {row.pole for row in rows if row.faults or row.online is False}
    assert {row.pole for row in street.shown.urgent(NOW, 0, 99)} >= bad


def test_what_comes_and_goes_is_one_fault_with_its_count_since_it_began() -> None:
    street = street_of(1)
    tell(street, "P0001", "event", eventType="lampFlicker", startEndFlag=True, timestamp=NOW - 7000)
    for count, at in ((30, NOW - 3600), (60, NOW)):
        said = {"count": count, "from": NOW - 7000, "to": at, "present": False}
        (line,) = tell(
            street, "P0001", "event", eventType="lampFlicker", startEndFlag=True, timestamp=at, attributes=said
        )  # fmt: skip
        assert line.startswith(f"lampFlicker ({count} times from 2026-11-24 ")
    row = street.row("P0001")
    assert row.faults == {"lampFlicker": NOW - 7000} and row.as_json()["chatter"]["lampFlicker"]["count"] == 60
    assert text_lines.row_line(row, NOW, UTC).endswith("lampFlicker (60 times)")
    tell(street, "P0001", "state", level=70, faults=[])
    assert row.as_json()["faults"] == row.as_json()["chatter"] == {}


def switched_street(gone: tuple[str, ...] = ("P0001", "P0002")) -> Street:
    poles = [Pole(f"P000{n}", 0, 0, "W1", "Z", f"F{n // 3}", "market", "led", "virtual") for n in (1, 2, 3)]
    street = Street("diya/1", "sagar", poles=poles, switched=Switched(frozenset(["P0001", "P0002"]), 23.84, 78.74))
    for pole in poles:
        tell(street, pole.name, "presence", True, online=pole.name not in gone)
    return street


def test_a_feeder_that_is_switched_off_by_day_is_no_outage_and_by_night_it_is_one() -> None:
    street = switched_street()
    for now, offline, off, word in ((NOON, 0, 2, "off"), (NIGHT, 2, 0, "offline"), (NOON + 86400, 0, 2, "off")):
        street.at(now)
        total, by_day = street.summary(), street.shown.by_day
        assert (total.offline, total.switched_off, total.online) == (offline, off, 1)
        assert [(name, ward.offline, ward.switched_off) for name, ward in street.shown.wards()] == [
            ("W1", offline, off)
        ]
        assert text_lines.row_line(street.row("P0001"), now, UTC, by_day).split()[1] == word
        assert street.row("P0001").as_json(by_day)["switchedOff"] == (word == "off")
        assert len(street.shown.urgent(now, 0, 9)) == offline
    assert ("switched off by day" in text_lines.summary_line(street.summary())) and street.summary().as_json()[
        "offline"
    ] == 0


def test_the_will_of_a_pole_on_a_switched_feeder_draws_the_eye_by_night_only() -> None:
    for now, said, bad in ((NOON, "off: its feeder is switched off by day", False), (NIGHT, "offline", True)):
        street = switched_street(())
        (one,) = street.feed("diya/1/sagar/P0001/presence", b'{"v":1,"online":false}', False, now)
        assert (one.text, one.bad) == (said, bad)
        (other,) = street.feed("diya/1/sagar/P0003/presence", b'{"v":1,"online":false}', False, now)
        assert (other.text, other.bad) == ("offline", True)
        tell(street, "P0001", "event", now=now, eventType="supplyLoss", startEndFlag=True, timestamp=now)
        assert list(street.row("P0001").faults) == (["supplyLoss"] if bad else [])


def test_a_will_that_the_broker_retains_does_not_outweigh_a_pole_that_speaks() -> None:
    for order in (1, -1):
        street = Street("diya/1", "sagar")
        for kind, retained, said in (("presence", True, {"online": False}), ("meter", False, {"activePower": 9.0}))[
            ::order
        ]:
            tell(street, "P0001", kind, retained, **said)
        assert street.summary().online == 1
        tell(street, "P0001", "presence", True, online=False)  # read again, after another connection
        assert street.summary().online == 1
        tell(street, "P0001", "presence", online=False)
        assert street.summary().online == 0
        tell(street, "P0001", "presence", online=True)
        tell(street, "P0001", "presence", True, online=False)  # of a session that ended while we were away
        assert street.summary().online == 0


def test_a_will_that_comes_late_does_not_outweigh_a_pole_that_speaks() -> None:
    street = street_of(1)
    assert tell(street, "P0001", "presence", online=False) == ["offline"]
    tell(street, "P0001", "state", retained=True, level=100)  # the broker's memory is no sign of life
    assert street.summary().online == 0
    for kind, said in (("meter", {"activePower": 9.0}), ("event", {"eventType": "x", "startEndFlag": None})):
        assert "online again" in tell(street, "P0001", kind, now=NOW + 60, **said)
        assert street.summary().online == 1
        tell(street, "P0001", "presence", online=False)
