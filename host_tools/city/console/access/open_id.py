"""Log in by the city's directory: OpenID Connect's authorization code flow with PKCE, without anything of the web.

`begin` makes the address that the browser is sent to, and what is to be kept of it; `finish` makes of the address that
it comes back to the claims of the person, after it has asked the directory for the token and verified it: by the
directory's keys, which are asked for each time, so that it may change them; issuer, audience, time and nonce.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from host_tools.city.console.access.directory import Directory, is_secure
from host_tools.language.language import Spoken
from host_tools.text import quoted

# no "none", and no HMAC: a key of the directory that everybody may read must not serve as its secret
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY_S = 120  # by which the directory's clock and ours may differ
MOST_BYTES = 200_000  # of an answer of the directory
TIMEOUT_S = 10.0

# (address, form or None, login or None) -> the JSON object that the directory answers
Ask = Callable[[str, Mapping[str, str] | None, tuple[str, str] | None], dict[str, Any]]


@dataclass(frozen=True)
class Begun:
    """What is kept of a login that went to the directory, until it comes back.  *at*: Unix s."""

    state: str
    nonce: str
    verifier: str
    back: str  # the address that the directory sends the browser to
    next: str
    at: int

    def text(self) -> str:
        return json.dumps(asdict(self))

    @staticmethod
    def read(text: str) -> Begun:
        return Begun(**json.loads(text))


def begin(directory: Directory, ask: Ask, back: str, next: str, now: int) -> tuple[str, Begun]:
    """(the address that the browser is to go to, what is to be kept).  Raises Spoken."""
    from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    begun = Begun(state, nonce, verifier, back, next, now)
    where = _address(_described(directory, ask), "authorization_endpoint")
    address = prepare_grant_uri(
        where, directory.client_id, "code", back, directory.scope, state, nonce=nonce,
        code_challenge=create_s256_code_challenge(verifier), code_challenge_method="S256",
    )  # fmt: skip
    return str(address), begun


def finish(directory: Directory, ask: Ask, begun: Begun, query: str, now: int) -> Mapping[str, Any]:
    """The verified claims of who came back with the *query* of his address.  Raises Spoken."""
    said = dict(parse_qsl(query))
    if "error" in said:
        raise Spoken("console_access.city_refused", why=quoted(said.get("error_description") or said["error"], 120))
    if not said.get("code") or not secrets.compare_digest(said.get("state", "").encode(), begun.state.encode()):
        raise Spoken("console_access.city_again")
    described = _described(directory, ask)
    # RFC 9207: one directory may not answer in the place of another
    if said.get("iss", directory.issuer) != directory.issuer:
        raise Spoken("console_access.city_wrong", what="issuer")
    form = {
        "grant_type": "authorization_code", "code": said["code"], "redirect_uri": begun.back,
        "code_verifier": begun.verifier, "client_id": directory.client_id,
    }  # fmt: skip
    told = ask(_address(described, "token_endpoint"), form, (directory.client_id, directory.client_secret))
    token = told.get("id_token")
    if not isinstance(token, str):
        raise Spoken("console_access.city_wrong", what="id_token")
    return _verified(directory, ask(_address(described, "jwks_uri"), None, None), token, begun.nonce, now)


def _verified(directory: Directory, keys: dict[str, Any], token: str, nonce: str, now: int) -> Mapping[str, Any]:
    from joserfc import jwt
    from joserfc.errors import JoseError
    from joserfc.jwk import KeySet

    rules = jwt.JWTClaimsRegistry(
        now=now, leeway=LEEWAY_S, iss={"essential": True, "value": directory.issuer}, sub={"essential": True},
        aud={"essential": True, "value": directory.client_id}, exp={"essential": True}, iat={"essential": True},
        nonce={"essential": True, "value": nonce},
    )  # fmt: skip
    try:
        found = jwt.decode(token, KeySet.import_key_set({"keys": _signing(keys)}), algorithms=ALGORITHMS)
        rules.validate(found.claims)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Spoken("console_access.city_wrong", what=quoted(str(error) or type(error).__name__, 120)) from error
    # OpenID Connect Core 3.1.3.7: of several audiences, the token must be meant for this one
    if found.claims.get("azp", directory.client_id) != directory.client_id:
        raise Spoken("console_access.city_wrong", what="azp")
    return found.claims


def _signing(keys: dict[str, Any]) -> list[Any]:
    """Of *keys* those that verify a signature: a directory has others beside them, also of kinds not known here."""
    each = keys.get("keys", [])
    return [
        one for one in each
        if isinstance(one, dict) and one.get("kty") in ("RSA", "EC", "OKP") and one.get("use", "sig") == "sig"
    ]  # fmt: skip


def _described(directory: Directory, ask: Ask) -> dict[str, Any]:
    told = ask(f"{directory.issuer.rstrip('/')}/.well-known/openid-configuration", None, None)
    if told.get("issuer") != directory.issuer:
        raise Spoken("console_access.city_wrong", what="issuer")
    return told


def _address(described: dict[str, Any], name: str) -> str:
    found = described.get(name)
    if not isinstance(found, str) or not is_secure(found) or urlsplit(found).username is not None:
        raise Spoken("console_access.city_wrong", what=name)
    return found


def ask(address: str, form: Mapping[str, str] | None = None, login: tuple[str, str] | None = None) -> dict[str, Any]:
    """Asks the directory: goes to no other address, waits TIMEOUT_S, reads MOST_BYTES.  Raises Spoken."""
    import httpx

    headers = {"accept": "application/json"}
    try:
        with httpx.Client(timeout=TIMEOUT_S, headers=headers, auth=login and httpx.BasicAuth(*login)) as client:
            with client.stream("POST" if form else "GET", address, data=form) as answer:
                body = b""
                for part in answer.iter_bytes():
                    body += part
                    if len(body) > MOST_BYTES:
                        raise ValueError("the answer is too long")
            answer.raise_for_status()
            told = json.loads(body)
    except (httpx.HTTPError, ValueError, RecursionError) as error:
        raise Spoken("console_access.city_away", why=quoted(str(error) or type(error).__name__, 120)) from error
    if not isinstance(told, dict):
        raise Spoken("console_access.city_away", why="no JSON object")
    return told
