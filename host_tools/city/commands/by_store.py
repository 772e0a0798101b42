"""Orders by the store: written there for its receiver, which brings them to the poles; and what comes of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.commands import order_rows
from host_tools.city.commands.delivery import APPLIED, EXPIRED, IDLE, OPEN, REPLACED
from host_tools.city.commands.exchange import Rejections, rejections_as_json
from host_tools.city.commands.open_store import reading
from host_tools.city.commands.order import Order
from host_tools.city.commands.preview import Now
from host_tools.city.commands.who import Directory
from host_tools.city.store.command_tables import ACCEPTED, ASKS, REFUSED, WRITTEN
from host_tools.city.store.database import Database
from host_tools.city.store.tables import pole
from host_tools.language.refusal import Refusal
from host_tools.site.model import Site

LOOK_S = 0.2  # between two looks for answers
TAKEN_S = 10.0  # within this a receiver that runs has taken an order


@dataclass
class StoreOutcome:
    """What has become of an order: ``refused`` says why the receiver did not take it, ``asks`` what it waits for.

    ``waiting``: no receiver has taken it yet.  ``replaced``: poles for which a newer order took its place.  The others
    are as in a SendOutcome.
    """

    refused: str = ""
    asks: str = ""
    waiting: bool = False
    asked: list[str] = field(default_factory=list)
    applied: list[str] = field(default_factory=list)
    rejected: Rejections = field(default_factory=dict)
    idle: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)
    offline: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    never: list[str] = field(default_factory=list)

    @property
    def counts(self) -> tuple[int, int]:
        """How many poles were asked, and how many of them have not answered."""
        return len(self.asked), len(self.silent)

    @property
    def complete(self) -> bool:
        """Whether every pole that was meant applied it; a cancel must have ended an override on at least one."""
        others = self.rejected or self.silent or self.offline or self.replaced
        return not (others or self.refused or self.asks or self.waiting) and bool(self.applied)

    def as_json(self) -> dict[str, Any]:
        return {
            "applied": sorted(self.applied), "rejected": rejections_as_json(self.rejected),
            "nothingHeld": sorted(self.idle), "noAnswer": self.silent, "offline": self.offline,
            "replaced": self.replaced, "neverReported": self.never, "refused": self.refused or None,
            "needsSecondPerson": self.asks or None, "noReceiver": self.waiting,
        }  # fmt: skip


def directory(connection: Connection, site: Site | None) -> tuple[Directory, set[str]]:
    """The poles that an order may be for, and the names of those that have reported."""
    known = {name: one.groups for name, one in order_rows.known_poles(connection, None).items()}
    if site is None:
        return Directory((), 0, 0, known), set(known)
    return Directory(site.poles, site.latitude, site.longitude, known), set(known)


def present(connection: Connection, names: Iterable[str], site: Site | None) -> list[Now]:
    """The poles *names* as they last said that they are, for a preview."""
    columns = (
        pole.c.name, pole.c.online, pole.c.level, pole.c.target, pole.c.owner, pole.c.reason, pole.c.until,
    )  # fmt: skip
    rows = {row[0]: row for row in connection.execute(sa.select(*columns))}
    lamps = {one.name: site.luminaires.get(one.luminaire) for one in site.poles} if site else {}
    out = []
    for name in names:
        if (found := rows.get(name)) is None:
            out.append(Now(name, luminaire=lamps.get(name)))
        else:
            _, online, level, target, owner, reason, until = found
            online = bool(online) if online is not None else None
            out.append(Now(name, online, level, target, owner or "", reason or "", until, lamps.get(name)))
    return out


def give(database: Database, order: Order, names: Iterable[str], reported: set[str]) -> tuple[list[int], list[str]]:
    """Writes *order* to those of *names* that have *reported*: its ids, and the others.  Raises CommandError."""
    wanted = list(names)
    to = [name for name in wanted if name in reported]
    if not to:
        raise Refusal("commands.none_reported", poles=len(wanted))
    with database.transaction() as connection:
        numbers = order_rows.write(connection, order, to)
    return numbers, [name for name in wanted if name not in reported]


def wait(
    database: Database, numbers: Iterable[int], wait_s: float, progress: Callable[[StoreOutcome], None],
) -> StoreOutcome:  # fmt: skip
    """Waits until every pole that is online has answered the orders *numbers*, *wait_s* at most."""
    began = time.monotonic()
    numbers = list(numbers)
    while True:
        outcome = _outcome(database, numbers)
        progress(outcome)
        gone = time.monotonic() - began
        over = outcome.refused or outcome.asks or (outcome.waiting and gone >= TAKEN_S)
        if over or gone >= wait_s or not (outcome.waiting or outcome.silent):
            return outcome
        time.sleep(min(LOOK_S, max(0.0, wait_s - gone)))


def _outcome(database: Database, numbers: list[int]) -> StoreOutcome:
    out = StoreOutcome()
    with reading(database) as connection:
        for number in numbers:
            row, deliveries = order_rows.answers(connection, number)
            out.waiting |= row["state"] == WRITTEN
            out.refused = out.refused or (row["answer"] if row["state"] == REFUSED else "")
            out.asks = out.asks or (row["answer"] if row["state"] == ASKS else "")
            for one in deliveries if row["state"] == ACCEPTED else ():
                _sort(out, one["name"], one)
    return out


def _sort(out: StoreOutcome, name: str, one: dict[str, Any]) -> None:
    state = one["state"]
    out.asked.append(name)
    if state == APPLIED:
        out.applied.append(name)
    elif state == IDLE:
        out.idle.append(name)
    elif state == REPLACED:
        out.replaced.append(name)
    elif state in OPEN:
        (out.offline if one["online"] is not None and not one["online"] else out.silent).append(name)
    else:
        out.rejected[name] = (one["reason"] or ("expired" if state == EXPIRED else "?"), one["detail"])
