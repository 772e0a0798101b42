"""Tries to log in, and how long the next has to wait.

A try is counted as wrong before the password is looked at, and taken back where it was right: so of a thousand at the
same moment not one is free.  Three things are counted:

- name and address together: five are free, then a minute, and twice as long each time, an hour at most.  Who does not
  know the password is stopped; the person with the same name elsewhere is not.
- the address, over all names, so that one password cannot be tried with many: twenty in 15 min.  A right login does not
  clear it, or an attacker with an account of his own would clear it so.
- the name, over all addresses, mildly: after twenty, one try in 30 s.  From an address where this name has logged in
  within 30 days it does not count, so that no one can keep a person out.

Names that no user has are counted in the same way, or the wait would tell which exist.
"""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.store.console_tables import attempt

KNOWN_S = 30 * 86400


@dataclass(frozen=True)
class Rule:
    """The wait is *first_s* from the try *free* on, and doubles up to *longest_s*; forgotten after *forgotten_s*."""

    free: int
    first_s: int
    longest_s: int
    forgotten_s: int

    def wait_s(self, wrong: int) -> int:
        """After so many wrong tries."""
        return 0 if wrong < self.free else min(self.longest_s, self.first_s << min(wrong - self.free, 20))


PAIR = Rule(5, 60, 3600, 86400)
ADDRESS = Rule(20, 60, 900, 900)
NAME = Rule(20, 30, 30, 900)
CODE = Rule(5, 60, 3600, 86400)  # of a user whose password was right


@dataclass(frozen=True)
class Counted:
    """One thing that tries are counted of."""

    what: str
    rule: Rule


def of_login(connection: Connection, name: str, address: str, now: int) -> tuple[Counted, ...]:
    """What a try to log in as *name* from *address* counts for."""
    place = network(address)
    out = [Counted(_digest("pair", name, place), PAIR), Counted(_digest("address", place), ADDRESS)]
    known = sa.select(attempt.c.what).where(attempt.c.what == _digest("known", name, place), attempt.c.kept > now)
    if connection.execute(known).first() is None:
        out.append(Counted(_digest("name", name), NAME))
    return tuple(out)


def of_code(user: int) -> tuple[Counted, ...]:
    """What a code of *user* counts for."""
    return (Counted(_digest("code", str(user)), CODE),)


def of_own(user: int) -> tuple[Counted, ...]:
    """What a try of *user*, who is logged in, to prove himself again counts for."""
    return (Counted(_digest("own", str(user)), CODE),)


def begin(connection: Connection, counted: Iterable[Counted], now: int) -> int:
    """Counts a try of *counted*, or says how many seconds it has to wait and counts nothing.  *now*: Unix s."""
    connection.execute(sa.delete(attempt).where(attempt.c.kept < now))
    rows = {one: _locked(connection, one.what, now) for one in sorted(counted, key=lambda one: one.what)}
    wait = max(until - now for _wrong, until in rows.values())
    if wait > 0:
        return wait
    for one, (wrong, _until) in rows.items():
        until = now + one.rule.wait_s(wrong + 1)
        _write(connection, one, wrong + 1, until if until > now else 0, now)
    return 0


def waits(connection: Connection, counted: Iterable[Counted], now: int) -> bool:
    """Whether the next try of *counted* has to wait."""
    what = [one.what for one in counted]
    return (
        connection.execute(sa.select(attempt).where(attempt.c.what.in_(what), attempt.c.until > now)).first()
        is not None
    )


def give_back(connection: Connection, counted: Iterable[Counted], now: int) -> None:
    """Takes back the one try that `begin` has counted, which was neither right nor wrong."""
    for one in sorted(counted, key=lambda one: one.what):
        wrong, _until = _locked(connection, one.what, now)
        _write(connection, one, max(0, wrong - 1), 0, now)


def was_right(connection: Connection, counted: Iterable[Counted], now: int) -> None:
    """Takes the try back that `begin` has counted; of name and address together, and of codes, all."""
    for one in sorted(counted, key=lambda one: one.what):
        wrong, _until = _locked(connection, one.what, now)
        _write(connection, one, 0 if one.rule in (PAIR, CODE) else max(0, wrong - 1), 0, now)


def known(connection: Connection, name: str, address: str, now: int) -> None:
    """*name* has logged in from *address*."""
    what = _digest("known", name, network(address))
    _locked(connection, what, now)
    row = sa.update(attempt).where(attempt.c.what == what)
    connection.execute(row.values(wrong=0, at=now, until=0, kept=now + KNOWN_S))


def _locked(connection: Connection, what: str, now: int) -> tuple[int, int]:
    """(wrong tries, until when to wait) of *what*, whose row no other transaction can change now."""
    row = connection.execute(
        sa.text(
            "INSERT INTO attempt (what, wrong, at, until, kept) VALUES (:what, 0, :now, 0, :now)"
            " ON CONFLICT (what) DO UPDATE SET what = excluded.what RETURNING wrong, until"
        ),
        {"what": what, "now": now},
    ).one()
    return int(row[0]), int(row[1])


def _write(connection: Connection, one: Counted, wrong: int, until: int, now: int) -> None:
    row = sa.update(attempt).where(attempt.c.what == one.what)
    kept = max(now + one.rule.forgotten_s, until)
    connection.execute(row.values(wrong=wrong, at=now, until=until, kept=kept))


def network(address: str) -> str:
    """*address*; of IPv6 the network of one customer, who has 2^64 addresses."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
