"""Sessions in the store: a random cookie, of which only the digest is kept.

A session ends an hour after its last use, and 12 h after the login in any case.  What an open page asks for by itself
(`/live`) is no use: it does not keep a session alive.  But it goes on after that hour, until the 12 h are over: who
watches the city through a quiet night goes on seeing it, and has to log in again to do something.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from host_tools.city.console.access.users import User
from host_tools.city.store.console_tables import session
from host_tools.city.store.console_tables import user as users

COOKIE = "diya_session"
LONGEST_S = 12 * 3600  # a shift
IDLE_S = 3600
HALF_S = 300  # from the right password to the code
SEEN_S = 60  # how often a session in use is written
SHOWN = 16  # digits of the digest by which a session is called


@dataclass(frozen=True)
class Found:
    """A session that holds: whose, and when it was last used (Unix s)."""

    user: User
    seen_at: int


def begin(connection: Connection, user: int, now: int, address: str, agent: str, half: bool = False) -> str:
    """A session of *user*; its cookie.  *now*: Unix s of real time.  *half*: the code is to come."""
    connection.execute(sa.delete(session).where(session.c.ends_at < now))
    cookie = secrets.token_urlsafe(32)
    connection.execute(sa.insert(session).values(
        digest=_digest(cookie), user=user, made_at=now, seen_at=now, ends_at=now + (HALF_S if half else LONGEST_S),
        address=address[:64], agent=agent[:200], half=half,
    ))  # fmt: skip
    return cookie


def find(connection: Connection, cookie: str, now: int, half: bool = False, watches: bool = False) -> Found | None:
    """The session that *cookie* is of; None where it is over, was ended, or never was.  *watches*: idle or not."""
    found = connection.execute(
        sa.select(users.c.id, users.c.name, users.c.role, users.c.must_change, users.c.totp != "", session.c.seen_at)
        .join(session, session.c.user == users.c.id)
        .where(
            session.c.digest == _digest(cookie), session.c.ends_at > now, session.c.half.is_(half),
            session.c.seen_at > now - (LONGEST_S if watches else IDLE_S), users.c.disabled_at.is_(None),
        )
    ).first()  # fmt: skip
    if found is None:
        return None
    return Found(User(int(found[0]), found[1], found[2], bool(found[3]), bool(found[4])), int(found[5]))


def user_of(connection: Connection, cookie: str, now: int, watches: bool = False) -> User | None:
    """Whose session *cookie* is; None as in `find`."""
    found = find(connection, cookie, now, watches=watches)
    return found.user if found else None


def seen(connection: Connection, cookie: str, now: int) -> None:
    """The session is in use at *now*."""
    connection.execute(sa.update(session).where(session.c.digest == _digest(cookie)).values(seen_at=now))


def end(connection: Connection, cookie: str) -> None:
    """Ends the session."""
    connection.execute(sa.delete(session).where(session.c.digest == _digest(cookie)))


def end_others(connection: Connection, user: int, cookie: str) -> None:
    """Ends every session of *user* but that of *cookie*."""
    connection.execute(sa.delete(session).where(session.c.user == user, session.c.digest != _digest(cookie)))


def end_called(connection: Connection, called: str, user: int | None = None) -> str:
    """Ends the session that `listed` calls *called*, of *user* alone where given; whose it was, "" for none."""
    if len(called) != SHOWN or not called.isalnum():
        return ""
    chosen = sa.delete(session).where(session.c.digest.startswith(called))
    if user is not None:
        chosen = chosen.where(session.c.user == user)
    whose = connection.execute(chosen.returning(session.c.user)).scalar()
    return str(connection.execute(sa.select(users.c.name).where(users.c.id == whose)).scalar() or "")


def listed(connection: Connection, now: int, user: int | None = None) -> list[RowMapping]:
    """The sessions that hold, of *user* or of all, the last used first.  ``called`` names one."""
    chosen = (
        sa.select(
            sa.func.substr(session.c.digest, 1, SHOWN).label("called"), users.c.name, users.c.role, session.c.made_at,
            session.c.seen_at, session.c.ends_at, session.c.address, session.c.agent,
        )
        .join(users, users.c.id == session.c.user)
        .where(
            session.c.ends_at > now, session.c.seen_at > now - IDLE_S, session.c.half.is_(False),
            users.c.disabled_at.is_(None),
        )
        .order_by(session.c.seen_at.desc(), session.c.digest)
    )  # fmt: skip
    if user is not None:
        chosen = chosen.where(session.c.user == user)
    return list(connection.execute(chosen).mappings())


def called(cookie: str) -> str:
    """What `listed` calls the session of *cookie*."""
    return _digest(cookie)[:SHOWN]


def _digest(cookie: str) -> str:
    return hashlib.sha256(cookie.encode("utf-8", "replace")).hexdigest()
