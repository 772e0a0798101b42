"""The tables of the store, for both engines.

Times are Unix seconds.  A pole is an integer, ``pole.id``; what it measures are integers in the units that a column's
name ends in: ``_dw`` tenths of a watt, ``_dv`` of a volt, ``_ma`` milliamperes, ``_pf`` hundredths of the power factor,
``_wh`` watt-hours, ``_dc`` tenths of a degree Celsius.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger, Boolean, CheckConstraint, Column, Float, ForeignKey, Index, Integer, MetaData, SmallInteger, Table, Text,
    UniqueConstraint, text,
)  # fmt: skip

metadata = MetaData()
_Key = BigInteger().with_variant(Integer, "sqlite")  # SQLite counts a row only in what is called INTEGER

about = Table("about", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

# One row.  Raised as the last statement of a transaction that readers are to notice: its lock makes the order of the
# revisions that of the commits, so who asks for what is newer than the last he saw misses nothing.
revision = Table(
    "revision", metadata,
    Column("one", SmallInteger, CheckConstraint("one = 1"), primary_key=True),
    Column("number", BigInteger, nullable=False),
)  # fmt: skip

pole = Table(
    "pole", metadata,
    Column("id", _Key, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("zone", Text, nullable=False, server_default=""),
    Column("online", Boolean), Column("seen", BigInteger), Column("failing", Text),
    Column("outlived", Boolean, nullable=False, server_default=text("false")),
    Column("groups", Text, nullable=False, server_default="[]"),
    Column("birth", Text), Column("birth_at", BigInteger),
    Column("state", Text), Column("state_at", BigInteger),
    Column("meter", Text), Column("meter_at", BigInteger),
    Column("malformed", Integer, nullable=False, server_default="0"),
    Column("conflicts", Integer, nullable=False, server_default="0"),
    Column("rev", BigInteger, nullable=False, server_default="0"),
    Index("pole_rev", "rev"),
)  # fmt: skip

event = Table(
    "event", metadata,
    Column("arrival", _Key, primary_key=True),
    Column("pole", ForeignKey("pole.id"), nullable=False),
    Column("epoch", Text, nullable=False), Column("sequence", BigInteger, nullable=False),
    Column("event_type", Text, nullable=False), Column("starts", Boolean), Column("timestamp", BigInteger),
    Column("replayed", Boolean, nullable=False), Column("attributes", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False), Column("source", Text, nullable=False),
    Column("rev", BigInteger, nullable=False, server_default="0"),
    UniqueConstraint("pole", "epoch", "sequence"),
    Index("event_time", text("coalesce(timestamp, received_at)")),
    Index("event_rev", "rev"),
)  # fmt: skip

journal = Table(
    "journal", metadata,
    Column("number", _Key, primary_key=True),  # in the order in which they were first heard of
    Column("pole", ForeignKey("pole.id"), nullable=False), Column("epoch", Text, nullable=False),
    Column("highest", BigInteger, nullable=False),
    Column("closed", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("pole", "epoch"),
)  # fmt: skip

gap = Table(
    "gap", metadata,
    Column("journal", ForeignKey("journal.number"), primary_key=True), Column("low", BigInteger, primary_key=True),
    Column("high", BigInteger, nullable=False), Column("asked", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False), Column("answered", Boolean, nullable=False),
    Column("due", Float, nullable=False),
)  # fmt: skip

gone = Table(
    "gone", metadata,
    Column("journal", ForeignKey("journal.number"), primary_key=True), Column("low", BigInteger, primary_key=True),
    Column("high", BigInteger, nullable=False), Column("why", Text, nullable=False),
)  # fmt: skip

flashing = Table(
    "flashing", metadata,
    Column("pole", ForeignKey("pole.id"), primary_key=True),
    Column("nonce", Text, nullable=False), Column("version", BigInteger, nullable=False),
)  # fmt: skip

hour = Table(
    "hour", metadata,
    Column("pole", ForeignKey("pole.id"), primary_key=True), Column("hour", BigInteger, primary_key=True),
    Column("energy_wh", Integer), Column("power_mean_dw", Integer), Column("power_most_dw", Integer),
    Column("voltage_least_dv", Integer), Column("voltage_most_dv", Integer), Column("meters", Integer, nullable=False),
)  # fmt: skip

night = Table(
    "night", metadata,
    Column("pole", ForeignKey("pole.id"), primary_key=True), Column("date", Text, primary_key=True),
    Column("energy_wh", Integer), Column("lit_min", SmallInteger, nullable=False),
    Column("dark_min", SmallInteger, nullable=False), Column("unknown_min", SmallInteger, nullable=False),
)  # fmt: skip

# what a row of a meter holds, in this order: the key, and a column for each value of the wire
METER = (
    "pole", "at", "level", "power_dw", "voltage_dv", "current_ma", "factor_pf", "energy_wh", "temperature_dc",
)  # fmt: skip
