"""The users in the store and their passwords."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy.engine import Connection

from host_tools.city.console.access.roles import ADMIN, ROLES
from host_tools.city.store.console_tables import user as users
from host_tools.errors import CommandError
from host_tools.naming import NAME
from host_tools.text import quoted

SHORTEST, LONGEST = 10, 200  # characters of a password
_HASHER = PasswordHasher()  # argon2id with the parameters of RFC 9106 for servers


@dataclass(frozen=True)
class User:
    """Who is logged in."""

    id: int
    name: str
    role: str
    must_change: bool = False


def add(connection: Connection, name: str, role: str, password: str, now: int, given: bool = True) -> int:
    """A new user; *given*: he must choose another password at his first login.  Raises CommandError."""
    if not NAME.fullmatch(name) or len(name) > 64:
        raise CommandError(f"the name is {quoted(name, 40)} and must be 1 to 64 letters, digits, - and _")
    if role not in ROLES:
        raise CommandError(f"the role is {quoted(role, 40)} and must be one of {', '.join(ROLES)}")
    if connection.execute(sa.select(users.c.id).where(users.c.name == name)).scalar() is not None:
        raise CommandError(f"the name is {name}, which another user has")
    values = {"name": name, "role": role, "password": hashed(password), "must_change": given, "made_at": now}
    return int(connection.execute(sa.insert(users).values(values).returning(users.c.id)).scalar_one())


def add_first(connection: Connection, password: str, now: int) -> bool:
    """The user `admin` where the store has none at all; whether it was made."""
    if connection.execute(sa.select(users.c.id).limit(1)).first() is not None:
        return False
    add(connection, ADMIN, ADMIN, password, now)
    return True


def hashed(password: str) -> str:
    """What is kept of *password*.  Raises CommandError where it is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise CommandError(f"the password has {len(password)} characters and must have {SHORTEST} to {LONGEST}")
    return _HASHER.hash(password)


def matches(kept: str, password: str) -> bool:
    """Whether *password* is the one that *kept* is of."""
    try:
        return _HASHER.verify(kept, password)
    except VerificationError:
        return False


def one_time_password() -> str:
    """A password of 80 bits that can be typed."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))
