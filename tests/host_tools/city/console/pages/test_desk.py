"""The desk: users, sessions, tokens, the audit and the system, as an admin uses them."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from litestar.testing import TestClient

from host_tools.city.commands import audit as chain
from host_tools.city.console.access import sessions, tokens
from host_tools.city.store import receiver_status
from host_tools.city.store.command_tables import audit
from host_tools.city.store.console_tables import session, token, user
from host_tools.city.store.receiver_status import ReceiverStatus
from tests.host_tools.city.console.console_bench import Bench

Client = TestClient[Any]
TOKEN = {"name": "traffic", "highest": "100", "radius_m": "500", "minutes": "30", "calls": "60", "days": "30"}


def rows(client: Client) -> list[tuple[str, str, str]]:
    with client.app.state.city.reading() as connection:
        chosen = sa.select(audit.c.who, audit.c.what, audit.c.detail).order_by(audit.c.id)
        return [tuple(row) for row in connection.execute(chosen)]


def number_of(client: Client, name: str) -> int:
    with client.app.state.city.reading() as connection:
        return int(connection.execute(sa.select(user.c.id).where(user.c.name == name)).scalar_one())


def once(answer: Any) -> str:
    """What is shown on a page and then never again."""
    found = re.search(r'class="card once".*?<code>([^<]+)</code>', answer.text, re.DOTALL)
    assert found is not None, answer.text
    return found[1]


def test_a_new_user_gets_a_password_that_is_shown_once(bench: Bench) -> None:
    with bench.client("admin") as client:
        password = once(client.post("/desk/users", data={"name": "ravi", "role": "operator"}))
        assert password not in client.get("/desk/users").text
        assert rows(client)[-1] == ("admin", "userAdded", '{"role": "operator", "user": "ravi"}')
        assert password not in str(rows(client))
    with bench.client(None) as client:
        sent = client.post("/login", data={"name": "ravi", "password": password}, follow_redirects=False)
        assert sent.status_code == 303


def test_a_user_that_cannot_be_is_refused_in_a_sentence(bench: Bench) -> None:
    wrong = (
        ({"name": "a b", "role": "viewer"}, "must be 1 to 32 letters"),
        ({"name": "Viewer", "role": "viewer"}, "which another user has"),
        ({"name": "ravi", "role": "root"}, "must be one of"), ({"name": "", "role": "viewer"}, "must be 1 to 32"),
    )  # fmt: skip
    with bench.client("admin") as client:
        for form, why in wrong:
            answer = client.post("/desk/users", data=form)
            assert answer.status_code == 422 and why in answer.text, form
        assert rows(client) == []


def test_the_last_admin_stays(bench: Bench) -> None:
    with bench.client("admin") as client:
        number = number_of(client, "admin")
        for act, form in (("disable", {}), ("role", {"role": "viewer"})):
            answer = client.post(f"/desk/users/{number}/{act}", data=form)
            assert answer.status_code == 422 and "last admin" in answer.text


def test_changes_of_a_user_log_him_out_and_are_in_the_audit(bench: Bench) -> None:
    app = bench.app()
    with bench.client("admin", app) as admin:
        number = number_of(admin, "operator")
        for act, form, what in (
            ("role", {"role": "engineer"}, "userRole"), ("disable", {}, "userDisabled"), ("enable", {}, "userEnabled"),
            ("codes", {}, "userCodes"), ("password", {}, "userPassword"),
        ):  # fmt: skip
            answer = admin.post(f"/desk/users/{number}/{act}", data=form)
            assert answer.status_code == 200
            assert rows(admin)[-1][:2] == ("admin", what)
        for strange in (99, 0, -1, 2**63, 2**70):
            assert admin.post(f"/desk/users/{strange}/disable").status_code in (404, 422)


def test_a_session_is_seen_and_ended_at_the_desk(bench: Bench) -> None:
    with bench.client("admin") as admin, bench.client("operator") as other:
        called = re.search(r'name="called" value="(\w+)"', admin.get("/desk/sessions").text)
        assert called is not None
        admin.post("/desk/sessions/end", data={"called": called[1]})
        assert other.get("/alarms", follow_redirects=False).status_code == 302
        for strange in ("", "%", "_" * 16, "x" * 500):
            admin.post("/desk/sessions/end", data={"called": strange})
        assert admin.get("/desk/sessions").status_code == 200  # he himself is still in
        assert [row[1] for row in rows(admin)] == ["sessionEnded"]


def test_one_ends_ones_own_other_sessions_and_no_one_elses(bench: Bench) -> None:
    app = bench.app()
    with bench.client("viewer") as mine, bench.client("viewer", app) as elsewhere, bench.client("operator") as other:
        theirs = "0" * 16
        with other.app.state.city.reading() as connection:
            chosen = sa.select(session.c.digest).where(session.c.user == number_of(other, "operator"))
            theirs = str(connection.execute(chosen).scalar_one())[:16]
        mine.post("/account/sessions/end", data={"called": theirs})
        assert other.get("/alarms", follow_redirects=False).status_code == 200
        mine.post("/account/sessions/end")
        assert elsewhere.get("/alarms", follow_redirects=False).status_code == 302
        assert mine.get("/account").status_code == 200


def test_a_token_is_shown_once_kept_as_a_digest_and_let_in_until_it_is_revoked(bench: Bench) -> None:
    bench.born("P0003")
    wide = {"calls": "2", "zones": "W21, W22"}
    with bench.client("admin") as client:
        text = once(client.post("/desk/tokens", data={**TOKEN, **wide, "doors": ["read", "traffic"]}))
        assert text.startswith(tokens.PREFIX) and len(text) == 48
        assert text not in client.get("/desk/tokens").text and text not in str(rows(client))
        with client.app.state.city.reading() as connection:
            row = connection.execute(sa.select(token)).mappings().one()
        assert text not in str(dict(row)) and (row["zones"], row["minutes"]) == ('["W21", "W22"]', 30)
        bearer = {"authorization": f"Bearer {text}", "accept": "application/json"}
        client.cookies.clear()
        assert [one["name"] for one in client.get("/api/poles", headers=bearer).json()] == ["P0003"]
        assert client.get("/desk", headers=bearer).status_code == 401
        answers = [client.get("/api/poles/P0003", headers=bearer) for _ in range(2)]
        assert answers[-1].status_code == 429 and 1 <= int(answers[-1].headers["retry-after"]) <= 30
    with bench.client("admin") as client:
        client.post(f"/desk/tokens/{row['id']}/revoke")
        assert rows(client)[-1][1] == "tokenRevoked"
        assert client.get("/api/poles", headers=bearer).status_code == 401
        assert client.post(f"/desk/tokens/{row['id']}/revoke").status_code == 422
        assert client.post(f"/desk/tokens/{2**70}/revoke").status_code in (404, 422)


def test_a_browser_becomes_that_of_a_wall_and_sees_the_wall_alone_until_its_token_is_revoked(bench: Bench) -> None:
    bench.born("P0003")
    with bench.client("admin") as client:
        text = once(client.post("/desk/tokens", data={**TOKEN, "calls": "600", "doors": ["read"]}))
        sent = client.post("/desk/tokens/device", data={"token": text}, follow_redirects=False)
        assert sent.headers["location"] == "/wall"
        client.cookies.delete(sessions.COOKIE)
        bench.now += 20 * 86400
        for path in ("/wall", "/wall/worst", "/wall/power.json", "/live/changes", "/gis/poles.geojson"):
            assert client.get(path, follow_redirects=False).status_code == 200, path
        for path in ("/", "/desk", "/alarms", "/account", "/api/poles", "/wallpaper"):
            assert client.get(path, follow_redirects=False).status_code in (302, 404), path
        assert client.post("/live/here").status_code == 401
        with client.app.state.city.writing() as connection:
            connection.execute(sa.update(token).values(revoked_at=bench.now))
        assert client.get("/wall", follow_redirects=False).status_code == 302
    with bench.client("admin") as client:
        other = once(client.post("/desk/tokens", data={**TOKEN, "name": "tms", "doors": ["traffic"]}))
        assert client.post("/desk/tokens/device", data={"token": other}).status_code == 422
        assert client.post("/desk/tokens/device", data={}).status_code == 422


def test_a_token_ends_by_itself(bench: Bench) -> None:
    with bench.client("admin") as client:
        text = once(client.post("/desk/tokens", data={**TOKEN, "doors": ["read"]}))
        bearer = {"authorization": f"Bearer {text}", "accept": "application/json"}
        bench.now += 30 * 86400 - 1
        assert client.get("/api/poles", headers=bearer).status_code == 200
        bench.now += 1
        assert client.get("/api/poles", headers=bearer).status_code == 401


def test_a_token_that_cannot_be_is_refused_in_a_sentence(bench: Bench) -> None:
    wrong: tuple[tuple[dict[str, Any], str], ...] = (
        ({"highest": "101"}, "highest is 101 and must be 0 to 100"), ({"calls": "x"}, "calls must be a whole number"),
        ({"minutes": "-1"}, "whole number"), ({"minutes": "9" * 30}, "whole number"), ({"days": "0"}, "1 to 1100"),
        ({"doors": []}, "at least one"), ({"doors": ["root"]}, "at least one"), ({"name": "=x"}, "1 to 32 letters"),
        ({"zones": "W21,<script>"}, "1 to 32 letters"),
    )  # fmt: skip
    with bench.client("admin") as client:
        for change, why in wrong:
            answer = client.post("/desk/tokens", data={**TOKEN, "doors": ["read"], **change})
            assert answer.status_code == 422 and why in answer.text, change


def test_the_audit_is_shown_newest_first_by_person_and_page(bench: Bench) -> None:
    with bench.client("engineer") as client:
        with client.app.state.city.writing() as connection:
            for number in range(130):
                who = "asha" if number % 2 else "ravi"
                chain.add(connection, "", bench.now + number, who, "console", "userAdded", None, {"user": f"u{number}"})
        page = client.get("/desk/audit").text
        assert page.index("u129") < page.index("u128") and "u29<" not in page
        assert "130 rows wait for a receiver" in page and "added a user" in page
        older = re.search(r'href="(/desk/audit\?who=&amp;before=\d+)"', page)
        assert older is not None and "u29<" in client.get(older[1].replace("&amp;", "&")).text
        mine = client.get("/desk/audit?who=asha").text
        assert "u129" in mine and "u128" not in mine
        cells = list(csv.DictReader(io.StringIO(client.get("/desk/audit.csv?who=ravi").text)))
        assert len(cells) == 65 and {row["who"] for row in cells} == {"ravi"}


def test_a_strange_question_to_the_audit_is_no_fault(bench: Bench) -> None:
    with bench.client("engineer") as client:
        for wrong in ("before=-1", "before=9999999999999999999999", "who=%00", "who=" + "x" * 9000):
            assert client.get(f"/desk/audit?{wrong}").status_code in (200, 400), wrong


def test_a_row_that_was_taken_out_of_the_audit_is_seen_without_the_key(bench: Bench) -> None:
    with bench.client("engineer") as client, client.app.state.city.writing() as connection:
        for number in range(3):
            chain.add(connection, "", bench.now, "asha", "console", "userAdded", None, {})
            connection.execute(sa.update(audit).where(audit.c.number.is_(None)).values(number=number + 1, digest="d"))
    with bench.client("engineer") as client:
        assert "3 rows are numbered without a gap" in client.get("/desk/audit").text
        with client.app.state.city.writing() as connection:
            connection.execute(sa.delete(audit).where(audit.c.number == 2))
        assert "rows were taken out" in client.get("/desk/audit").text


def test_the_system_page_says_what_it_does_not_know(bench: Bench) -> None:
    bench.born("P0003")
    bench.say("P0003", "state", level="no number")
    with bench.client("engineer") as client:
        assert "No receiver has said anything yet" in client.get("/desk").text
        with client.app.state.city.writing() as connection:
            receiver_status.keep(connection, ReceiverStatus("west", bench.now - 3, bench.now, False, 1.0, True))
            receiver_status.keep(connection, ReceiverStatus("east", bench.now - 90, bench.now, False, 1.0, True))
        page = client.get("/desk").text
        assert "nothing heard for 90 s" in page and "not known" in page
        assert page.count(">alive<") == 1 and page.count(">connected<") == 1
        assert "1, of which 1 online and 0 silent" in page


def test_the_desk_works_on_either_database(new_store: Path | str) -> None:
    bench = Bench(new_store)
    try:
        bench.born("P0003")
        with bench.client("admin") as client:
            once(client.post("/desk/users", data={"name": "ravi", "role": "operator"}))
            text = once(client.post("/desk/tokens", data={**TOKEN, "doors": ["read"]}))
            number = number_of(client, "ravi")
            assert client.post(f"/desk/users/{number}/role", data={"role": "viewer"}).status_code == 200
            assert client.post(f"/desk/users/{number_of(client, 'admin')}/disable").status_code == 422
            for path in ("/desk", "/desk/audit?who=admin", "/desk/users", "/desk/sessions", "/desk/tokens", "/account"):
                assert client.get(path).status_code == 200, path
            assert "rows wait for a receiver" in client.get("/desk/audit").text
            called = re.search(r'class="agent">[^<]*</td>', client.get("/desk/sessions").text)
            assert called is not None
            client.post("/desk/sessions/end", data={"called": "f" * 16})
            client.cookies.clear()
            bearer = {"authorization": f"Bearer {text}", "accept": "application/json"}
            assert client.get("/api/commands", headers=bearer).json() == []
            assert [one["name"] for one in client.get("/api/poles", headers=bearer).json()] == ["P0003"]
    finally:
        bench.close()
