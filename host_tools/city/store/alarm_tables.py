"""The tables of alarms: what is wrong, what people did about it, orders for crews, and what is to be sent to whom.

Times are Unix seconds.  In ``alarm`` the receiver writes the columns of evidence, and people (by a console or a verb)
those of their own; neither writes the other's, so neither has to wait for the other.  ``alarms/life.py`` says what the
state of an alarm is by both.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    text,
)  # fmt: skip

from host_tools.city.store.metadata import Key, metadata

work_order = Table(
    "work_order", metadata,
    Column("id", Key, primary_key=True),
    Column("crew", Text, nullable=False),
    Column("made_at", BigInteger, nullable=False), Column("made_by", Text, nullable=False),
    Column("due", BigInteger),
    Column("poles", Text, nullable=False),  # JSON: names in driving order
    Column("parts", Text, nullable=False),  # JSON: [count, part]
    Column("metres", BigInteger, nullable=False),  # from the first pole to the last, as the crow flies
    Column("visited", BigInteger), Column("proof", Text, nullable=False, server_default=""),
    Column("note", Text, nullable=False, server_default=""),
)  # fmt: skip

alarm = Table(
    "alarm", metadata,
    Column("id", Key, primary_key=True),
    Column("zone", Text, nullable=False, server_default=""),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),  # of the pole, feeder or access point; empty: the street
    # -- written by the receiver
    Column("severity", SmallInteger, nullable=False),
    Column("began", BigInteger, nullable=False),
    Column("earlier", Boolean, nullable=False, server_default=text("false")),  # it began before the first message of it
    Column("last_began", BigInteger, nullable=False),  # when it came the last time
    Column("ended", BigInteger), Column("proof", Text, nullable=False, server_default=""),
    Column("times", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False),  # when the city first had it
    Column("poles", Text, nullable=False),  # JSON
    Column("evidence", Text, nullable=False), Column("chatter", Text),  # JSON
    Column("cause", Text, nullable=False), Column("carry", Text, nullable=False),
    Column("swallowed_by", Text, nullable=False, server_default=""),  # KIND/NAME of the alarm that explains it
    Column("merged_into", ForeignKey("alarm.id")),  # it turned out to be a part of that alarm
    # -- written by people
    Column("acknowledged", BigInteger), Column("acknowledged_by", Text),
    Column("assigned", BigInteger), Column("assigned_to", Text),
    Column("mended", BigInteger), Column("mended_by", Text),
    Column("closed", BigInteger), Column("closed_by", Text), Column("close_reason", Text),
    Column("note", Text, nullable=False, server_default=""),
    Column("work_order", ForeignKey("work_order.id")),
    Column("rev", BigInteger, nullable=False, server_default="0"),
    Index("alarm_line", "kind", "name"),
    Index("alarm_going_on", "severity", sqlite_where=text("ended IS NULL"), postgresql_where=text("ended IS NULL")),
    Index(None, "ended"), Index(None, "rev"),
)  # fmt: skip

# What happened to an alarm, in the order in which the city had it.  ``who`` is empty where the receiver found it.
alarm_event = Table(
    "alarm_event", metadata,
    Column("id", Key, primary_key=True),
    Column("alarm", ForeignKey("alarm.id"), nullable=False),
    Column("at", BigInteger, nullable=False), Column("what", Text, nullable=False),
    Column("who", Text, nullable=False, server_default=""), Column("text", Text, nullable=False, server_default=""),
    Index(None, "alarm"),
)  # fmt: skip

# Planned work: alarms of ``scope`` (a pole, feeder, group or access point; empty: all) are not sent from ``begins`` to
# ``ends``.  They are there all the same, and their repair clock runs.
quiet = Table(
    "quiet", metadata,
    Column("id", Key, primary_key=True),
    Column("scope", Text, nullable=False), Column("kind", Text, nullable=False, server_default=""),
    Column("begins", BigInteger, nullable=False), Column("ends", BigInteger, nullable=False),
    Column("who", Text, nullable=False), Column("reason", Text, nullable=False),
    Index(None, "ends"),
)  # fmt: skip

# The outbox of notification.  ``key`` is the same for the same news to the same receiver: it is there once.
notice = Table(
    "notice", metadata,
    Column("id", Key, primary_key=True),
    Column("key", Text, nullable=False),
    Column("alarm", ForeignKey("alarm.id")),  # none: a heartbeat, or of an alert
    Column("rule", Text, nullable=False), Column("channel", Text, nullable=False), Column("what", Text, nullable=False),
    Column("occurrence", BigInteger, nullable=False),  # alarm.last_began that it is about
    Column("due", BigInteger, nullable=False),
    Column("tries", BigInteger, nullable=False, server_default="0"), Column("error", Text),
    Column("sent", BigInteger), Column("dropped", Text),  # why it was not sent
    Column("alert", BigInteger),  # of cap_alert, which forgets the oldest
    Column("page", Text, nullable=False, server_default=""),
    UniqueConstraint("key"),
    Index("notice_waiting", "due", sqlite_where=text("sent IS NULL AND dropped IS NULL"),
          postgresql_where=text("sent IS NULL AND dropped IS NULL")),
)  # fmt: skip
