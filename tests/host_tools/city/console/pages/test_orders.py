"""Work orders as page, print and CSV, and the crew's phone: each deed once, and what is refused is said."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from host_tools.city.alarms import life
from host_tools.city.alarms.listing import history_of
from host_tools.city.console.pole_tabs import TABS
from host_tools.city.store.alarm_tables import alarm, alarm_event
from host_tools.city.store.command_tables import audit, command, delivery
from tests.host_tools.city.console.console_bench import Bench

JSON = {"accept": "application/json"}
POLES = ("P0006", "P0002", "P0004")
KEY = "0123456789abcdef-{}"


def ordered(bench: Bench, client: Any, crew: str = "crew 2", poles: tuple[str, ...] = POLES, **attributes: Any) -> None:
    """Lamps that flicker, in the order number 1 of *crew*."""
    for pole in poles:
        bench.born(pole)
        bench.event(pole, "lampFlicker", **{"level": 90, "activePower": 80.2, "carry": "driver", **attributes})
    numbers = [str(number) for number in range(1, len(poles) + 1)]
    form = {"do": "order", "alarm": numbers, "crew": crew, "due": "24"}
    answer = client.post("/alarms/do", data=form, headers=JSON)
    assert answer.status_code == 200, answer.text
    client.post("/crew", data={"crew": crew})


def deed(client: Any, name: str, pole: str = "P0002", key: int = 1, **more: Any) -> Any:
    body = {"key": KEY.format(key), "do": name, "order": 1, "pole": pole, **more}
    return client.post("/crew/do", json=body, headers=JSON)


def states(bench: Bench) -> list[str]:
    with bench.city() as city, city.reading() as connection:
        return [life.state(row) for row in connection.execute(sa.select(alarm).order_by(alarm.c.id)).mappings()]


def test_an_order_has_its_poles_by_way_its_parts_summed_and_a_code_for_each(bench: Bench) -> None:
    with bench.client("operator") as client:
        ordered(bench, client)
        page = client.get("/orders/1").text
        assert "<b>3</b> × driver led-150" in page and "<b>1</b> × ladder truck" in page
        at = [page.index(f"/p/{pole}/qr.svg") for pole in ("P0002", "P0004", "P0006")]
        assert at in (sorted(at), sorted(at, reverse=True))
        code = client.get("/p/P0002/qr.svg")
        assert (code.headers["content-type"], code.content[:4]) == ("image/svg+xml", b"<svg")
        assert "crew 2" in client.get("/orders").text


def test_the_csv_of_an_order_computes_nothing_in_a_spreadsheet(bench: Bench) -> None:
    with bench.client("operator") as client:
        ordered(bench, client, "=cmd|' /C calc'!A0", carry="=HYPERLINK(1)")
        client.post("/alarms/do", data={"do": "note", "alarm": "1", "text": "+1+1"}, headers=JSON)
        answer = client.get("/orders/1/list.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="order-1.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert {row["pole"] for row in rows} == set(POLES)
    assert not [value for row in rows for value in row.values() if value[:1] in ("=", "+", "@")]
    assert float(rows[0]["latitude"]) == pytest.approx(23.848, abs=0.01)


def test_an_order_that_is_not_there_is_a_404(bench: Bench) -> None:
    with bench.client("viewer") as client:
        for path in ("/orders/9", "/orders/9/list.csv", f"/orders/{'9' * 40}"):
            assert client.get(path).status_code == 404
        assert "the order is 9 and must be" in client.get("/orders/9").text
        assert client.get("/orders?state=x").status_code == 422


def test_what_was_done_at_a_pole_is_kept_and_the_order_is_done_by_proof(bench: Bench) -> None:
    with bench.client("operator") as client:
        ordered(bench, client, poles=("P0002",))
        for do, text, said in (
            ("visited", "", "the crew was there"), ("note", "ladder needed", "ladder needed"),
            ("mended", "new driver", "mended, not proved yet"),
        ):  # fmt: skip
            form = {"do": do, "pole": "P0002", "text": text}
            assert client.post("/orders/1/do", data=form, headers=JSON).status_code == 200
            assert said in client.get("/orders/1").text
        for form, said in (
            ({"do": "mended", "pole": "P0002"}, "is mended already, said operator"),
            ({"do": "mended", "pole": "P0099"}, "must be one of order 1"), ({"do": "fly"}, "do is 'fly'"),
            ({"do": "note", "pole": "P0002"}, "the note has 0"),
        ):  # fmt: skip
            answer = client.post("/orders/1/do", data=form, headers=JSON)
            assert answer.status_code == 422 and said in answer.json()["detail"]
        bench.now += 600
        bench.event("P0002", "lampFlicker", starts=False, level=90)
        assert "done: all closed" in client.get("/orders/1").text
        assert 'href="/orders/1"' not in client.get("/orders").text
        assert "done: all closed" in client.get("/orders?state=all").text


def test_a_crew_sees_its_orders_and_no_others(bench: Bench) -> None:
    with bench.client("operator") as client:
        ordered(bench, client)
        data = client.get("/crew/data").json()
        stops = data["orders"][0]["stops"]
        way = [stop["pole"] for stop in stops]
        assert way in (sorted(POLES), sorted(POLES, reverse=True))
        assert stops[0]["geo"].startswith("geo:23.8")
        assert stops[0]["alarms"][0]["sentence"] == "The lamp's power jumps to and fro."
        client.post("/crew", data={"crew": "crew 9"})
        assert client.get("/crew/data").json()["orders"] == []


def test_a_crew_with_a_hindi_name_is_kept_by_the_phone(bench: Bench) -> None:
    with bench.client("operator") as client:
        ordered(bench, client, "दल २; =x", poles=("P0002",))
        data = client.get("/crew/data").json()
        assert data["crew"] == "दल २; =x" and len(data["orders"]) == 1
        assert "दल २; =x" in client.get("/crew").text


def test_each_deed_is_done_once_however_often_it_is_sent(bench: Bench) -> None:
    with bench.client("operator") as client:  # kobotoolbox: a form was sent again after a lost answer, and doubled
        ordered(bench, client)
        first = deed(client, "note", text="no key to the door")
        again = deed(client, "note", text="no key to the door")
        assert first.json()["said"] == again.json()["said"] == "The note is kept."
        assert (first.json()["again"], again.json()["again"]) == (False, True)
        with bench.city() as city, city.reading() as connection:
            told = [one["text"] for one in history_of(connection, 2) if one["what"] == "noted"]
        assert told == ["no key to the door"]


def test_a_deed_is_never_done_in_the_name_of_who_logged_in_since(bench: Bench) -> None:
    with bench.client("operator") as client:  # Eventra#2478: a queue went out under another user's name
        ordered(bench, client, poles=("P0002",))
        answer = deed(client, "mended", user="ravi")
        assert answer.status_code == 401 and "it was done by 'ravi'" in answer.json()["detail"]
        assert states(bench) == ["assigned"]


def test_mended_by_phone_waits_for_proof_and_the_proof_is_shown(bench: Bench) -> None:
    with bench.client("operator") as client:
        ordered(bench, client, poles=("P0002",))
        assert deed(client, "here").json()["said"] == "Noted: you are here."
        assert deed(client, "mended", key=2, text="new driver", waited=3600).status_code == 200
        assert states(bench) == ["mended"]
        stop = client.get("/crew/data").json()["orders"][0]["stops"][0]
        assert (stop["state"], bool(stop["visited"]), stop["alarms"][0]["state"]) == ("mended", True, "mended")
        with bench.city() as city, city.reading() as connection:
            texts = connection.execute(sa.select(alarm_event.c.text).where(alarm_event.c.what == "mended")).scalars()
            assert texts.all() == ["new driver (1 h before it was sent)"]
        bench.now += 60
        bench.event("P0002", "lampFlicker", starts=False, level=90)
        stop = client.get("/crew/data").json()["orders"][0]["stops"][0]
        assert stop["state"] == "done" and "closed by the pole's own report" in stop["alarms"][0]["by"][0]


def test_a_deed_that_comes_too_late_is_refused_with_what_was_quicker(bench: Bench) -> None:
    with bench.client("operator") as client:
        ordered(bench, client, poles=("P0002",))
        bench.now += 60
        bench.event("P0002", "lampFlicker", starts=False, level=90)
        answer = deed(client, "mended")
        assert answer.status_code == 422
        assert "is closed already by proof (event)" in answer.json()["detail"]
        assert deed(client, "light", key=2, waited=2400).json()["detail"].startswith("It was asked for 40 min ago")


def test_the_light_for_the_crew_is_an_order_of_the_operator_for_ten_minutes(bench: Bench) -> None:
    with bench.client("engineer") as client:
        ordered(bench, client, poles=("P0002",))
        assert deed(client, "light").json()["said"] == "Ordered: light for 10 minutes."
        deed(client, "light")
        with bench.city() as city, city.reading() as connection:
            one = connection.execute(sa.select(command)).mappings().one()
            sent = connection.execute(sa.select(delivery)).mappings().one()
            told = connection.execute(sa.select(audit.c.what, audit.c.door).where(audit.c.command == one["id"])).one()
        assert (one["role"], one["owner"], one["level"], one["who"]) == ("operator", "operator", 100, "engineer")
        assert (one["reason"], one["door"], one["state"]) == ("crew 2 works here", "crew", "written")
        assert one["expiration"] - one["written_at"] == 600 and json.loads(one["scope"]) == {"poles": ["P0002"]}
        assert sent["state"] == "waiting" and tuple(told) == ("ordered", "crew")
        assert "has not answered yet" in client.get("/crew/data").json()["orders"][0]["stops"][0]["light"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"[]", "the body must be a JSON object"), (b"{" * 90, "the body must be"), (b"x" * 5000, "the body must be"),
        (b'{"do": "fly"}', "do is 'fly' and must be one of here"), (b'{"do": ["here"]}', "do is"),
        (b'{"do": "here", "order": "1"}', "order is '1' and must be a whole number"),
        (b'{"do": "here", "order": true}', "order is True"), (b'{"do": "here", "order": 1, "pole": 7}', "pole is 7"),
        (b'{"do": "here", "order": 1, "pole": "P0002", "key": "short"}', "key is 'short' and must be 16 to 64"),
        (b'{"do": "here", "order": 99, "pole": "P0002", "key": "0123456789abcdef"}', "the order is 99"),
        (b'{"do": "here", "order": 1e99, "pole": "P0002", "key": "0123456789abcdef"}', "order is"),
    ],
)  # fmt: skip
def test_a_wrong_deed_is_refused_in_a_sentence(bench: Bench, body: bytes, said: str) -> None:
    with bench.client("operator") as client:
        answer = client.post("/crew/do", content=body, headers={**JSON, "content-type": "application/json"})
        assert answer.status_code == 422 and said in answer.json()["detail"], answer.text


def test_the_worker_may_answer_for_the_page_and_says_what_it_is(bench: Bench) -> None:
    with bench.client("operator") as client:
        answer = client.get("/crew/worker.js")
        assert answer.headers["service-worker-allowed"] == "/"
        assert answer.headers["content-type"].startswith("text/javascript")
        assert client.get("/p/P0002?crew", follow_redirects=False).status_code == 200  # no crew chosen: the pole's page
        client.post("/crew", data={"crew": "a"})
        sent = client.get("/p/P0002?crew", follow_redirects=False)
        assert sent.headers["location"] == "/crew?at=P0002"


def test_the_whole_way_on_either_database(new_store: Path | str) -> None:
    bench = Bench(new_store)
    try:
        with bench.client("operator") as client:
            ordered(bench, client, poles=("P0002",))
            for key, name in enumerate(("here", "note", "light", "mended")):
                assert deed(client, name, key=key, text="a").status_code == 200
                assert deed(client, name, key=key, text="a").json()["again"]
            bench.say("P0002", "meter", activePower=135.0, activeEnergy=1.0)
            for tab in TABS:
                assert client.get(f"/p/P0002?tab={tab}").status_code == 200
            for path in ("/alarms", "/alarms?state=mended&ward=W21", "/alarms/1", "/orders", "/orders/1", "/crew/data"):
                assert client.get(path).status_code == 200, path
            assert client.get("/crew/data").json()["orders"][0]["state"] == "mended"
            assert client.get("/orders/1/list.csv").status_code == 200
            form = {"do": "quiet", "alarm": "1", "hours": "2", "reason": "a"}
            assert client.post("/alarms/do", data=form, headers=JSON).status_code == 200
    finally:
        bench.close()
