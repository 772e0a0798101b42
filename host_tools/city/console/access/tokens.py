"""Tokens of programs: 256 bits, shown once, of which only the digest is kept; and what each is for."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from host_tools.city.store.console_tables import token as tokens
from host_tools.language.language import Spoken
from host_tools.naming import NAME
from host_tools.text import quoted

READ = "read"  # to look: poles, alarms, commands
# the doors of other systems
DOORS = (READ, "traffic", "incidents", "cap", "open311", "election", "ngsi", "talq")
PREFIX = "diya_"  # by which a program that looks for secrets in files finds it
BOUNDS = {  # lowest and highest of each number, and what a form begins with
    "highest": (0, 100, 100), "radius_m": (0, 50_000, 500), "minutes": (1, 1440, 120), "calls": (1, 6000, 60),
    "days": (1, 1100, 365),
}  # fmt: skip
USED_S = 60  # how often its use is written
HIGHEST = 2**63  # of a key in the store
_MOST_ZONES = 200


@dataclass(frozen=True)
class Token:
    """What a program may.  *zones*: names of zones, wards or groups, empty: all.  *highest* percent."""

    id: int
    name: str
    doors: frozenset[str]
    zones: frozenset[str]
    highest: int
    radius_m: int
    minutes: int
    calls: int
    used_at: int


def add(
    connection: Connection, name: str, doors: list[str], zones: list[str], numbers: Mapping[str, int], by: str, now: int
) -> str:  # fmt: skip
    """A new token *name*, made by the user *by*: its text.  *numbers*: as in BOUNDS.  Raises Spoken."""
    if not NAME.fullmatch(name):
        raise Spoken("console_access.name_bad", name=quoted(name, 40))
    if connection.execute(sa.select(tokens.c.id).where(tokens.c.name == name)).first():
        raise Spoken("console_access.token_taken", name=name)
    if not doors or not set(doors) <= set(DOORS):
        raise Spoken("console_access.token_doors", doors=", ".join(DOORS))
    for zone in zones[: _MOST_ZONES + 1]:
        if not NAME.fullmatch(zone) or len(zones) > _MOST_ZONES:
            raise Spoken("console_access.name_bad", name=quoted(zone, 40))
    for field, (low, high, _usual) in BOUNDS.items():
        if not low <= numbers[field] <= high:
            raise Spoken("console_access.number_bad", field=field, value=numbers[field], low=low, high=high)
    text = PREFIX + secrets.token_urlsafe(32)
    values = {field: numbers[field] for field in BOUNDS if field != "days"}
    connection.execute(sa.insert(tokens).values(
        name=name, digest=_digest(text), doors=json.dumps(sorted(set(doors))), zones=json.dumps(sorted(set(zones))),
        made_by=by, made_at=now, ends_at=now + numbers["days"] * 86400, **values,
    ))  # fmt: skip
    return text


def find(connection: Connection, text: str, now: int) -> Token | None:
    """The token *text*; None where there is none that holds at *now* (Unix s of real time)."""
    row = (
        connection.execute(
            sa.select(tokens).where(
                tokens.c.digest == _digest(text), tokens.c.revoked_at.is_(None), tokens.c.ends_at > now
            )
        )
        .mappings()
        .first()
    )
    if row is None:
        return None
    return Token(
        row["id"], row["name"], frozenset(json.loads(row["doors"])), frozenset(json.loads(row["zones"])),
        row["highest"], row["radius_m"], row["minutes"], row["calls"], row["used_at"] or 0,
    )  # fmt: skip


def holds(connection: Connection, number: int, now: int) -> bool:
    """Whether the token of the id *number* still holds at *now*."""
    chosen = sa.select(tokens.c.id).where(tokens.c.id == number, tokens.c.revoked_at.is_(None), tokens.c.ends_at > now)
    return connection.execute(chosen).first() is not None


def used(connection: Connection, number: int, now: int) -> None:
    """It is in use at *now*."""
    connection.execute(sa.update(tokens).where(tokens.c.id == number).values(used_at=now))


def revoke(connection: Connection, number: int, now: int) -> str:
    """It holds no more; its name.  Raises Spoken."""
    chosen = sa.update(tokens).where(tokens.c.id == number, tokens.c.revoked_at.is_(None))
    revoked = chosen.values(revoked_at=now).returning(tokens.c.name)
    name = connection.execute(revoked).scalar() if 0 < number < HIGHEST else None
    if name is None:
        raise Spoken("console_access.no_token")
    return str(name)


def listed(connection: Connection) -> list[dict[str, Any]]:
    """All of them by name, those that hold no more last."""
    rows = connection.execute(sa.select(tokens).order_by(tokens.c.revoked_at.is_not(None), tokens.c.name)).mappings()
    return [_shown(row) for row in rows]


def _shown(row: RowMapping) -> dict[str, Any]:
    kept = {name: value for name, value in row.items() if name != "digest"}
    return {**kept, "doors": json.loads(row["doors"]), "zones": json.loads(row["zones"])}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
