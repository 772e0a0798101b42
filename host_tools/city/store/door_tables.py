"""The tables of the doors: what other systems sent and what it caused, alerts of CAP, and days of elections.

Times are Unix seconds at the site.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, SmallInteger, Table, Text, UniqueConstraint

from host_tools.city.store.metadata import Key, metadata

# What came in by each door, the newest 10,000 of each: doors/messages.py.
door_message = Table(
    "door_message", metadata,
    Column("id", Key, primary_key=True),
    Column("at", BigInteger, nullable=False),
    Column("door", Text, nullable=False),
    Column("who", Text, nullable=False),  # the name of its token, or of the person at the desk
    Column("said", Text, nullable=False),  # in short, as a person reads it
    Column("digest", Text, nullable=False),  # SHA-256 of all of it
    Column("ref", Text, nullable=False, server_default=""),
    Column("outcome", Text, nullable=False),  # one of doors/messages.py
    Column("why", Text, nullable=False, server_default=""),
    Column("commands", Text, nullable=False, server_default="[]"),  # JSON: ids of the orders that it caused
    Column("poles", BigInteger, nullable=False, server_default="0"),
    Column("until", BigInteger),
    Index(None, "door", "id"), Index(None, "ref"),
)  # fmt: skip

# Alerts of disaster management (CAP 1.2), read: doors/cap.py.
cap_alert = Table(
    "cap_alert", metadata,
    Column("id", Key, primary_key=True),
    Column("received_at", BigInteger, nullable=False),
    Column("token", Text, nullable=False),
    Column("sender", Text, nullable=False), Column("identifier", Text, nullable=False),
    Column("sent", BigInteger, nullable=False),
    Column("type", Text, nullable=False),  # Alert, Update, Cancel ...
    Column("refers", Text, nullable=False, server_default=""),  # its `references`
    Column("ref", Text, nullable=False),  # of its orders
    Column("state", Text, nullable=False),  # one of doors/cap.py
    Column("why", Text, nullable=False, server_default=""),
    Column("headline", Text, nullable=False, server_default=""),
    Column("alert", Text, nullable=False),  # JSON: what a person needs to decide
    Column("begins", BigInteger, nullable=False), Column("ends", BigInteger, nullable=False),
    Column("poles", Text, nullable=False, server_default="[]"),  # JSON: those in its areas
    Column("commands", Text, nullable=False, server_default="[]"),
    Column("decided_by", Text, nullable=False, server_default=""), Column("decided_at", BigInteger),
    UniqueConstraint("sender", "identifier", "sent"), Index(None, "state"), Index(None, "ref"),
)  # fmt: skip

# Nights on which the street is not dimmed around a polling station: doors/election.py.
election_night = Table(
    "election_night", metadata,
    Column("id", Key, primary_key=True),
    Column("night", Text, nullable=False),  # its date, of the noon it begins at
    Column("station", Text, nullable=False),
    Column("asked_by", Text, nullable=False), Column("asked_at", BigInteger, nullable=False),
    Column("zones", Text, nullable=False, server_default="[]"),  # JSON: of the token, empty: all
    Column("ended_at", BigInteger),  # taken back
    Column("written_at", BigInteger),  # its order was written
    Column("why", Text, nullable=False, server_default=""),  # why that was not possible
    Column("tries", SmallInteger, nullable=False, server_default="0"),
    UniqueConstraint("night", "station"),
)  # fmt: skip
