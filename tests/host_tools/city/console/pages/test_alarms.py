"""The alarms' pages: what they show, who may act, and what happens where two act at once."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from host_tools.city.alarms import actions, life
from host_tools.city.store.alarm_tables import alarm
from host_tools.city.store.command_tables import audit
from tests.host_tools.city.console.console_bench import NOW, Bench

JSON = {"accept": "application/json"}
HOSTILE = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "=cmd|' /C calc'!A0", "\u202egnp.exe", "{{ 7*7 }}",
    "' OR 1=1 --", "a\x00b\x1b[2J", "</script><script>alert(1)//", "अ" * 300,
)  # fmt: skip


def lamp(bench: Bench, pole: str = "P0003", **attributes: Any) -> None:
    bench.born(pole)
    values = {"level": 100, "activePower": 2.5, "expectedPower": 148, "cause": "lamp open, driver without load",
              "carry": "luminaire", **attributes}  # fmt: skip
    bench.event(pole, "lampFailure", **values)


def row(bench: Bench, number: int = 1) -> Any:
    with bench.city() as city, city.reading() as connection:
        return connection.execute(sa.select(alarm).where(alarm.c.id == number)).mappings().one()


def boxes(page: str) -> list[str]:
    """What the page would send for each alarm."""
    return re.findall(r'name="alarm" value="(\d+:\w+)"', page)


def do(client: Any, name: str, picked: list[str], **fields: str) -> Any:
    return client.post("/alarms/do", data={"do": name, "alarm": picked, **fields}, headers=JSON)


def test_an_alarm_is_a_sentence_with_its_figures_their_units_and_its_clock(bench: Bench) -> None:
    lamp(bench)
    bench.now = NOW + 25 * 3600 + 60
    bench.lit("P0003", 60)
    with bench.client("viewer") as client:
        page = client.get("/alarms").text
    for said in (
        "The lamp gives no light", "asked for 100 % · takes 2.5 W of 148 W expected", "since 2026-11-24 23:10 IST",
        "Probable cause: lamp open, driver without load", "repair overdue by 1 h 1 min: Rs 50", "severity-2",
    ):  # fmt: skip
        assert said in page


def test_the_cause_and_what_to_carry_are_in_hindi_on_a_hindi_page(bench: Bench) -> None:
    lamp(bench)
    with bench.client("viewer") as client:
        client.cookies["diya_lang"] = "hi"
        page = client.get("/alarms").text
    assert "लैम्प का परिपथ खुला है, ड्राइवर पर भार नहीं है" in page and "साथ ले जाएँ: ल्यूमिनेयर" in page
    assert "lamp open" not in page


def test_filters_are_in_the_address_and_a_wrong_one_is_said(bench: Bench) -> None:
    lamp(bench)
    bench.born("P0030")
    bench.event("P0030", "lampFlicker", level=50)
    with bench.client("operator") as client:
        for query, seen in (
            ("severity=2", ["P0003"]), ("kind=lampFlicker", ["P0030"]), ("ward=W21", ["P0003"]), ("mine=1", []),
            ("feeder=F01", ["P0003"]), ("state=open", ["P0003", "P0030"]), ("state=closed", []),
        ):  # fmt: skip
            page = client.get(f"/alarms/list?{query}").text
            assert [name for name in ("P0003", "P0030") if f"<bdi>{name}</bdi>" in page] == seen, query
        for query, said in (("severity=9", "severity is &#39;9&#39; and must be one of 1, 2, 3, 4"),
                            ("shown=0", "shown is &#39;0&#39; and must be 1 to 2000")):  # fmt: skip
            answer = client.get(f"/alarms?{query}")
            assert answer.status_code == 422 and said in answer.text


def test_the_worst_is_first_and_a_cause_holds_its_effects(bench: Bench) -> None:
    lamp(bench)
    bench.born("P0007")
    bench.event("P0007", "leakageDetected", measured=42)
    with bench.client("viewer") as client:
        page = client.get("/alarms").text
    assert page.index("P0007</bdi>") < page.index("P0003</bdi>")
    assert "42 mA to earth" in page


def test_many_are_acknowledged_at_once_and_it_is_in_the_audit(bench: Bench) -> None:
    lamp(bench)
    lamp(bench, "P0004")
    with bench.client("operator") as client:
        picked = boxes(client.get("/alarms").text)
        answer = do(client, "acknowledge", picked)
        assert (answer.status_code, answer.json()["said"]) == (200, "Acknowledged: 2.")
    assert {life.state(row(bench, number)) for number in (1, 2)} == {"acknowledged"}
    with bench.city() as city, city.reading() as connection:
        told = connection.execute(sa.select(audit.c.who, audit.c.door, audit.c.what, audit.c.detail)).one()
    assert (told.who, told.door, told.what) == ("operator", "console", "alarm acknowledged")
    assert json.loads(told.detail)["alarms"] == ["1 lampFailure/P0003", "2 lampFailure/P0004"]


@pytest.mark.parametrize(
    ("name", "fields", "state"),
    [
        ("assign", {"crew": "crew 2"}, "assigned"), ("order", {"crew": "crew 2", "due": "24"}, "assigned"),
        ("mend", {"text": "new driver"}, "mended"), ("note", {"text": "seen by day"}, "open"),
        ("quiet", {"hours": "4", "reason": "cable work"}, "open"),
    ],
)  # fmt: skip
def test_each_action_does_what_it_says(bench: Bench, name: str, fields: dict[str, str], state: str) -> None:
    lamp(bench)
    with bench.client("operator") as client:
        answer = do(client, name, boxes(client.get("/alarms").text), **fields)
        assert answer.status_code == 200 and answer.json()["said"], answer.text
        page = client.get("/alarms").text
        history = client.get("/alarms/1").text
    assert life.state(row(bench)) == state
    said = {"order": "Order 1", "quiet": "quiet until", "note": "seen by day", "mend": "awaited", "assign": "crew 2"}
    assert said[name] in page
    assert "operator" in history or name == "quiet"


@pytest.mark.parametrize(
    ("name", "fields", "said"),
    [
        ("assign", {"crew": " "}, "the crew has 0 characters"), ("note", {"text": "x" * 401}, "the note has 401"),
        ("order", {"crew": ""}, "the crew has 0"), ("order", {"crew": "a", "due": "-1"}, "due is '-1' and must be"),
        ("quiet", {"hours": "4"}, "the reason has 0"), ("quiet", {"reason": "a"}, "hours is missing"),
        ("quiet", {"hours": "9999", "reason": "a"}, "hours is '9999' and must be 1 to 720"),
        ("close", {"reason": "I say so"}, "is closed by proof only"), ("explode", {}, "do is 'explode' and must"),
        ("end_quiet", {"quiet": "x"}, "quiet is 'x'"),
    ],
)  # fmt: skip
def test_a_wrong_action_is_refused_in_a_sentence_and_changes_nothing(
    bench: Bench, name: str, fields: dict[str, str], said: str
) -> None:
    lamp(bench)
    with bench.client("operator") as client:
        before = dict(row(bench))
        answer = do(client, name, boxes(client.get("/alarms").text), **fields)
        assert answer.status_code == 422 and said in answer.json()["detail"], answer.text
        assert answer.headers["content-type"] == "application/problem+json"
    assert dict(row(bench)) == before


@pytest.mark.parametrize(
    ("picked", "said"), [([], "No alarm is selected"), (["x:1"], "alarm is 'x:1'"), (["99"], "99")]
)
def test_alarms_that_are_none_are_refused(bench: Bench, picked: list[str], said: str) -> None:
    with bench.client("operator") as client:
        answer = do(client, "acknowledge", picked)
        assert answer.status_code == 422 and said in answer.json()["detail"]


def test_a_viewer_looks_and_does_not_act(bench: Bench) -> None:
    lamp(bench)
    with bench.client("viewer") as client:
        assert boxes(client.get("/alarms").text) == [] and 'name="do"' not in client.get("/alarms/1").text
        assert do(client, "acknowledge", ["1"]).status_code == 403
        assert client.post("/orders/1/do", data={"do": "visited"}, headers=JSON).status_code == 403
        assert client.post("/crew/do", json={}, headers=JSON).status_code == 403
        assert client.post("/p/P0003/cancel", headers=JSON).status_code == 403
    assert life.state(row(bench)) == "open"


def test_of_two_who_act_at_once_the_second_is_told_and_nothing_is_overwritten(bench: Bench) -> None:
    lamp(bench)  # grafana/oncall: two were given one alarm, and the first never knew
    with bench.client("operator") as first, bench.client("engineer") as second:
        picked = boxes(second.get("/alarms").text)
        assert do(first, "assign", picked, crew="crew 1").status_code == 200
        answer = do(second, "assign", picked, crew="crew 9")
        assert answer.status_code == 409
        assert "lampFailure/P0003, has changed since you looked: given to a crew" in answer.json()["detail"]
        assert "by operator. Nothing was changed" in answer.json()["detail"]
        assert row(bench)["assigned_to"] == "crew 1"
        again = boxes(second.get("/alarms").text)
        assert do(second, "assign", again, crew="crew 9").status_code == 200  # now he knows


def test_figures_that_a_pole_sends_meanwhile_do_not_refuse_an_action(bench: Bench) -> None:
    lamp(bench)
    with bench.client("operator") as client:
        picked = boxes(client.get("/alarms").text)
        bench.now += 60
        bench.say("P0003", "meter", activePower=3.0)
        bench.lit("P0003", 100)
        assert do(client, "acknowledge", picked).status_code == 200


def test_what_is_acknowledged_keeps_its_first_name(bench: Bench) -> None:
    lamp(bench)
    with bench.client("operator") as first, bench.client("engineer") as second:
        assert do(first, "acknowledge", ["1"]).status_code == 200
        answer = do(second, "acknowledge", ["1"])
        assert answer.status_code == 422 and "is acknowledged by operator" in answer.json()["detail"]
    assert row(bench)["acknowledged_by"] == "operator"


def test_of_many_those_that_are_acknowledged_stay_as_they_are(bench: Bench) -> None:
    lamp(bench)  # thingsboard#9569: a selection with both was refused
    lamp(bench, "P0004")
    with bench.client("operator") as first, bench.client("engineer") as second:
        do(first, "acknowledge", ["1"])
        assert do(second, "acknowledge", ["1", "2"]).json()["said"] == "Acknowledged: 1."
    assert [row(bench, number)["acknowledged_by"] for number in (1, 2)] == ["operator", "engineer"]


def test_a_dark_lamp_is_closed_by_a_person_only_where_its_pole_is_silent(bench: Bench) -> None:
    lamp(bench)
    with bench.client("operator") as client:
        assert do(client, "close", ["1"], reason="it burns").status_code == 422
        bench.say("P0003", "presence", online=False)
        assert do(client, "close", ["1"], reason="the pole was taken away").status_code == 200
    assert life.closed_by(row(bench)) == "person"


def test_a_quiet_ends_by_its_button_and_keeps_other_kinds_loud(bench: Bench) -> None:
    lamp(bench)
    with bench.client("operator") as client:
        do(client, "quiet", ["1"], hours="4", reason="cable work")
        assert "quiet until" in client.get("/alarms").text
        assert "End the quiet" in client.get("/alarms/1").text
        bench.event("P0003", "dimmingFailure", level=60)
        assert client.get("/alarms").text.count("quiet until") == 1
        assert do(client, "end_quiet", [], quiet="1").status_code == 200


def test_without_scripts_the_form_leads_back_to_its_page_and_never_elsewhere(bench: Bench) -> None:
    lamp(bench)
    with bench.client("operator") as client:
        for back, to in (
            ("/alarms?severity=2", "/alarms?severity=2"),
            ("//evil.example", "/alarms"),
            ("http://x", "/alarms"),
        ):
            form = {"do": "note", "text": "a", "alarm": "1", "back": back}
            sent = client.post("/alarms/do", data=form, follow_redirects=False)
            assert (sent.status_code, sent.headers["location"]) == (303, to)


def test_an_alarm_that_is_not_there_is_a_404_with_a_sentence(bench: Bench) -> None:
    with bench.client("viewer") as client:
        for number in ("7", "9" * 30):
            answer = client.get(f"/alarms/{number}")
            assert answer.status_code == 404
        assert "the alarm is 7 and must be the number of an alarm of this record" in client.get("/alarms/7").text
        client.cookies["diya_lang"] = "hi"
        assert "अलार्म 7 है; यह इस अभिलेख के किसी अलार्म की संख्या होनी चाहिए" in client.get("/alarms/7").text


def test_it_is_closed_by_proof_and_is_among_the_closed_with_what_proved_it(bench: Bench) -> None:
    lamp(bench)
    bench.now += 600
    bench.event("P0003", "lampFailure", starts=False, level=100)
    with bench.client("viewer") as client:
        assert "No alarm is open" in client.get("/alarms").text
        page = client.get("/alarms?state=closed").text
    assert "closed by the pole&#39;s own report" in page and "mended in time" in page


def test_what_a_person_or_a_pole_writes_stays_text(bench: Bench) -> None:
    lamp(bench)
    with bench.client("operator") as client:

        @settings(max_examples=15, deadline=None)
        @given(hostile=st.one_of(st.sampled_from(HOSTILE), st.text(min_size=1, max_size=60)))
        def stays_text(hostile: str) -> None:
            with bench.city() as city, city.writing() as connection:
                values = {
                    "note": hostile, "assigned_to": hostile, "assigned": NOW, "cause": hostile, "carry": hostile,
                    "evidence": json.dumps({"measured": hostile, "level": 5}),
                }  # fmt: skip
                connection.execute(sa.update(alarm).where(alarm.c.id == 1).values(values))
            for path in ("/alarms/list", "/alarms/1", "/p/P0003"):
                page = client.get(path).text
                assert not re.search(r"<script(?! (type|src)=)|<img(?! src=./p/)| onerror=(?!.*&)", page), path
                assert not set("\u202e\x1b\x00") & set(page), path

        stays_text()


def test_the_actions_of_the_verb_are_in_the_audit_with_their_door(bench: Bench) -> None:
    lamp(bench)
    with bench.city() as city, city.writing() as connection:
        actions.acknowledge(connection, [1], "ravi", NOW)
        assert connection.execute(sa.select(audit.c.door)).scalars().all() == ["alarms"]
