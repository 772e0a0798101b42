"""A record of a test that need not outlive a power cut."""

from __future__ import annotations

from host_tools.city.record.record import Record


def hurried(record: Record) -> Record:
    """*record*, a file, which no longer waits for the disk."""
    with record._writer.database.engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA synchronous = OFF")  # type: ignore[union-attr]
    return record
