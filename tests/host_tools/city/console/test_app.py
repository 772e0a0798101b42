"""The frame that all pages are in."""

from __future__ import annotations

from tests.host_tools.city.console.console_bench import PASSWORD, Bench


def test_without_a_session_a_page_leads_to_the_login_and_a_program_is_refused(bench: Bench) -> None:
    with bench.client(None) as client:
        sent = client.get("/alarms", follow_redirects=False)
        assert (sent.status_code, sent.headers["location"]) == (302, "/login?next=/alarms")
        refused = client.get("/alarms", headers={"accept": "application/json"})
        assert refused.status_code == 401
        assert refused.headers["content-type"] == "application/problem+json"


def test_a_login_leads_to_where_the_user_wanted_to_go(bench: Bench) -> None:
    with bench.client(None) as client:
        form = {"name": "viewer", "password": PASSWORD, "next": "/alarms"}
        sent = client.post("/login", data=form, follow_redirects=False)
        assert (sent.status_code, sent.headers["location"]) == (303, "/alarms")
        assert client.get("/alarms").status_code == 200


def test_a_wrong_password_is_refused_in_a_sentence(bench: Bench) -> None:
    with bench.client(None) as client:
        answer = client.post("/login", data={"name": "viewer", "password": "something else"})
        assert answer.status_code == 401
        assert "Name or password is wrong." in answer.text


def test_an_alarm_of_a_pole_is_on_the_page(bench: Bench) -> None:
    bench.born("P0003")
    bench.event("P0003", "lampFailure", level=100, activePower=2.5, expectedPower=148)
    with bench.client("viewer") as client:
        page = client.get("/alarms").text
        assert "The lamp gives no light" in page and "P0003" in page


def test_the_language_of_the_browser_is_used_until_one_is_chosen(bench: Bench) -> None:
    with bench.client("viewer") as client:
        assert 'lang="hi"' in client.get("/alarms", headers={"accept-language": "hi-IN,hi;q=0.9"}).text
        client.post("/preferences", data={"lang": "hi", "back": "/alarms"})
        assert "अलार्म" in client.get("/alarms").text
