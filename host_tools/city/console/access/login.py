"""A login: name and password, then the code where the user has set one up; each try counted before it is looked at."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.engine import Connection, RowMapping

from host_tools.city.console.access import attempts, codes, passwords, sessions, users
from host_tools.city.console.access.noted import note
from host_tools.city.console.city import City


@dataclass(frozen=True)
class Tried:
    """What came of a try.  *wait_s*: it was not looked at; *cookie*: of the session, *half* where the code is to come.

    With none of them it was wrong.
    """

    wait_s: int = 0
    cookie: str = ""
    half: bool = False


def by_password(city: City, name: str, password: str, address: str, agent: str, former: str) -> Tried:
    """A try with *name* and *password*; *former*: the cookie of the browser's session, which ends where it is right.

    Takes as long for a name that no user has, and says nothing else of it.
    """
    now = int(city.wall())
    with city.writing() as connection:
        counted = attempts.of_login(connection, name, address, now)
        wait = attempts.begin(connection, counted, now)
        if wait:
            return Tried(wait)
        row = users.named(connection, name) if len(name) <= 64 and name.isprintable() else None
    kept = (row["password"] or None) if row and row["disabled_at"] is None else None
    # outside of a transaction: it takes long, and the receiver writes too
    if not passwords.matches(kept, password) or row is None:
        with city.writing() as connection:
            if attempts.waits(connection, counted, now) and row:
                note(city, connection, name, "loginWaits", address=address)
        return Tried()
    with city.writing() as connection:
        now_row = users.named(connection, name)
        if now_row is None or now_row["password"] != kept or now_row["disabled_at"] is not None:
            return Tried()  # changed since
        sessions.end(connection, former)
        return _identified(city, connection, row, counted, address, agent, now)


def by_directory(city: City, issuer: str, person: tuple[str, str, str], address: str, agent: str, former: str) -> Tried:
    """Of *person* (subject, name, role), whom the city's directory *issuer* has let in.  Raises Spoken.

    The directory takes the place of the password alone: who has codes gives one.
    """
    now = int(city.wall())
    with city.writing() as connection:
        row = users.of_directory(connection, issuer, *person, now)
        sessions.end(connection, former)
        return _identified(city, connection, row, (), address, agent, now)


def by_code(city: City, half: str, code: str, address: str, agent: str) -> Tried:
    """A try with *code*, after the password was right; *half*: the cookie that said so."""
    now = int(city.wall())
    with city.writing() as connection:
        found = sessions.find(connection, half, now, half=True)
        if found is None:
            return Tried(half=True)
        user = users.numbered(connection, found.user.id)
        counted = attempts.of_code(user["id"])
        wait = attempts.begin(connection, counted, now)
        if wait:
            return Tried(wait)
        step = codes.step_of(user["totp"], code, now)
        if step is None or not codes.use(connection, user["id"], step):
            if attempts.waits(connection, counted, now):
                note(city, connection, user["name"], "loginWaits", address=address)
            return Tried()
        sessions.end(connection, half)
        both = (*counted, *attempts.of_login(connection, user["name"], address, now)[:1])
        return _begun(city, connection, user["name"], user["id"], both, address, agent, now)


def _identified(
    city: City, connection: Connection, row: RowMapping, counted: tuple[attempts.Counted, ...], address: str,
    agent: str, now: int,
) -> Tried:  # fmt: skip
    """Of the user of *row*, who is known now: half a session where a code is still missing, else a whole one."""
    if row["totp"]:
        attempts.give_back(connection, counted, now)  # the whole login is right only with the code
        return Tried(cookie=sessions.begin(connection, row["id"], now, address, agent, half=True), half=True)
    return _begun(city, connection, row["name"], row["id"], counted, address, agent, now)


def _begun(
    city: City, connection: Connection, name: str, user: int, counted: tuple[attempts.Counted, ...], address: str,
    agent: str, now: int,
) -> Tried:  # fmt: skip
    attempts.was_right(connection, counted, now)
    attempts.known(connection, name, address, now)
    note(city, connection, name, "loggedIn", address=address)
    return Tried(cookie=sessions.begin(connection, user, now, address, agent))
