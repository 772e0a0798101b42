"""Logging in: the first password, codes of a phone, waits, and what a session outlives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event, Semaphore, Thread
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from host_tools.city.console.access import attempts, cookies, passwords, sessions, users
from host_tools.city.console.app import whole
from host_tools.city.console.city import City
from host_tools.city.console.serve import first_user
from host_tools.city.console.settings import Settings
from host_tools.city.store.command_tables import audit
from host_tools.city.store.console_tables import session, user
from tests.host_tools.city.console.console_bench import CODES, HOST, PASSWORD, Bench
from tests.town import SAGAR

Client = TestClient[Any]


@pytest.fixture
def browser(bench: Bench) -> Iterator[Client]:
    """One that is not logged in."""
    with bench.client(None) as client:
        yield client


def try_in(client: Client, name: str = "viewer", password: str = PASSWORD, **more: str) -> Any:
    return client.post("/login", data={"name": name, "password": password, **more}, follow_redirects=False)


def code_of(bench: Bench, steps: int = 0, secret: str = CODES) -> str:
    return str(pyotp.TOTP(secret).at(bench.now + 30 * steps))


def city_of(client: Client) -> City:
    city: City = client.app.state.city
    return city


def number_of(client: Client, name: str) -> int:
    with city_of(client).reading() as connection:
        return int(connection.execute(sa.select(user.c.id).where(user.c.name == name)).scalar_one())


# -- the password


def test_five_wrong_tries_wait_a_minute_also_with_the_right_password(bench: Bench, browser: Client) -> None:
    for _ in range(5):
        assert try_in(browser, password="wrong password").status_code == 401
    waits = try_in(browser)
    assert (waits.status_code, waits.headers["retry-after"]) == (429, "60")
    assert "Try again in 60 s." in waits.text
    bench.now += 60
    assert try_in(browser).status_code == 303


def test_tries_at_the_same_moment_are_all_counted(bench: Bench, browser: Client) -> None:
    answers: list[int] = []
    threads = [
        Thread(target=lambda: answers.append(try_in(browser, password="wrong password").status_code)) for _ in range(9)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [401] * 5 + [429] * 4


def test_many_logins_at_once_hold_up_no_other_request(
    bench: Bench, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go = Semaphore(0), Event()

    def slow(_kept: str | None, _given: str) -> bool:
        begun.release()
        assert go.wait(20)
        return False

    monkeypatch.setattr(passwords, "matches", slow)
    monkeypatch.setattr(attempts, "begin", lambda *_: 0)  # each from an address of its own
    threads = [Thread(target=lambda n=n: try_in(browser, f"name{n}")) for n in range(45)]
    for thread in threads:
        thread.start()
    compared = int(begun.acquire(timeout=10))
    try:
        while begun.acquire(timeout=0.5):
            compared += 1
        assert compared == passwords.AT_ONCE  # the others wait without a thread
        assert browser.get("/health").status_code == 200
    finally:
        go.set()
        for thread in threads:
            thread.join()


def test_an_unknown_name_a_disabled_user_and_a_wrong_password_are_answered_alike(
    bench: Bench, browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with city_of(browser).writing() as connection:
        users.disable(connection, number_of(browser, "operator"), bench.now)
    compared: list[bool] = []
    plain = passwords.matches
    monkeypatch.setattr(passwords, "matches", lambda kept, given: compared.append(True) or plain(kept, given))
    answers = [
        try_in(browser, "nosuch"), try_in(browser, "operator"), try_in(browser, "viewer", "wrong password"),
        try_in(browser, "x\0y"), try_in(browser, "n" * 9000),
    ]  # fmt: skip
    pages = {re.sub(r'value="[0-9a-f]{128}"|content="[0-9a-f]{128}"', "", one.text) for one in answers}
    assert len(pages) == 1 and {one.status_code for one in answers} == {401}
    assert len(compared) == len(answers)  # so each took as long


def test_a_form_that_is_too_long_is_refused(browser: Client) -> None:
    assert try_in(browser, password="p" * 30_000).status_code == 413


def test_waits_and_logins_are_in_the_audit_and_passwords_are_not(bench: Bench, browser: Client) -> None:
    for _ in range(5):
        try_in(browser, password="wrong password")
    bench.now += 3600
    try_in(browser)
    with city_of(browser).reading() as connection:
        rows = connection.execute(sa.select(audit.c.who, audit.c.what, audit.c.detail).order_by(audit.c.id)).all()
    assert [(who, what) for who, what, _detail in rows] == [("viewer", "loginWaits"), ("viewer", "loggedIn")]
    assert "password" not in str(rows)


# -- the session


def test_a_login_gives_a_new_cookie_and_ends_the_one_that_was_there(bench: Bench, browser: Client) -> None:
    browser.cookies.set(sessions.COOKIE, "A" * 43, HOST)  # by an attacker, who knows it
    try_in(browser)
    first = browser.cookies[sessions.COOKIE]
    assert first != "A" * 43 and len(first) == 43
    try_in(browser)
    assert browser.cookies[sessions.COOKIE] != first
    browser.cookies.clear()
    browser.cookies[sessions.COOKIE] = first
    assert browser.get("/account", follow_redirects=False).status_code == 302


def test_a_session_ends_after_an_idle_hour_and_after_a_shift(bench: Bench, browser: Client) -> None:
    try_in(browser)
    for _ in range(12):
        bench.now += 3540
        assert browser.get("/account", follow_redirects=False).status_code == 200
    bench.now += 800
    assert browser.get("/account", follow_redirects=False).status_code == 302  # 12 h
    try_in(browser)
    bench.now += 3600
    assert browser.get("/account", follow_redirects=False).status_code == 302


def test_use_is_written_at_most_once_a_minute(bench: Bench, browser: Client) -> None:
    try_in(browser)
    seen = sa.select(session.c.seen_at)
    written = []
    for _ in range(4):
        bench.now += 25
        browser.get("/account")
        with city_of(browser).reading() as connection:
            written.append(connection.execute(seen).scalar_one() - bench.now)
    assert written == [-25, -50, 0, -25]


def test_logging_out_ends_the_session_and_not_only_the_cookie(browser: Client) -> None:
    try_in(browser)
    cookie = browser.cookies[sessions.COOKIE]
    browser.post("/logout")
    browser.cookies.clear()
    browser.cookies[sessions.COOKIE] = cookie
    assert browser.get("/account", follow_redirects=False).status_code == 302


@pytest.mark.parametrize("change", ["disable", "role", "password", "codes"])
def test_who_loses_what_he_had_is_out_at_once(bench: Bench, browser: Client, change: str) -> None:
    try_in(browser)
    number = number_of(browser, "viewer")
    with city_of(browser).writing() as connection:
        if change == "disable":
            users.disable(connection, number, bench.now)
        elif change == "role":
            users.set_role(connection, number, "operator")
        elif change == "password":
            users.set_password(connection, number, "another long password", given=True)
        else:
            users.set_codes(connection, number, "")
    assert browser.get("/account", follow_redirects=False).status_code == 302


def test_the_cookie_is_out_of_reach_of_scripts_neighbours_and_plain_http(bench: Bench) -> None:
    app = bench.app(replace(bench.settings, secure=True))
    with TestClient(whole(app), base_url=f"https://{HOST}") as client:
        client.headers["accept"] = "text/html"
        client.get("/login")
        form = client.cookies["__Host-diya_form"]
        told = try_in(client, _csrf_token=form).headers["set-cookie"]
    assert told.startswith("__Host-diya_session=")
    parts = {part.strip().lower() for part in told.split(";")}
    assert {"httponly", "secure", "samesite=lax", "path=/"} <= parts
    assert not any(part.startswith("domain") for part in parts)


def test_a_login_leads_to_a_path_of_this_console_alone(browser: Client) -> None:
    for next, to in (
        ("/alarms?crew=2", "/alarms?crew=2"), ("//evil.example", "/"), ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"), ("/\n/evil.example", "/"), ("https://evil.example", "/"), ("\\\\evil", "/"),
        ("javascript:alert(1)", "/"), ("", "/"), ("evil", "/"), ("/%09/evil.example", "/%09/evil.example"),
        ("/\x00/evil", "/"), (" //evil.example", "/"), ("/./\\evil", "/"),
    ):  # fmt: skip
        assert try_in(browser, next=next).headers["location"] == to, next
        sent = browser.post("/preferences", data={"lang": "en", "back": next}, follow_redirects=False)
        assert sent.headers["location"] == to, next


def test_a_cookie_of_the_forms_that_is_not_ours_does_not_lock_a_browser_out(bench: Bench) -> None:
    with TestClient(whole(bench.app()), base_url=f"http://{HOST}") as client:
        for strange in ("0" * 128, "x", "é", '"'):
            client.cookies.clear()
            sent = f"{cookies.FORM}={strange}; diya_lang=hi".encode()
            page = client.get("/login", headers={b"accept": b"text/html", b"cookie": sent})
            assert 'lang="hi"' in page.text
            made = page.cookies[cookies.FORM]
            answer = try_in(client, _csrf_token=made)
            assert answer.status_code == 303, strange


@pytest.mark.parametrize(
    ("proxied", "said", "address"),
    [
        (True, "203.0.113.5, 192.0.2.44", "192.0.2.44"), (True, "nonsense, 1.2.3", "testclient"),
        (True, "", "testclient"), (False, "192.0.2.44", "testclient"), (True, "2001:db8::1", "2001:db8::1"),
    ],
)  # fmt: skip
def test_only_what_the_proxy_itself_saw_is_taken_for_the_address(
    bench: Bench, proxied: bool, said: str, address: str
) -> None:
    app = bench.app(replace(bench.settings, proxied=proxied))
    with TestClient(whole(app), base_url=f"http://{HOST}") as client:
        client.get("/login")
        form = client.cookies[cookies.FORM]
        client.headers["x-forwarded-for"] = said
        assert try_in(client, _csrf_token=form).status_code == 303
        with app.state.city.reading() as connection:
            assert connection.execute(sa.select(session.c.address)).scalar_one() == address


# -- the first password


def test_who_was_given_his_password_can_only_choose_his_own(bench: Bench, browser: Client) -> None:
    with city_of(browser).writing() as connection:
        users.add(connection, "ravi", "operator", "given-once-only", bench.now)
    try_in(browser, "ravi", "given-once-only")
    for path in ("/", "/alarms", "/account", "/account/codes"):
        assert browser.get(path, follow_redirects=False).headers["location"] == "/account/password", path
    assert browser.get("/api/poles", headers={"accept": "application/json"}).status_code == 403
    before = browser.cookies[sessions.COOKIE]

    def choose(new: str, again: str = "", old: str = "given-once-only") -> Any:
        form = {"old": old, "new": new, "again": again or new}
        return browser.post("/account/password", data=form, follow_redirects=False)

    for weak, why in (
        ("short", "has 5 characters"), ("ravi-ravi1", "your name"), ("Sagar-2026", "site&#39;s name"),
        ("password123", "tried first"), ("aaaaaaaaaaaa", "tried first"), ("given-once-only", "Choose another"),
    ):  # fmt: skip
        answer = choose(weak)
        assert (answer.status_code, why in answer.text) == (422, True), (weak, answer.text)
    assert "not the same" in choose("चार अलग शब्द यहाँ", "something else").text
    assert choose("चार अलग शब्द यहाँ", old="not the given").status_code == 401
    assert choose("चार अलग शब्द यहाँ").headers["location"] == "/account"
    assert browser.cookies[sessions.COOKIE] != before
    assert browser.get("/alarms", follow_redirects=False).status_code == 200
    browser.post("/logout")
    assert try_in(browser, "ravi", "given-once-only").status_code == 401
    assert try_in(browser, "ravi", "चार अलग शब्द यहाँ").status_code == 303


# -- codes of the phone


def test_a_code_is_asked_for_and_counts_once(bench: Bench, browser: Client) -> None:
    asked = try_in(browser, "admin", next="/desk")
    assert asked.status_code == 200 and "six digits" in asked.text
    half = browser.cookies[sessions.COOKIE]
    assert browser.get("/desk", follow_redirects=False).headers["location"] == "/login?next=/desk"
    sent = browser.post("/login/code", data={"code": code_of(bench), "next": "/desk"}, follow_redirects=False)
    assert (sent.status_code, sent.headers["location"]) == (303, "/desk")
    assert browser.cookies[sessions.COOKIE] != half
    assert browser.get("/desk").status_code == 200
    try_in(browser, "admin")
    for steps in (0, -1):  # the same code, and one before it, which is still of this time
        again = browser.post("/login/code", data={"code": code_of(bench, steps)}, follow_redirects=False)
        assert again.status_code == 401
    assert browser.get("/desk", follow_redirects=False).status_code == 302
    bench.now += 30
    assert browser.post("/login/code", data={"code": code_of(bench)}, follow_redirects=False).status_code == 303


def test_codes_are_not_guessed_also_with_the_password_given_anew_and_from_elsewhere(
    bench: Bench, browser: Client
) -> None:
    wrong = "000000" if code_of(bench) != "000000" else "111111"
    for _ in range(5):
        try_in(browser, "admin")
        assert browser.post("/login/code", data={"code": wrong}).status_code == 401
    try_in(browser, "admin")
    waits = browser.post("/login/code", data={"code": code_of(bench)}, follow_redirects=False)
    assert (waits.status_code, waits.headers["retry-after"]) == (429, "60")
    bench.now += 61
    try_in(browser, "admin")
    assert browser.post("/login/code", data={"code": code_of(bench)}, follow_redirects=False).status_code == 303


def test_the_code_has_to_come_within_five_minutes_and_after_a_password(bench: Bench, browser: Client) -> None:
    answer = browser.post("/login/code", data={"code": code_of(bench)})
    assert answer.status_code == 401 and "Log in again" in answer.text
    try_in(browser, "admin")
    bench.now += 301
    assert browser.post("/login/code", data={"code": code_of(bench)}).status_code == 401


def test_an_engineer_without_codes_can_only_set_them_up(bench: Bench, browser: Client) -> None:
    with city_of(browser).writing() as connection:
        users.set_codes(connection, number_of(browser, "engineer"), "")
    try_in(browser, "engineer")
    for path in ("/", "/desk", "/account"):
        assert browser.get(path, follow_redirects=False).headers["location"] == "/account/codes", path
    assert browser.get("/api/poles", headers={"accept": "application/json"}).status_code == 403
    page = browser.get("/account/codes")
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page.text)
    assert secret is not None
    plain = secret[1].replace(" ", "")
    picture = browser.get("/account/codes.svg")
    assert picture.headers["content-type"].startswith("image/svg+xml") and picture.text.startswith("<svg")
    assert browser.post("/account/codes", data={"code": "12"}).status_code == 422
    good = {"code": code_of(bench, secret=plain)}
    assert browser.post("/account/codes", data=good, follow_redirects=False).headers["location"] == "/account"
    assert browser.get("/desk").status_code == 200
    browser.post("/logout")
    try_in(browser, "engineer")
    assert browser.post("/login/code", data=good).status_code == 401  # it counted at the set-up
    bench.now += 30
    good = {"code": code_of(bench, secret=plain)}
    assert browser.post("/login/code", data=good, follow_redirects=False).status_code == 303


def test_another_phone_takes_the_place_of_one_only_by_a_code_of_that(bench: Bench) -> None:
    with bench.client("admin") as browser:
        secret = re.search(r'class="secret">([A-Z2-7 ]+)<', browser.get("/account/codes").text)
        assert secret is not None
        new = code_of(bench, secret=secret[1].replace(" ", ""))
        assert browser.post("/account/codes", data={"code": new}).status_code == 422
        assert browser.post("/account/codes", data={"code": new, "old": new}).status_code == 422
        both = {"code": new, "old": code_of(bench)}
        assert browser.post("/account/codes", data=both, follow_redirects=False).status_code == 303


def test_two_consoles_that_start_at_once_make_one_admin(new_store: Path | str) -> None:
    settings = Settings(str(new_store), str(SAGAR), (HOST,))
    made: list[str] = []
    threads = [Thread(target=lambda: made.append(first_user(settings))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    given = [one for one in made if one]
    assert len(made) == 3 and len(given) == 1
    city = City(settings)
    with city.reading() as connection:
        row = users.named(connection, "admin")
    city.close()
    assert row is not None and row["must_change"] and passwords.matches(row["password"], given[0])
