"""The city's own directory of people (OpenID Connect), as a TOML file of the machine describes it, and what it allows.

    issuer = "https://login.sagar.example/realms/city"
    client_id = "diya"
    client_secret = "..."
    label = "City login"

    [roles]              # the first that one of a person's groups has, from the bottom: the highest
    viewer = ["staff"]
    engineer = ["street-lights"]

The file is read once, at the start; the web process has it, for it asks the directory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from host_tools.city.console.access.roles import ROLES
from host_tools.errors import DiyaError
from host_tools.language.language import Spoken
from host_tools.naming import NAME
from host_tools.site.toml_reader import Reader
from host_tools.text import quoted

FIELDS = ("issuer", "client_id", "client_secret", "label", "scope", "name_claim", "groups_claim", "roles")
LOOPBACK = ("127.0.0.1", "::1", "localhost")
MOST = 400  # characters of a value
MOST_GROUPS = 100


@dataclass(frozen=True)
class Directory:
    """*roles*: {role: groups}.  *name_claim* and *groups_claim*: which claims of a person's ID token say those."""

    issuer: str
    client_id: str
    client_secret: str
    label: str
    scope: str
    name_claim: str
    groups_claim: str
    roles: Mapping[str, Sequence[str]]

    def person(self, claims: Mapping[str, Any]) -> tuple[str, str, str]:
        """(subject, name, role) of whom *claims*, which were verified, tell.  Raises Spoken where he may not log in."""
        said = str(claims.get(self.name_claim, ""))
        name = said.partition("@")[0]
        if not NAME.fullmatch(name):
            raise Spoken("console_access.city_name", claim=self.name_claim, name=quoted(said, 60))
        groups = claims.get(self.groups_claim, [])
        has = {groups} if isinstance(groups, str) else {one for one in groups if isinstance(one, str)}
        for role in reversed(ROLES):
            if has.intersection(self.roles.get(role, ())):
                return str(claims["sub"]), name, role
        raise Spoken("console_access.city_no_role", name=name)


def read_directory(file: Path) -> Directory:
    """The directory that *file* describes.  Raises DiyaError, a sentence with every mistake."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DiyaError(f"{file} cannot be read: {getattr(error, 'strerror', None) or 'it is not UTF-8'}") from error
    read = Reader(file.name, text)
    if read.problems:
        raise DiyaError("; ".join(map(str, read.problems)))
    read.only((), FIELDS)
    values = {name: _text(read, name) for name in ("issuer", "client_id", "client_secret")}
    for name, usual in (
        ("label", ""), ("scope", "openid profile email"), ("name_claim", "preferred_username"),
        ("groups_claim", "groups"),
    ):  # fmt: skip
        values[name] = _text(read, name, usual)
    if values["issuer"] and not is_secure(values["issuer"]):
        read.wrong(("issuer",), f"is {quoted(values['issuer'], 80)}", "must be an https address")
    if "openid" not in values["scope"].split():
        read.wrong(("scope",), f"is {quoted(values['scope'], 80)}", "must have the word openid")
    roles: dict[str, Sequence[str]] = {}
    for role in read.table(("roles",)):
        if role not in ROLES:
            read.wrong(("roles", role), "is no role", f"must be one of {', '.join(ROLES)}")
            continue
        found = read.items(("roles", role), 1, MOST_GROUPS)
        for at, one in enumerate(found):
            if not isinstance(one, str) or not 1 <= len(one) <= MOST:
                read.wrong(("roles", role, at), f"is {quoted(one, 40)}", f"must be text of 1 to {MOST} characters")
        roles[role] = tuple(one for one in found if isinstance(one, str))
    if read.problems:
        raise DiyaError("; ".join(map(str, read.problems)))
    return Directory(**values, roles=roles)


def check_directory(file: Path) -> None:
    """Raises DiyaError where *file* holds mistakes, or what talks to a directory is not installed."""
    read_directory(file)
    missing = [name for name in ("authlib", "httpx", "joserfc") if find_spec(name) is None]
    if missing:
        raise DiyaError(f"--directory needs {' and '.join(missing)}: install it by pip install 'diya[oidc]'")


def is_secure(address: str) -> bool:
    """Whether *address* is one of https, or of this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))


def _text(read: Reader, name: str, usual: str | None = None) -> str:
    value = read.get((name,))
    if value is None and usual is not None:
        return usual
    if not isinstance(value, str) or not 1 <= len(value) <= MOST:
        said = "is missing" if value is None else f"is {quoted(value, 40)}"
        read.wrong((name,), said, f"must be text of 1 to {MOST} characters")
        return ""
    return value
