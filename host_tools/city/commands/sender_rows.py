"""The numbers of the receiver's orders, given out in the transaction that writes what they are for."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from host_tools.city.store import bulk
from host_tools.city.store.tables import sender as table
from host_tools.wire.sender_numbers import AHEAD_MS, following


class SenderNumbers:
    """Numbers of *sender* at *unix_ms*, Unix ms at the site; *simulated* names a simulation, which counts apart."""

    def __init__(self, connection: Connection, sender: str, unix_ms: int, simulated: str = "") -> None:
        self._connection, self._unix_ms, self._simulated = connection, unix_ms, bool(simulated)
        self._name = f"{sender} {simulated}" if simulated else sender

    def next(self, many: int) -> int:
        """The first of *many* numbers, above all before."""
        n = following(self._last(), self._unix_ms, self._simulated)
        self._write(n + many - 1)
        return n

    def learn(self, mark: int) -> None:
        """A pole holds *mark*: later numbers are higher, unless it lies more than a day ahead."""
        if self._last() < mark <= self._unix_ms + AHEAD_MS:
            self._write(mark)

    def _last(self) -> int:
        found = self._connection.execute(sa.select(table.c.last).where(table.c.name == self._name)).scalar()
        return int(found or 0)

    def _write(self, last: int) -> None:
        bulk.replace(self._connection, table, ("name",), ("last",), [(self._name, last)])
