"""Up to when the receiver of a zone has worked out its hours and nights."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.engine import Connection

HOURS, NIGHTS = "hoursRolledUpTo", "nightsRolledUpTo"  # names in the table ``receiver``
MORNING = "nightCountedUpTo"  # the end of the last night that was counted in its morning, before it was over


def rolled_up_to(connection: Connection, zone: str, what: str) -> int | None:
    """The Unix second up to which *what* is worked out; None before the first time."""
    found = connection.execute(
        text("SELECT value FROM receiver WHERE zone = :zone AND name = :name"), {"zone": zone, "name": what}
    ).scalar_one_or_none()
    return None if found is None else int(found)


def nights_counted_to(connection: Connection, zone: str) -> int | None:
    """The end (Unix s) of the last night of *zone* that is counted, be it as it stood in its morning."""
    done = rolled_up_to(connection, zone, NIGHTS)
    return None if done is None else max(done, rolled_up_to(connection, zone, MORNING) or 0)


def counted_up_to(connection: Connection) -> int | None:
    """The end (Unix s) of the last night that any zone has counted, be it as it stood in its morning."""
    found = connection.execute(
        text("SELECT value FROM receiver WHERE name IN (:nights, :morning)"), {"nights": NIGHTS, "morning": MORNING}
    ).scalars()
    return max(map(int, found), default=None)


def set_rolled_up_to(connection: Connection, zone: str, what: str, to: int) -> None:
    """Remembers that *what* is worked out up to *to*."""
    connection.execute(
        text(
            "INSERT INTO receiver (zone, name, value) VALUES (:zone, :name, :value) "
            "ON CONFLICT (zone, name) DO UPDATE SET value = excluded.value"
        ),
        {"zone": zone, "name": what, "value": str(to)},
    )
