"""Subscriptions of NGSI-LD in the store: they outlive the processes that send."""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from host_tools.city.doors.ngsi_form import Refused, stamp
from host_tools.city.doors.ngsi_rows import revision_now
from host_tools.city.doors.ngsi_subscription import ID, Subscription
from host_tools.city.store.complaint_tables import subscription

MOST = 100  # of all tokens together
LEASE_S = 120
FIRST_S, LONGEST_S = 5, 3600  # until a failed notification is tried again: twice as long each time


def add(connection: Connection, one: Subscription, body: Any, who: str, now: int) -> None:
    """Keeps *one*, whose JSON is *body*, for the token called *who*.  Raises Refused."""
    if connection.execute(sa.select(subscription.c.id).where(subscription.c.id == one.id)).first() is not None:
        raise Refused(409, "AlreadyExists", f"there is a subscription {one.id} already")
    if connection.execute(sa.select(sa.func.count()).select_from(subscription)).scalar_one() >= MOST:
        raise Refused(403, "TooManyResults", f"there are {MOST} subscriptions, and there may be no more: delete one")
    kept = {**body, "id": one.id}
    connection.execute(sa.insert(subscription).values(
        id=one.id, body=json.dumps(kept), who=who, made_at=now, ends_at=one.ends_at, seen=revision_now(connection),
    ))  # fmt: skip


def listed(connection: Connection, who: str) -> list[dict[str, Any]]:
    """Those of the token *who*, as they are answered."""
    mine = sa.select(subscription).where(subscription.c.who == who).order_by(subscription.c.made_at, subscription.c.id)
    return [shown(row) for row in connection.execute(mine).mappings()]


def found(connection: Connection, who: str, number: str) -> RowMapping:
    """The one called *number* of the token *who*.  Raises Refused."""
    mine = sa.select(subscription).where(subscription.c.id == number, subscription.c.who == who)
    row = connection.execute(mine).mappings().first() if ID.fullmatch(number) else None
    if row is None:
        raise Refused(404, "ResourceNotFound", "there is no subscription of this id that this token has made")
    return row


def remove(connection: Connection, who: str, number: str) -> None:
    """Ends it.  Raises Refused."""
    found(connection, who, number)
    connection.execute(sa.delete(subscription).where(subscription.c.id == number))


def shown(row: RowMapping) -> dict[str, Any]:
    """A row as it is answered: what was sent, and how its notifications went."""
    out: dict[str, Any] = json.loads(row["body"])
    told = dict(out.get("notification", {}))
    told |= {"timesSent": row["sent"], "status": "failed" if row["failed"] else "ok"}
    for name, column in (("lastSuccess", "sent_at"), ("lastFailure", "failed_at")):
        if row[column] is not None:
            told[name] = stamp(row[column])
    if row["error"]:
        told["lastFailureReason"] = row["error"]
    out["notification"] = told
    out["status"] = "active" if out.get("isActive", True) else "paused"
    return out


def due(connection: Connection, wall: int) -> list[RowMapping]:
    """Those that may be sent at *wall* (Unix s of real time) by this process: none of another's."""
    free = (subscription.c.due <= wall) & (subscription.c.lease <= wall)
    return list(connection.execute(sa.select(subscription).where(free).order_by(subscription.c.id)).mappings())


def lease(connection: Connection, number: str, wall: int) -> bool:
    """Whether this process alone sends it now."""
    mine = sa.update(subscription).where(subscription.c.id == number, subscription.c.lease <= wall)
    return connection.execute(mine.values(lease=wall + LEASE_S)).rowcount == 1


def skipped(connection: Connection, number: str, seen: int) -> None:
    """Nothing of it changed up to the revision *seen*."""
    connection.execute(sa.update(subscription).where(subscription.c.id == number).values(seen=seen, lease=0))


def sent(connection: Connection, number: str, seen: int, now: int, wall: int, throttle_s: int) -> None:
    """It was told of what changed up to the revision *seen*, at *now* (Unix s at the site)."""
    values = {"seen": seen, "sent": subscription.c.sent + 1, "failed": 0, "sent_at": now, "error": None,
              "due": wall + throttle_s, "lease": 0}  # fmt: skip
    connection.execute(sa.update(subscription).where(subscription.c.id == number).values(values))


def failed(connection: Connection, row: RowMapping, why: str, now: int, wall: int) -> None:
    """It was not told: the same is tried again later."""
    wait = min(LONGEST_S, FIRST_S << min(row["failed"], 20))
    values = {"failed": row["failed"] + 1, "failed_at": now, "error": why[:200], "due": wall + wait, "lease": 0}
    connection.execute(sa.update(subscription).where(subscription.c.id == row["id"]).values(values))


def over(connection: Connection, now: int) -> None:
    """Deletes those whose end has come at *now* (Unix s at the site)."""
    connection.execute(sa.delete(subscription).where(subscription.c.ends_at <= now))
