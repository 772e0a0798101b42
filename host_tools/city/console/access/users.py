"""The users in the store: made, changed and disabled.  Who loses what he had is logged out."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from host_tools.city.console.access import passwords
from host_tools.city.console.access.roles import ADMIN, ENGINEER, ROLES, may
from host_tools.city.store.console_tables import session
from host_tools.city.store.console_tables import user as users
from host_tools.language.language import Spoken
from host_tools.naming import NAME
from host_tools.text import quoted

HIGHEST = 2**63  # of a key in the store
PASSWORD_PAGE, CODES_PAGE = "/account/password", "/account/codes"


@dataclass(frozen=True)
class User:
    """Who is logged in.  *codes*: whether his telephone shows codes."""

    id: int
    name: str
    role: str
    must_change: bool = False
    codes: bool = False

    @property
    def must(self) -> str:
        """The page where he has to do something before all else; "" where he has not."""
        if self.must_change:
            return PASSWORD_PAGE
        return CODES_PAGE if may(self.role, ENGINEER) and not self.codes else ""


def add(connection: Connection, name: str, role: str, password: str, now: int, given: bool = True) -> int:
    """A new user; *given*: he must choose another password at his first login.  Raises Spoken."""
    if not NAME.fullmatch(name):
        raise Spoken("console_access.name_bad", name=quoted(name, 40))
    _check_role(role)
    if connection.execute(sa.select(users.c.id).where(sa.func.lower(users.c.name) == name.lower())).first():
        raise Spoken("console_access.name_taken", name=name)
    kept = passwords.hashed(password)
    values = {"name": name, "role": role, "password": kept, "must_change": given, "made_at": now}
    return int(connection.execute(sa.insert(users).values(values).returning(users.c.id)).scalar_one())


def of_directory(connection: Connection, issuer: str, subject: str, name: str, role: str, now: int) -> RowMapping:
    """The user whom the directory *issuer* calls *subject*, made where there is none, with the *role* that it says now.

    He keeps the name that he had first.  Raises Spoken where he is disabled, or another user has his name.
    """
    _check_role(role)
    chosen = sa.select(users).where(users.c.issuer == issuer, users.c.subject == subject)
    row = connection.execute(chosen).mappings().first()
    if row is None:
        if connection.execute(sa.select(users.c.id).where(sa.func.lower(users.c.name) == name.lower())).first():
            raise Spoken("console_access.city_taken", name=name)
        values = {"name": name, "role": role, "password": "", "made_at": now, "issuer": issuer, "subject": subject}
        connection.execute(sa.insert(users).values(values))
    elif row["disabled_at"] is not None:
        raise Spoken("console_access.city_disabled", name=row["name"])
    elif row["role"] != role:
        set_role(connection, row["id"], role)
    return connection.execute(chosen).mappings().one()


def add_first(connection: Connection, password: str, now: int) -> bool:
    """The user `admin` where the store has none at all; whether it was made."""
    if connection.execute(sa.select(users.c.id).limit(1)).first() is not None:
        return False
    add(connection, ADMIN, ADMIN, password, now)
    return True


def named(connection: Connection, name: str) -> RowMapping | None:
    """The user *name*; None where there is none."""
    return connection.execute(sa.select(users).where(users.c.name == name)).mappings().first()


def numbered(connection: Connection, number: int) -> RowMapping:
    """The user of the id *number*.  Raises Spoken."""
    chosen = sa.select(users).where(users.c.id == number)
    row = connection.execute(chosen).mappings().first() if 0 < number < HIGHEST else None
    if row is None:
        raise Spoken("console_access.no_user")
    return row


def listed(connection: Connection) -> list[RowMapping]:
    """All users by name, without secrets; ``used_at``: his last request, None where he is not logged in."""
    last = sa.select(sa.func.max(session.c.seen_at)).where(session.c.user == users.c.id).scalar_subquery()
    columns = (
        users.c.id, users.c.name, users.c.role, users.c.must_change, (users.c.totp != "").label("codes"),
        users.c.made_at, users.c.disabled_at, last.label("used_at"),
    )  # fmt: skip
    return list(connection.execute(sa.select(*columns).order_by(sa.func.lower(users.c.name))).mappings())


def set_role(connection: Connection, number: int, role: str) -> None:
    """Gives him *role* and logs him out.  Raises Spoken where no admin would be left."""
    _check_role(role)
    if role != ADMIN:
        _keep_an_admin(connection, number)
    _change(connection, number, role=role)


def set_password(connection: Connection, number: int, password: str, given: bool) -> None:
    """Gives him *password* and logs him out; *given*: he must choose another at his next login."""
    _change(connection, number, password=passwords.hashed(password), must_change=given)


def disable(connection: Connection, number: int, now: int | None) -> None:
    """He cannot log in from now on, and is logged out; with None he can again.  Raises Spoken."""
    if now is not None:
        _keep_an_admin(connection, number)
    _change(connection, number, disabled_at=now)


def offer_codes(connection: Connection, number: int, secret: str) -> None:
    """*secret* is what his telephone is to learn; it counts once he has given a code of it."""
    connection.execute(sa.update(users).where(users.c.id == number).values(totp_new=secret))


def set_codes(connection: Connection, number: int, secret: str) -> None:
    """From now on he logs in with a code of *secret*; empty: without.  Logs him out."""
    _change(connection, number, totp=secret, totp_new="")


def _change(connection: Connection, number: int, **values: object) -> None:
    connection.execute(sa.update(users).where(users.c.id == number).values(values))
    connection.execute(sa.delete(session).where(session.c.user == number))


def _keep_an_admin(connection: Connection, number: int) -> None:
    admins = sa.select(users.c.id).where(users.c.role == ADMIN, users.c.disabled_at.is_(None))
    chosen = admins if connection.dialect.name == "sqlite" else admins.with_for_update()
    if connection.execute(chosen).scalars().all() == [number]:
        raise Spoken("console_access.last_admin")


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise Spoken("console_access.role_bad", role=quoted(role, 40), roles=", ".join(ROLES))
