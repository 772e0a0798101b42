"""The tables of what poles say.

Times are Unix seconds.  A pole is an integer, ``pole.id``; values of its meter are integers in the units that a
column's name ends in: ``_dw`` tenths of a watt, ``_dv`` of a volt, ``_ma`` milliamperes, ``_wh`` watt-hours.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Index,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)  # fmt: skip

from host_tools.city.store.metadata import Key, metadata

# what the whole store is of: version, root, site, time zone and title
about = Table("about", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

# What a receiver remembers of itself, by its zone (empty: the site has none): its name at the broker, its last message.
receiver = Table(
    "receiver", metadata,
    Column("zone", Text, primary_key=True), Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)  # fmt: skip

# The last number of each sender of messages to poles, which only ever rises.
sender = Table(
    "sender", metadata,
    Column("name", Text, primary_key=True), Column("last", BigInteger, nullable=False),
)  # fmt: skip

# One row.  Raised as the last statement of a transaction that readers are to notice: its lock makes the order of the
# revisions that of the commits, so who asks for what is newer than the last he saw misses nothing.
revision = Table(
    "revision", metadata,
    Column("one", SmallInteger, CheckConstraint("one = 1", name="revision_one"), primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
)  # fmt: skip

pole = Table(
    "pole", metadata,
    Column("id", Key, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("zone", Text, nullable=False, server_default=""),
    Column("online", Boolean), Column("seen", BigInteger), Column("failing", Text),
    Column("outlived", Boolean, nullable=False, server_default=text("false")),
    Column("failures", BigInteger, nullable=False, server_default="0"),  # how many events the receiver made of it
    Column("groups", Text, nullable=False, server_default="[]"),
    Column("birth", Text), Column("birth_at", BigInteger),
    Column("state", Text), Column("state_at", BigInteger),
    Column("meter", Text), Column("meter_at", BigInteger),
    # of the newest state and meter, for a map of the city, which reads nothing else
    Column("level", SmallInteger), Column("target", SmallInteger), Column("owner", Text), Column("reason", Text),
    Column("until", BigInteger), Column("clock", Text), Column("power_dw", BigInteger), Column("energy_wh", BigInteger),
    # when its states last went from dark to light, and from light to dark; null: never seen
    Column("switched_on", BigInteger), Column("switched_off", BigInteger),
    Column("malformed", BigInteger, nullable=False, server_default="0"),
    Column("conflicts", BigInteger, nullable=False, server_default="0"),
    Column("rev", BigInteger, nullable=False, server_default="0"),
    Index(None, "rev"),
)  # fmt: skip

event = Table(
    "event", metadata,
    Column("arrival", Key, primary_key=True),
    Column("pole", ForeignKey("pole.id"), nullable=False),
    Column("epoch", Text, nullable=False), Column("sequence", BigInteger, nullable=False),
    Column("event_type", Text, nullable=False), Column("starts", Boolean), Column("timestamp", BigInteger),
    Column("replayed", Boolean, nullable=False), Column("attributes", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False), Column("source", Text, nullable=False),
    Column("rev", BigInteger, nullable=False, server_default="0"),
    UniqueConstraint("pole", "epoch", "sequence"),
    Index("event_time", text("coalesce(timestamp, received_at)")),
    Index("event_undated", "arrival", sqlite_where=text("timestamp IS NULL OR source = 'recorder'"),
          postgresql_where=text("timestamp IS NULL OR source = 'recorder'")),
    Index(None, "rev"),
)  # fmt: skip

journal = Table(
    "journal", metadata,
    Column("id", Key, primary_key=True),  # in the order in which they were first heard of
    Column("pole", ForeignKey("pole.id"), nullable=False), Column("epoch", Text, nullable=False),
    Column("highest", BigInteger, nullable=False),
    Column("closed", Boolean, nullable=False, server_default=text("false")),
    UniqueConstraint("pole", "epoch"),
)  # fmt: skip

gap = Table(
    "gap", metadata,
    Column("journal", ForeignKey("journal.id"), primary_key=True), Column("low", BigInteger, primary_key=True),
    Column("high", BigInteger, nullable=False), Column("asked", BigInteger, nullable=False),
    Column("tries", BigInteger, nullable=False), Column("answered", Boolean, nullable=False),
    Column("due", Float, nullable=False),
)  # fmt: skip

gone = Table(
    "gone", metadata,
    Column("journal", ForeignKey("journal.id"), primary_key=True), Column("low", BigInteger, primary_key=True),
    Column("high", BigInteger, nullable=False), Column("why", Text, nullable=False),
)  # fmt: skip

flashing = Table(
    "flashing", metadata,
    Column("pole", ForeignKey("pole.id"), primary_key=True),
    Column("nonce", Text, nullable=False), Column("version", BigInteger, nullable=False),
)  # fmt: skip

# The configuration that the broker is to retain for a pole, as it was published: a broker that was replaced has none.
configuration = Table(
    "configuration", metadata,
    Column("pole", ForeignKey("pole.id"), primary_key=True),
    Column("n", BigInteger, nullable=False),  # its number, which rises with each
    Column("payload", Text, nullable=False),
)  # fmt: skip
