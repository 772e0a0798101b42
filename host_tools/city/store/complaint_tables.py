"""The tables of the doors that move no light: complaints, and who is told of changes.

Times are Unix seconds.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Table,
    Text,
    UniqueConstraint,
    text,
)  # fmt: skip

from host_tools.city.store.metadata import Key, metadata

complaint = Table(
    "complaint", metadata,
    Column("id", Key, primary_key=True),
    Column("public", Text, nullable=False),  # the number that the person is given
    Column("zone", Text, nullable=False, server_default=""),
    Column("pole", Text, nullable=False), Column("code", Text, nullable=False),  # complaints/services.py
    # -- as the person said
    Column("text", Text, nullable=False, server_default=""), Column("address", Text, nullable=False, server_default=""),
    Column("latitude", Float), Column("longitude", Float),
    Column("media", Text, nullable=False, server_default=""), Column("lang", Text, nullable=False),
    Column("account", Text, nullable=False, server_default=""),  # the number that the caller's own system gave it
    Column("contact", Text),  # JSON; none after 90 days
    Column("door", Text, nullable=False), Column("who", Text, nullable=False, server_default=""),
    Column("made_at", BigInteger, nullable=False),
    Column("joined", ForeignKey("complaint.id")),  # the first complaint of the same matter
    Column("disputed", Boolean, nullable=False, server_default=text("false")),  # the same was closed by power before
    # -- written by the receiver
    Column("raised_at", BigInteger),  # it raised an alarm
    Column("alarm", ForeignKey("alarm.id")),
    Column("closed_at", BigInteger), Column("closed_by", Text),  # power, event, state, person
    Column("proof", Text),  # JSON: what the lamp showed then
    UniqueConstraint("public"),
    Index(None, "made_at"), Index(None, "pole"),
    Index("complaint_open", "zone", sqlite_where=text("closed_at IS NULL"),
          postgresql_where=text("closed_at IS NULL")),
)  # fmt: skip

# Who is told by NGSI-LD of what changed (doors/ngsi_subscription.py).
subscription = Table(
    "subscription", metadata,
    Column("id", Text, primary_key=True),
    Column("body", Text, nullable=False),  # JSON, as it was sent
    Column("who", Text, nullable=False),  # the token's name
    Column("made_at", BigInteger, nullable=False), Column("ends_at", BigInteger),
    Column("seen", BigInteger, nullable=False),  # the revision up to which it has been told
    Column("sent", BigInteger, nullable=False, server_default="0"),
    Column("failed", BigInteger, nullable=False, server_default="0"),  # in a row
    Column("sent_at", BigInteger), Column("failed_at", BigInteger), Column("error", Text),
    Column("due", BigInteger, nullable=False, server_default="0"),  # no other try before (Unix s of real time)
    Column("lease", BigInteger, nullable=False, server_default="0"),  # another process is sending until then
)  # fmt: skip
