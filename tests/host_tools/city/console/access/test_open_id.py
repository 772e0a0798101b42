"""Login by the city's directory: with an independent provider as a process, and with a directory that lies."""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pyotp
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from host_tools.city.console.access import open_id
from host_tools.city.console.access.directory import Directory, read_directory
from host_tools.cli import run
from host_tools.errors import DiyaError
from host_tools.language.language import Spoken
from host_tools.site.broker_address import free_port
from tests.host_tools.city.console.console_bench import CODES, Bench

ISSUER = "https://login.sagar.example/city"
BACK = "https://lights.sagar.example/login/city/back"
NOW = 1795542000
TEXT = """issuer = "{issuer}"
client_id = "diya"
client_secret = "s3cret"
label = "City login"
[roles]
viewer = ["staff"]
operator = ["iccc"]
engineer = ["street-lights"]
"""
PEOPLE = {
    "a-1": {"preferred_username": "asha", "groups": ["staff", "street-lights", "choir"]},
    "a-2": {"preferred_username": "ravi@sagar.example", "groups": ["staff", "iccc"]},
    "a-3": {"preferred_username": "stranger", "groups": ["water"]},
    "a-4": {"preferred_username": "admin", "groups": ["staff"]},
    "a-5": {"preferred_username": "<script>", "groups": ["staff"]},
    "a-6": {"preferred_username": "viewer", "groups": ["staff"]},
}
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """A provider that lets everybody in as whom he says."""
    port = free_port()
    words = [f"--user-claims={json.dumps({'sub': sub, **claims})}" for sub, claims in PEOPLE.items()]
    command = [
        sys.executable,
        "-W",
        "ignore",
        "-m",
        "oidc_provider_mock",
        f"--port={port}",
        "--require-nonce",
        "true",
        *words,
    ]
    child = subprocess.Popen(command, stderr=subprocess.PIPE)
    issuer = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 30
        while True:
            try:
                httpx.get(f"{issuer}/.well-known/openid-configuration").raise_for_status()
                break
            except httpx.HTTPError:
                assert time.monotonic() < until and child.poll() is None, child.communicate()
                time.sleep(0.05)
        yield issuer
    finally:
        child.kill()
        child.communicate()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "directory.toml"


@pytest.fixture
def client(bench: Bench, provider: str, file: Path) -> Iterator[Any]:
    """A browser at a console that has the directory."""
    file.write_text(TEXT.format(issuer=provider))
    settings = replace(bench.settings, directory=str(file))
    # the provider's tokens are of real time
    with bench.client(None, bench.app(settings, wall=time.time)) as browser:
        yield browser


def log_in(client: Any, sub: str, to: str = "/alarms") -> Any:
    """What the console answers to who comes back from the directory as *sub*."""
    sent = client.get("/login/city", params={"next": to}, follow_redirects=False)
    assert sent.status_code == 303
    there = httpx.post(sent.headers["location"], data={"sub": sub})
    back = urlsplit(there.headers["location"])
    assert back.path == "/login/city/back"
    return client.get(f"{back.path}?{back.query}", follow_redirects=False)


def test_a_person_gets_the_role_of_his_groups_and_goes_on_where_he_was(client: Any) -> None:
    page = client.get("/login?next=/orders").text
    assert 'href="/login/city?next=/orders"' in page and "Log in by City login" in page
    answer = log_in(client, "a-2")
    assert (answer.status_code, answer.headers["location"]) == (303, "/alarms")
    assert "ravi" in client.get("/alarms").text
    assert client.get("/desk", follow_redirects=False).status_code == 403  # he is an operator
    asked = client.get("/login/city", follow_redirects=False).headers["location"]
    query = parse_qs(urlsplit(asked).query)
    assert query["redirect_uri"] == ["http://testserver.local/login/city/back"]
    assert query["code_challenge_method"] == ["S256"] and query["scope"] == ["openid profile email"]


def test_an_engineer_still_needs_a_code_of_his_own(client: Any, bench: Bench) -> None:
    assert log_in(client, "a-1").status_code == 303
    assert client.get("/alarms", follow_redirects=False).headers["location"] == "/account/codes"  # to be set up first
    with bench.city() as city, city.writing() as connection:
        connection.exec_driver_sql(f"UPDATE \"user\" SET totp = '{CODES}' WHERE name = 'asha'")
    again = log_in(client, "a-1")
    assert again.status_code == 200 and 'name="code"' in again.text
    assert (
        client.get("/alarms", follow_redirects=False).headers["location"].startswith("/login?")
    )  # half logged in is not logged in
    code = pyotp.TOTP(CODES).now()
    assert client.post("/login/code", data={"code": code, "next": "/"}, follow_redirects=False).status_code == 303
    assert client.get("/desk").status_code == 200


@pytest.mark.parametrize(("sub", "said"), [
    ("a-3", "stranger is in no group of the directory that has a role here"), ("a-4", "another user admin here"),
    ("a-6", "another user viewer here"), ("a-5", "of which no name"),
])  # fmt: skip
def test_who_may_not_is_told_why_and_is_not_logged_in(client: Any, bench: Bench, sub: str, said: str) -> None:
    answer = log_in(client, sub)
    assert answer.status_code == 422 and said in answer.text and "<script>" not in answer.text
    assert client.get("/alarms", follow_redirects=False).headers["location"].startswith("/login?")
    with bench.city() as city, city.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM \"user\" WHERE issuer <> ''").scalar_one() == 0


def test_who_was_disabled_stays_out_and_a_changed_group_changes_the_role(client: Any, bench: Bench) -> None:
    assert log_in(client, "a-2").status_code == 303
    with bench.city() as city, city.writing() as connection:
        connection.exec_driver_sql("UPDATE \"user\" SET role = 'engineer' WHERE name = 'ravi'")
    assert log_in(client, "a-2").status_code == 303
    with bench.city() as city, city.writing() as connection:
        found = connection.exec_driver_sql("SELECT role, password FROM \"user\" WHERE name = 'ravi'").one()
        assert tuple(found) == ("operator", "")
        connection.exec_driver_sql("UPDATE \"user\" SET disabled_at = 1 WHERE name = 'ravi'")
    assert "may not log in here any more" in log_in(client, "a-2").text
    # and no password opens what has none
    for password in ("", "x", "ravi"):
        tried = client.post("/login", data={"name": "ravi", "password": password}, follow_redirects=False)
        assert tried.status_code in (401, 422, 429)


def test_a_login_of_another_browser_or_of_long_ago_or_twice_is_refused(client: Any, bench: Bench) -> None:
    sent = client.get("/login/city", follow_redirects=False)
    back = urlsplit(httpx.post(sent.headers["location"], data={"sub": "a-2"}).headers["location"])
    kept = dict(client.cookies)
    path = f"{back.path}?{back.query}"
    client.cookies.clear()
    assert "begin it again" in client.get(path).text  # the address alone, in another browser
    client.cookies.update(kept)
    assert "begin it again" in client.get(f"{back.path}?code=x&state=y").text
    body, _, seal = kept["diya_city"].partition(".")
    said = json.loads(base64.urlsafe_b64decode(body))
    forged = base64.urlsafe_b64encode(json.dumps({**said, "next": "//evil.example"}).encode()).decode()
    client.cookies["diya_city"] = f"{forged}.{seal}"
    assert "begin it again" in client.get(path).text
    client.cookies.clear()
    client.cookies.update(kept)
    assert client.get(path, follow_redirects=False).status_code == 303
    client.cookies.clear()
    client.cookies.update(kept)
    assert client.get(path, follow_redirects=False).status_code == 422  # the code of the directory counts once


def test_a_directory_that_is_away_is_said_in_a_sentence(bench: Bench, file: Path) -> None:
    file.write_text(TEXT.format(issuer=f"http://127.0.0.1:{free_port()}"))
    with bench.client(None, bench.app(replace(bench.settings, directory=str(file)), wall=time.time)) as client:
        answer = client.get("/login/city")
        assert answer.status_code == 422 and "the directory cannot be asked" in answer.text
        assert client.get("/login").status_code == 200  # and who has a password here still gets in
    with bench.client(None) as client:
        assert client.get("/login/city").status_code == 404


DESCRIBED = {
    "issuer": ISSUER, "authorization_endpoint": f"{ISSUER}/authorize", "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
}  # fmt: skip
DIRECTORY = Directory(ISSUER, "diya", "s3cret", "", "openid", "preferred_username", "groups", {"viewer": ["staff"]})


class Liar:
    """A directory that answers *token*, with *keys*, *described* so."""

    def __init__(self, token: object = None, keys: object = None, **described: object) -> None:
        self.answers: dict[str, Any] = {
            f"{ISSUER}/.well-known/openid-configuration": {**DESCRIBED, **described},
            f"{ISSUER}/token": {"id_token": token}, f"{ISSUER}/keys": keys,
        }  # fmt: skip

    def __call__(self, address: str, form: Mapping[str, str] | None, login: tuple[str, str] | None) -> dict[str, Any]:
        if form is not None:
            assert login == ("diya", "s3cret") and form["redirect_uri"] == BACK and len(form["code_verifier"]) >= 43
        return dict(self.answers[address])


PUBLIC = {"keys": [KEY.as_dict(private=False), {"kty": "RSA", "use": "enc", "n": "AQAB", "e": "AQAB"}, {"kty": "new"}]}
# the library refuses a public key as a secret: its digits are as good a one for an attacker
KNOWN = OctKey.import_key(str(KEY.as_dict(private=False)["n"]))
OTHER = RSAKey.generate_key(2048, {"kid": "one"})
CLAIMS = {"iss": ISSUER, "aud": "diya", "sub": "a-1", "exp": NOW + 300, "iat": NOW, "preferred_username": "asha"}


def signed(claims: Mapping[str, Any], key: Any = KEY, alg: str = "RS256", **header: str) -> str:
    return jwt.encode({"alg": alg, "kid": "one", **header}, dict(claims), key, algorithms=[alg])


def finished(answers: Liar, query: str = "", **claims: object) -> Mapping[str, Any]:
    begun = open_id.Begun("state", "nonce", "v" * 43, BACK, "/", NOW)
    return open_id.finish(DIRECTORY, answers, begun, query or "code=c&state=state", NOW)


def test_a_token_that_is_right_is_taken() -> None:
    for claims in (
        CLAIMS, {**CLAIMS, "aud": ["other", "diya"], "azp": "diya"}, {**CLAIMS, "exp": NOW - 60, "iat": NOW - 400}
    ):  # fmt: skip
        assert finished(Liar(signed({**claims, "nonce": "nonce"}), PUBLIC))["sub"] == "a-1"


def unsigned(claims: Mapping[str, Any]) -> str:
    parts = [json.dumps(one).encode() for one in ({"alg": "none"}, claims)]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."


RIGHT = {**CLAIMS, "nonce": "nonce"}
LIES = {
    "none": unsigned(RIGHT), "hmac with the public key": signed(RIGHT, KNOWN, "HS256"),
    "another key": signed(RIGHT, OTHER), "an unknown key": signed(RIGHT, OTHER, kid="two"),
    "another curve": signed(RIGHT, ECKey.generate_key("P-256"), "ES256"),
    "another audience": signed({**RIGHT, "aud": "payroll"}), "another issuer": signed({**RIGHT, "iss": ISSUER + "/"}),
    "over": signed({**RIGHT, "exp": NOW - 200}), "from the future": signed({**RIGHT, "iat": NOW + 9999}),
    "another nonce": signed({**RIGHT, "nonce": "other"}), "no nonce": signed(CLAIMS),
    "no subject": signed({name: value for name, value in RIGHT.items() if name != "sub"}),
    "no end": signed({name: value for name, value in RIGHT.items() if name != "exp"}),
    "meant for another": signed({**RIGHT, "aud": ["diya", "other"], "azp": "other"}),
    "cut": signed(RIGHT)[:-8], "no token": "x.y.z", "empty": "", "a number": 7, "none at all": None,
}  # fmt: skip


@pytest.mark.parametrize("name", LIES)
def test_a_token_that_is_not_is_refused_in_a_sentence(name: str) -> None:
    with pytest.raises(Spoken, match="nobody was logged in"):
        finished(Liar(LIES[name], PUBLIC))


@pytest.mark.parametrize(("answers", "query", "said"), [
    (Liar(signed(RIGHT), PUBLIC, issuer="https://evil.example"), "", "issuer"),
    (Liar(signed(RIGHT), PUBLIC, token_endpoint="http://login.sagar.example/token"), "", "token_endpoint"),
    (Liar(signed(RIGHT), PUBLIC, jwks_uri="https://a:b@evil.example/"), "", "jwks_uri"),
    (Liar(signed(RIGHT), PUBLIC, jwks_uri=["x"]), "", "jwks_uri"),
    (Liar(signed(RIGHT), {"keys": "x"}), "", "what it must be"), (Liar(signed(RIGHT), {}), "", "what it must be"),
    (Liar(signed(RIGHT), PUBLIC), "code=c&state=other", "begin it again"),
    (Liar(signed(RIGHT), PUBLIC), "state=state", "begin it again"),
    (Liar(signed(RIGHT), PUBLIC), "error=access_denied&error_description=%3Cb%3Eno&state=state", "has refused"),
    (Liar(signed(RIGHT), PUBLIC), "code=c&state=state&iss=https://evil.example", "issuer"),
])  # fmt: skip
def test_a_directory_that_answers_wrongly_lets_nobody_in(answers: Liar, query: str, said: str) -> None:
    with pytest.raises(Spoken, match=re.escape(said)):
        finished(answers, query)


@pytest.mark.parametrize(("text", "said"), [
    ("issuer = 3\n", "issuer is 3"), (TEXT.format(issuer="http://login.sagar.example"), "must be an https address"),
    (TEXT.format(issuer=ISSUER) + 'king = ["x"]\n', "must be one of viewer, operator, engineer, admin"),
    (TEXT.format(issuer=ISSUER).replace('"staff"', "3"), "roles.viewer[1] is 3"),
    ("[roles]\n", "client_secret is missing"),
    (TEXT.format(issuer=ISSUER).replace("[roles]", 'scope = "email"\n[roles]'), "must have the word openid"),
    ("colour = 1\n", "colour"), ("a = [", "is not TOML"),
])  # fmt: skip
def test_a_file_with_a_mistake_is_refused_with_its_line(
    file: Path, text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(text)
    with pytest.raises(DiyaError, match=re.escape(said)):
        read_directory(file)
    assert run(["console", "--db", str(file.with_name("x.sqlite")), "--directory", str(file)]) == 1
    assert said in capsys.readouterr().err
