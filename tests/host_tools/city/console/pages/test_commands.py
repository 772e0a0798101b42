"""Commands in the console: seen beforehand, given, answered, ended."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from httpx import Response

from host_tools.city.store.command_tables import audit, command, delivery
from tests.host_tools.city.console.console_bench import NOW, Bench

ONE = {"scope": json.dumps({"poles": ["P0003"]}), "level": "80", "until": "2h", "reason": "festival"}


def rows(bench: Bench, table: sa.Table) -> list[dict[str, Any]]:
    with bench.city() as city, city.reading() as connection:
        return [dict(row) for row in connection.execute(sa.select(table)).mappings()]


def given(bench: Bench, role: str = "operator", **form: str) -> Response:
    with bench.client(role) as client:
        return client.post("/commands", data={**ONE, **form}, follow_redirects=False)


def test_a_command_is_written_for_the_receiver_with_its_audit(bench: Bench) -> None:
    bench.born("P0003")
    sent = given(bench)
    assert (sent.status_code, sent.headers["location"]) == (303, "/commands/1")
    [row] = rows(bench, command)
    assert (row["who"], row["role"], row["owner"], row["level"], row["reason"]) == (
        "operator", "operator", "operator", 80, "festival",
    )  # fmt: skip
    assert row["expiration"] == bench.now + 7200
    assert [one["what"] for one in rows(bench, audit)] == ["ordered"]


def test_until_is_a_time_of_the_site(bench: Bench) -> None:
    bench.born("P0003")
    given(bench, "engineer", owner="emergency", until="04:00", reason="disaster desk")
    [row] = rows(bench, command)
    assert row["owner"] == "emergency"
    assert row["expiration"] == NOW + (4 * 60 + 50) * 60  # 23:10 to 04:00


def test_the_preview_says_what_it_would_do_and_writes_nothing(bench: Bench) -> None:
    bench.born("P0003", 40)
    with bench.client("operator") as client:
        seen = client.post("/commands/preview", data=ONE).text
    assert "<dt>Brighter</dt><dd>1</dd>" in seen
    assert "residential" in seen
    assert not rows(bench, command)


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"level": "5"}, "the level is 5 and must be, for operator, 20 to 100 percent"),
        ({"level": "bright"}, "the level is &#39;bright&#39; and must be 0 to 100 percent"),
        ({"until": "13h"}, "for at most 12 h"),
        ({"until": "soon"}, "the time is &#39;soon&#39;"),
        ({"reason": ""}, "the reason is missing"),
        ({"reason": "x" * 81}, "one line of at most 80 characters"),
        ({"owner": "emergency"}, "the owner is emergency and must be, for operator, operator"),
        ({"scope": "["}, "must be a JSON object"),
        ({"scope": '{"poles": ["P9999"]}'}, "P9999"),
        ({"scope": "", "by": "ward", "of": ""}, "whom it is for is missing"),
        ({"scope": "", "by": "moon", "of": "x"}, "must be by one of"),
        ({"scope": "", "by": "near", "of": "P0003", "radius": "wide"}, "the radius is"),
    ],
)
def test_what_may_not_be_ordered_is_refused_in_a_sentence(bench: Bench, form: dict[str, str], sentence: str) -> None:
    bench.born("P0003")
    answer = given(bench, **form)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert not rows(bench, command)


@pytest.mark.parametrize(
    ("by", "of", "poles"),
    [("poles", "P0001, P0003", 2), ("ward", "W21", 3), ("near", "P0003", 3), ("all", "", 3)],
)
def test_poles_are_chosen_without_a_map(bench: Bench, by: str, of: str, poles: int) -> None:
    for name in ("P0001", "P0002", "P0003"):
        bench.born(name)
    given(bench, scope="", by=by, of=of, radius="200")
    assert len(rows(bench, delivery)) == poles


def test_the_page_of_a_command_shows_that_the_pole_itself_lives_by_it(bench: Bench) -> None:
    bench.born("P0003")
    given(bench)
    [row] = rows(bench, command)
    with bench.client("viewer") as client:
        assert "lives by it" not in client.get("/commands/1").text
        bench.lit("P0003", 80, owner="operator", reason="festival", until=row["expiration"])
        assert "✓ lives by it, 80 %" in client.get("/commands/1").text


def test_a_command_is_ended_by_its_owner_and_reference(bench: Bench) -> None:
    bench.born("P0003")
    given(bench)
    with bench.city() as city, city.writing() as connection:
        connection.execute(sa.update(command).values(state="accepted"))
    with bench.client("operator") as client:
        assert "End it now" in client.get("/commands/1").text
        client.post("/commands/1/cancel")
    first, second = rows(bench, command)
    assert (second["kind"], second["owner"], second["ref"]) == ("cancel", "operator", first["ref"])


def test_an_operator_cannot_end_what_an_engineer_ordered_as_emergency(bench: Bench) -> None:
    bench.born("P0003")
    given(bench, "engineer", owner="emergency")
    with bench.client("operator") as client:
        assert client.post("/commands/1/cancel").status_code == 422
    assert len(rows(bench, command)) == 1


def test_the_second_persons_code_is_passed_to_the_receiver_and_never_shown(bench: Bench) -> None:
    bench.born("P0003")
    given(bench, "engineer", owner="emergency", level="0")
    with bench.city() as city, city.writing() as connection:
        connection.execute(sa.update(command).values(state="needsSecondPerson", answer="two are needed"))
    with bench.client("engineer") as client:
        assert "two are needed" in client.get("/commands/1").text
        assert client.post("/commands/1/agree", data={"second": "asha", "code": "12"}).status_code == 422
        page = client.post("/commands/1/agree", data={"second": "asha", "code": "123 456"})
        assert "123456" not in page.text
    [row] = rows(bench, command)
    assert (row["state"], row["second"], row["code"]) == ("written", "asha", "123456")
    assert "123456" not in str(rows(bench, audit))


def test_a_viewer_sees_commands_and_gives_none(bench: Bench) -> None:
    bench.born("P0003")
    given(bench)
    with bench.client("viewer") as client:
        assert "festival" in client.get("/commands").text
        assert client.get("/commands/new").status_code == 403
        assert client.post("/commands", data=ONE).status_code == 403


def test_a_reason_that_is_a_script_stays_text(bench: Bench) -> None:
    bench.born("P0003")
    given(bench, reason="<script>alert(1)</script>")
    with bench.client("viewer") as client:
        for path in ("/commands", "/commands/1"):
            assert "<script>alert" not in client.get(path).text


def test_refusals_are_in_the_language_of_the_page(bench: Bench) -> None:
    bench.born("P0003")
    good = {"scope": '{"poles": ["P0003"]}', "level": "80", "until": "2h", "reason": "festival"}
    with bench.client("operator") as client:
        client.cookies["diya_lang"] = "hi"
        for changed, said in (
            ({"level": "10"}, "स्तर 10 है और operator के लिए 20 से 100"), ({"level": "x"}, "0 से 100 प्रतिशत होना चाहिए"),
            ({"until": "soon"}, "समय"), ({"reason": ""}, "कारण नहीं दिया गया"),
            ({"scope": '{"poles": ["P9999"]}'}, "इस साइट का कोई खंभा नहीं है"),
            ({"scope": '{"ward": "W99"}'}, "कोई वार्ड नहीं है"),
            ({"scope": '{"circle": {"latitude": 23.8, "longitude": 78.7, "radiusM": -1}}'}, "0 से ज़्यादा"),
            ({"until": "13h"}, "ज़्यादा से ज़्यादा 12 h"),
        ):  # fmt: skip
            answer = client.post("/commands", data={**good, **changed})
            assert answer.status_code == 422 and said in answer.text, (changed, said)
            assert said in client.post("/commands/preview", data={**good, **changed}).text
        assert client.post("/commands", data=good).status_code == 200
    with bench.record.transaction() as connection:
        why = "the code of meera is wrong or too old"
        connection.exec_driver_sql(f"UPDATE command SET state = 'needsSecondPerson', answer = '{why}'")
    with bench.client("viewer") as client:
        assert why in client.get("/commands/1").text
        client.cookies["diya_lang"] = "hi"
        assert "meera का कोड ग़लत है" in client.get("/commands/1").text
