"""What poles say becomes values: what is not as it should be is not there, and nothing raises."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from host_tools.wire.from_pole import (
    Ack,
    App,
    Birth,
    Event,
    Presence,
    State,
    TimeQuestion,
    Unreadable,
    read,
)
from host_tools.wire.journal import LAST, Journal
from pole.wire import contract

NOW = 1795531800


def said(kind: str, **values: Any) -> Any:
    return read(f"diya/1/sagar/P0001/{kind}", json.dumps({"v": 1, "at": NOW, **values}).encode())


def test_each_kind_has_its_values() -> None:
    assert said("presence", online=False) == Presence("P0001", False)
    assert said("time", nonce="abc") == TimeQuestion("P0001", "abc")
    birth = said(
        "birth", groups=["W21", 7, "main-road"], board="devkit", firmware="1.2", resetCause="power", safeMode=True,
        configVersion=4, configHash="aa", flashNonce="0123456789abcdef", journal={"epoch": "e", "first": 3, "last": 9},
    )  # fmt: skip
    assert isinstance(birth, Birth) and birth.values["board"] == "devkit"
    assert (birth.groups, birth.board, birth.firmware) == (("W21", "main-road"), "devkit", "1.2")
    assert (birth.reset_cause, birth.safe_mode, birth.config_version) == ("power", True, 4)
    assert (birth.config_hash, birth.flash_nonce, birth.journal) == ("aa", "0123456789abcdef", Journal("e", 3, 9))
    state = said("state", level=60, target=80, reason="match", owner="operator", until=NOW + 9, faults=["lampFailure"])
    assert isinstance(state, State) and (state.level, state.target, state.until) == (60, 80, NOW + 9)
    assert (state.reason, state.owner, state.clock, state.faults) == ("match", "operator", "", ("lampFailure",))
    assert said("meter", activePower=71.1).power_w == 71.1
    event = said("event", id="7-12", eventType="lampFailure", startEndFlag=True, timestamp=NOW, attributes={"a": 1})
    assert event == Event("P0001", NOW, "lampFailure", True, NOW, False, {"a": 1}, "7", 12)
    ack = said("ack", sender="ops", n=5, outcome="rejected", reason="replayed", detail="n is 5", mark=9)
    assert ack == Ack("P0001", "ops", 5, "rejected", "replayed", "n is 5", 9, NOW) and not ack.applied


def test_a_birth_says_which_software_runs() -> None:
    app = {"slot": "b", "version": "0.2.0", "probation": True, "serial": 1795542000000, "key": "0011aabb"}
    assert said("birth", app=app).app == App("b", "0.2.0", True, "", 1795542000000, "0011aabb")
    assert said("birth", app={**app, "slot": "", "reverted": "died"}).app.reverted == "died"
    for wrong in (None, 7, {}, {**app, "version": "0.2"}, {**app, "version": 2}, {**app, "version": "0.2.0-rc"}):
        assert said("birth", app=wrong).app is None
    odd = said(
        "birth", app={"version": "1.2.3", "slot": "c", "probation": 1, "serial": -1, "reverted": 5, "key": 5}
    ).app
    assert odd == App("", "1.2.3", False, "", None, "")


def test_a_value_that_is_not_what_it_should_be_is_not_there() -> None:
    assert said("state", level=101, target=True, until=0, reason=5, faults="all").level is None
    assert said("state", faults="all").faults is None and said("state", faults=[]).faults == ()
    for power in (-1, 1e9, True, "7", float("nan"), None):
        assert said("meter", activePower=power).power_w is None
    for wrong in ({"id": "7"}, {"id": "7-01"}, {"id": f"7-{LAST}"}, {"eventType": "a b"}, {"eventType": None}):
        event = said("event", **{"id": "7-1", "eventType": "lampFailure", **wrong})
        assert isinstance(event, Event) and event.sequence is None
    assert said("ack", n=True, sender=5) == Ack("P0001", "", None, "", at=NOW)


@pytest.mark.parametrize(("kind", "payload", "empty"), [
    ("state", b"", True), ("state", b"{", False), ("presence", b"{}", False), ("presence", b'{"online":1}', False),
    ("time", b'{"nonce":""}', False), ("ack", b"[" * 60_000, False), ("event", b"[1]", False),
])  # fmt: skip
def test_a_message_without_sense_is_unreadable(kind: str, payload: bytes, empty: bool) -> None:
    assert read(f"diya/1/sagar/P0001/{kind}", payload) == Unreadable("P0001", kind, empty)


@pytest.mark.parametrize("topic", ["", "diya/1/sagar/P1/command", "diya/1/sagar/_all/state", "diya/1/sagar//ack"])
def test_what_no_pole_says_is_unreadable(topic: str) -> None:
    assert isinstance(read(topic, b'{"online":true,"level":1}'), Unreadable)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = sorted({name for names in contract.FIELDS.values() for name in names})


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(contract.DELIVERY)), st.dictionaries(st.sampled_from(NAMES), JSON, max_size=8))
@example("event", {"id": "7-1", "eventType": "eventsDropped", "attributes": {"epoch": 5, "first": [], "last": {}}})
def test_nothing_that_is_said_raises(kind: str, values: dict[str, Any]) -> None:
    found = said(kind, **values)
    assert found.pole == "P0001"
    if isinstance(found, Event):
        found.dropped()
        assert isinstance(json.loads(found.attributes_text), dict)
