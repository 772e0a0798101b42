"""Complaints in the store: one is written, found by its number, listed."""

from __future__ import annotations

import json
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from host_tools.city.complaints.lamp import lamps
from host_tools.city.complaints.report import Report
from host_tools.city.complaints.services import SERVICES
from host_tools.city.store.complaint_tables import complaint
from host_tools.city.store.tables import receiver
from host_tools.text import whole

OPEN, CLOSED = "open", "closed"
DISPUTED_S = 7 * 86400  # who complains of the same again so soon contradicts the meter
MOST = 1000
_TRIES = 20


@dataclass(frozen=True)
class Asked:
    """Which complaints: empty is "any".  *since*, *until*: of when they were made, Unix s, both included."""

    codes: Collection[str] = ()
    states: Collection[str] = ()
    since: int | None = None
    until: int | None = None


def take(connection: Connection, report: Report, now: int) -> RowMapping:
    """Writes *report* at *now* (Unix s): the complaint.

    One that a caller's system sends again under the same account number is the one that is there.  One about what is
    complained of already joins that.
    """
    family = {code for code, one in SERVICES.items() if one.family == SERVICES[report.code].family}
    mine = complaint.c.closed_at.is_(None) & (complaint.c.pole == report.pole) & complaint.c.code.in_(family)
    there = connection.execute(sa.select(complaint).where(mine).order_by(complaint.c.id)).mappings().all()
    for one in there:
        if report.account and (one["who"], one["account"], one["code"]) == (report.who, report.account, report.code):
            return one
    first = next((one for one in there if one["joined"] is None), None)
    before = sa.select(complaint.c.id).where(
        complaint.c.pole == report.pole, complaint.c.code == report.code, complaint.c.closed_by == "power",
        complaint.c.closed_at > now - DISPUTED_S,
    )  # fmt: skip
    north, east = report.place or (None, None)
    values: dict[str, Any] = {
        "public": _number(connection), "zone": _zone(connection, report.pole), "pole": report.pole,
        "code": report.code, "text": report.text, "address": report.address, "latitude": north, "longitude": east,
        "media": report.media, "lang": report.lang, "account": report.account,
        "contact": json.dumps(dict(report.contact)) if report.contact else None, "door": report.door,
        "who": report.who, "made_at": now, "joined": first and first["id"],
        "disputed": first is None and connection.execute(before.limit(1)).first() is not None,
    }  # fmt: skip
    written = connection.execute(sa.insert(complaint).returning(complaint.c.id), values).scalar_one()
    return connection.execute(sa.select(complaint).where(complaint.c.id == written)).mappings().one()


def find(connection: Connection, public: str) -> RowMapping | None:
    """The complaint whose number is *public*, as a person may type it."""
    number = "".join(public.split()).replace("-", "")
    if whole(number) is None:
        return None
    return connection.execute(sa.select(complaint).where(complaint.c.public == number)).mappings().first()


def by_numbers(connection: Connection, publics: Collection[str]) -> list[RowMapping]:
    """Those of the complaints called *publics* that there are."""
    wanted = list(dict.fromkeys(number for one in publics if whole(number := one.strip()) is not None))[:MOST]
    chosen = sa.select(complaint).where(complaint.c.public.in_(wanted)).order_by(complaint.c.id)
    return list(connection.execute(chosen).mappings())


def listed(connection: Connection, asked: Asked, most: int = MOST) -> list[RowMapping]:
    """The latest *most* complaints that are *asked* for, the newest first."""
    chosen = sa.select(complaint).order_by(complaint.c.made_at.desc(), complaint.c.id.desc()).limit(most)
    if asked.codes:
        chosen = chosen.where(complaint.c.code.in_(asked.codes))
    if asked.since is not None:
        chosen = chosen.where(complaint.c.made_at >= asked.since)
    if asked.until is not None:
        chosen = chosen.where(complaint.c.made_at <= asked.until)
    if len(set(asked.states)) == 1:
        is_open = OPEN in asked.states
        chosen = chosen.where(complaint.c.closed_at.is_(None) if is_open else complaint.c.closed_at.is_not(None))
    return list(connection.execute(chosen).mappings())


def leaders(connection: Connection, rows: Collection[RowMapping]) -> dict[int, RowMapping]:
    """By its key, the first complaint of each that joined one among *rows*."""
    keys = {row["joined"] for row in rows if row["joined"] is not None}
    found = connection.execute(sa.select(complaint).where(complaint.c.id.in_(keys))).mappings() if keys else ()
    return {row["id"]: row for row in found}


def state(row: RowMapping) -> str:
    """OPEN or CLOSED."""
    return OPEN if row["closed_at"] is None else CLOSED


def _number(connection: Connection) -> str:
    """Eight digits that no other complaint has, drawn by lot: no number follows from another."""
    for _try in range(_TRIES):
        number = str(10_000_000 + secrets.randbelow(90_000_000))
        if connection.execute(sa.select(complaint.c.id).where(complaint.c.public == number)).first() is None:
            return number
    raise RuntimeError("no number of a complaint is free")


def _zone(connection: Connection, pole: str) -> str:
    """The zone whose receiver looks after *pole*; of one that has never reported the first there is."""
    row = lamps(connection, [pole])[pole].row
    if row is not None:
        return str(row["zone"])
    first = sa.select(receiver.c.zone).order_by(receiver.c.zone).limit(1)
    return str(connection.execute(first).scalar() or "")
