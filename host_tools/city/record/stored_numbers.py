"""The numbers of the receiver's messages to poles, kept in its store: see `host_tools.wire.sender_numbers`."""

from __future__ import annotations

import sqlalchemy as sa

from host_tools.city.record.record import Record
from host_tools.city.store import bulk
from host_tools.city.store.tables import sender as table
from host_tools.wire.sender_numbers import AHEAD_MS, following


class StoredNumbers:
    """The last number of each sender, which is in the store before it is given out."""

    def __init__(self, record: Record) -> None:
        self._record = record

    def next(self, sender: str, unix_ms: int, simulated: str = "", many: int = 1) -> int:
        """The first of *many* numbers of *sender*.  Raises RecordError."""
        name = f"{sender} {simulated}" if simulated else sender
        with self._record.transaction() as connection:
            last = connection.execute(sa.select(table.c.last).where(table.c.name == name)).scalar()
            n = following(last or 0, unix_ms, bool(simulated))
            bulk.replace(connection, table, ("name",), ("last",), [(name, n + many - 1)])
        return n

    def learn(self, sender: str, mark: int, unix_ms: int, simulated: str = "") -> None:
        """Take *mark*, for which a pole has refused a number, unless it lies more than a day ahead of *unix_ms*."""
        if 0 < mark <= unix_ms + AHEAD_MS:
            self.next(sender, mark, simulated)
