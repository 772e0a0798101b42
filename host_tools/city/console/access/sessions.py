"""Sessions in the store: a random cookie, of which only the digest is kept."""

from __future__ import annotations

import hashlib
import secrets

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.console.access.users import User
from host_tools.city.store.console_tables import session
from host_tools.city.store.console_tables import user as users

COOKIE = "diya_session"
LONGEST_S = 12 * 3600  # a shift
IDLE_S = 3600


def begin(connection: Connection, user: int, now: int, address: str, agent: str) -> str:
    """A session of *user*; its cookie.  *now*: Unix s of real time."""
    cookie = secrets.token_urlsafe(32)
    connection.execute(sa.insert(session).values(
        digest=_digest(cookie), user=user, made_at=now, seen_at=now, ends_at=now + LONGEST_S, address=address[:64],
        agent=agent[:200],
    ))  # fmt: skip
    return cookie


def user_of(connection: Connection, cookie: str, now: int) -> User | None:
    """Whose session *cookie* is; None where it is over, was ended, or never was."""
    found = connection.execute(
        sa.select(users.c.id, users.c.name, users.c.role, users.c.must_change)
        .join(session, session.c.user == users.c.id)
        .where(
            session.c.digest == _digest(cookie), session.c.ends_at > now, session.c.seen_at > now - IDLE_S,
            users.c.disabled_at.is_(None),
        )
    ).first()  # fmt: skip
    return User(*found) if found else None


def seen(connection: Connection, cookie: str, now: int) -> None:
    """The session is in use at *now*."""
    connection.execute(sa.update(session).where(session.c.digest == _digest(cookie)).values(seen_at=now))


def end(connection: Connection, cookie: str) -> None:
    """Ends the session."""
    connection.execute(sa.delete(session).where(session.c.digest == _digest(cookie)))


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()
