"""Reads what poles report by events while a rollout goes on: new faults, and that they went back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.rollouts.share import APPLIED, THERE, WAITING
from host_tools.city.store.tables import event, pole
from host_tools.city.updates.control_group import Compared
from host_tools.city.updates.update_share import UpdateShare
from host_tools.wire.event_types import CATALOGUE, COMMUNICATION_FAILURE, LAMP, LINK, NODE, SAFE_MODE, SENSOR
from host_tools.wire.payload import parsed, text

UPDATE_REVERTED = "updateReverted"
# what software may cause, and falls on a pole alone: no supply, no blow to the column
COUNTED = sorted(
    {one.name for one in CATALOGUE.values() if one.ends and one.concerns in (LAMP, SENSOR, NODE, LINK)}
    | {SAFE_MODE, COMMUNICATION_FAILURE}
)


def new_faults(connection: Connection, zone: str, since: int) -> dict[str, list[int]]:
    """{pole of *zone*: when it got a fault that it did not have, Unix s} from *since* on."""
    at = sa.func.coalesce(event.c.timestamp, event.c.received_at)
    told = sa.select(pole.c.name, event.c.pole, event.c.event_type, at.label("at")).join_from(event, pole)
    began = sa.or_(event.c.starts, sa.and_(event.c.starts.is_(None), event.c.event_type == SAFE_MODE))
    chosen = told.where(pole.c.zone == zone, at >= since, began, event.c.event_type.in_(COUNTED))
    out: dict[str, list[int]] = {}
    open_before: dict[tuple[int, str], bool] = {}
    for name, key, kind, when in connection.execute(chosen.order_by(at)).all():
        if (key, kind) not in open_before:
            before = (
                sa.select(event.c.starts).where(event.c.pole == key, event.c.event_type == kind, at < since)
                .order_by(at.desc(), event.c.arrival.desc()).limit(1)
            )  # fmt: skip
            open_before[key, kind] = bool(connection.execute(before).scalar()) and kind != SAFE_MODE
        if not open_before[key, kind]:
            out.setdefault(name, []).append(int(when))
    return out


@dataclass(frozen=True)
class Undone:
    """The event of *at* (Unix s) by which *pole* says that it went back from *version*."""

    pole: str
    version: str
    reason: str
    at: int


def undone(connection: Connection, zone: str, since: int, after: int) -> tuple[list[Undone], int]:
    """The events of poles of *zone* that went back, of *since* or later, which arrived after that of the key *after*;
    and the key of the newest event of all."""
    newest = connection.execute(sa.select(sa.func.max(event.c.arrival))).scalar() or 0
    if newest <= after:
        return [], after
    at = sa.func.coalesce(event.c.timestamp, event.c.received_at)
    told = sa.select(pole.c.name, event.c.attributes, at).join_from(event, pole).where(
        event.c.arrival > after, event.c.event_type == UPDATE_REVERTED, pole.c.zone == zone, at >= since
    )  # fmt: skip
    out = []
    for name, attributes, when in connection.execute(told.order_by(event.c.arrival)):
        said = parsed(str(attributes).encode()) or {}
        out.append(Undone(str(name), text(said.get("from"), 24), text(said.get("reason"), 40), int(when)))
    return out, int(newest)


def compared(
    shares: Iterable[UpdateShare], online: Iterable[str], faults: dict[str, list[int]], since: int
) -> Compared:
    """How many of the poles that run it, and of those *online* that wait, have a new fault since *since*.

    Of a pole that was updated later, those since then: it is never watched for longer than the others.
    """
    up, here = [0, 0], set(online)
    other = [0, 0]
    for one in shares:
        found = faults.get(one.pole, [])
        if one.state in (APPLIED, THERE):
            begins = max(since, one.answered_at or since)
            up[0] += any(at >= begins for at in found)
            up[1] += 1
        elif one.state == WAITING and (found or one.pole in here):
            other[0] += bool(found)
            other[1] += 1
    return Compared(up[0], up[1], other[0], other[1])
