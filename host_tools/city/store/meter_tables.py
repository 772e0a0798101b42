"""The tables of what meters measured: every reading, hours, nights.

Readings and hours are dropped by the table, not row by row.  Their tables (``meter_20261130``, ``hour_202611``) are
made as they are needed (``partitions``): in PostgreSQL partitions of ``meter`` and ``hour``, in SQLite tables of their
own, so there is no ``meter`` in it.  All values are integers, of the same precision as on the wire: ``_dw`` tenths of a
watt, ``_dv`` of a volt, ``_dc`` of a degree Celsius, ``_dh`` of an hour, ``_ma`` milliamperes, ``_pc`` hundredths.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    false,
)
from sqlalchemy.engine import Connection

from host_tools.city.store.metadata import metadata

series = MetaData(naming_convention=metadata.naming_convention)

# the wide columns first: PostgreSQL would put padding between
meter = Table(
    "meter", series,
    Column("pole", Integer, nullable=False), Column("at", BigInteger, nullable=False),
    Column("power_dw", Integer), Column("current_ma", Integer), Column("energy_wh", Integer),
    Column("on_dh", Integer), Column("switch_ons", Integer),
    Column("voltage_dv", SmallInteger), Column("temperature_dc", SmallInteger), Column("factor_pc", SmallInteger),
    Column("life_pc", SmallInteger), Column("level", SmallInteger),  # the level that the pole's state said then
    PrimaryKeyConstraint("pole", "at"),
    postgresql_partition_by="RANGE (at)", sqlite_with_rowid=False,
)  # fmt: skip

# ``n`` readings in the hour that begins at ``hour``; none in one that a gap between two readings goes over
hour = Table(
    "hour", series,
    Column("pole", Integer, nullable=False), Column("hour", BigInteger, nullable=False),
    Column("wh", Integer, nullable=False), Column("power_mean_dw", Integer), Column("power_max_dw", Integer),
    Column("voltage_min_dv", SmallInteger), Column("voltage_max_dv", SmallInteger),
    Column("n", Integer, nullable=False),
    PrimaryKeyConstraint("pole", "hour"),
    postgresql_partition_by="RANGE (hour)", sqlite_with_rowid=False,
)  # fmt: skip

# From noon to noon by the site's clock; ``night`` is the date on which it begins.  Of the minutes that ``should`` be
# lit each is ``lit`` by the meter, ``dark`` by the meter (no power though a level was asked for) or by an event,
# ``unknown`` without either, or ``excluded`` (the feeder had no supply); ``lit_else``: lit though not asked for.
# ``preliminary``: counted in the morning as it stood, and once more when the night is over.
# ``baseline_wh`` is what the lamp without dimming would have taken, ``old_wh`` the one before it.  Where the site's
# files do not have the pole, these five are null, and the other minutes are those of the whole day.
night = Table(
    "night", metadata,
    Column("pole", ForeignKey("pole.id"), nullable=False), Column("night", Date, nullable=False),
    Column("wh", Integer, nullable=False), Column("baseline_wh", Integer),
    Column("lit", SmallInteger, nullable=False), Column("should", SmallInteger),
    Column("dark", SmallInteger, nullable=False), Column("unknown", SmallInteger, nullable=False),
    Column("excluded", SmallInteger), Column("lit_else", SmallInteger), Column("old_wh", Integer),
    Column("preliminary", Boolean, nullable=False, server_default=false()),
    PrimaryKeyConstraint("pole", "night"),
    sqlite_with_rowid=False,
)  # fmt: skip

# hours and nights that are to be worked out: for the first time, or again because a reading came late
hour_due = Table(
    "hour_due", metadata,
    Column("hour", BigInteger, nullable=False), Column("pole", Integer, nullable=False),
    PrimaryKeyConstraint("hour", "pole"),
    sqlite_with_rowid=False,
)  # fmt: skip
night_due = Table(
    "night_due", metadata,
    Column("night", Date, nullable=False), Column("pole", Integer, nullable=False),
    PrimaryKeyConstraint("night", "pole"),
    sqlite_with_rowid=False,
)  # fmt: skip


def create(connection: Connection) -> None:
    """Makes what the tables of readings and hours are parts of, where the database has such a thing."""
    if connection.dialect.name == "postgresql":
        series.create_all(connection)
