"""What a receiver says of itself in the store, a few times a minute: that it is alive, whom it hears, its clock."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.store import bulk
from host_tools.city.store.tables import receiver

NAME = "status"


@dataclass(frozen=True)
class ReceiverStatus:
    """Of the receiver of *zone*: at *said* (Unix s of real time) it was *now* at the site.

    *factor*: seconds that pass at the site in a real one, other than 1 only where *simulated*.  *broker*: whether it
    is connected to its broker.
    """

    zone: str
    said: float
    now: int
    simulated: bool
    factor: float
    broker: bool


def keep(connection: Connection, status: ReceiverStatus) -> None:
    """Write *status* in place of the former one of its zone."""
    values = asdict(status)
    zone = values.pop("zone")
    bulk.replace(connection, receiver, ("zone", "name"), ("value",), [(zone, NAME, json.dumps(values))])


def statuses(connection: Connection) -> tuple[ReceiverStatus, ...]:
    """The last of each receiver."""
    chosen = sa.select(receiver.c.zone, receiver.c.value).where(receiver.c.name == NAME).order_by(receiver.c.zone)
    return tuple(ReceiverStatus(zone, **json.loads(value)) for zone, value in connection.execute(chosen))
