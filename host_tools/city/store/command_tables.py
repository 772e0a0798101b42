"""The tables of commands: what was ordered, its delivery to each pole, and the audit.

Times are Unix seconds at the site.  Who orders writes ``command`` rows of the state ``written``, their ``delivery``
rows and ``audit`` rows without number; everything else is the receiver's.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, SmallInteger, Table, Text, UniqueConstraint, text

from host_tools.city.store.metadata import Key, metadata

# states of a command
WRITTEN, ASKS, ACCEPTED, REFUSED = "written", "needsSecondPerson", "accepted", "refused"

command = Table(
    "command", metadata,
    Column("id", Key, primary_key=True),
    Column("zone", Text, nullable=False, server_default=""),  # whose receiver brings it to its poles
    Column("state", Text, nullable=False, server_default=WRITTEN),
    Column("written_at", BigInteger, nullable=False),
    Column("who", Text, nullable=False),  # the person's or the program's name
    Column("role", Text, nullable=False),  # names the limits: operator, engineer, or the name of a token
    Column("door", Text, nullable=False),  # by which it came: console, send, cap ...
    Column("scope", Text, nullable=False),  # JSON: for whom, as it was asked
    Column("kind", Text, nullable=False),  # override or cancel
    Column("owner", Text, nullable=False), Column("level", SmallInteger), Column("reason", Text, nullable=False),
    Column("ref", Text, nullable=False), Column("ref_address", Text, nullable=False, server_default=""),
    Column("start", BigInteger), Column("expiration", BigInteger, nullable=False), Column("ramp_s", SmallInteger),
    Column("second", Text, nullable=False, server_default=""),  # the second person's name
    Column("code", Text, nullable=False, server_default=""),  # and code; emptied once the receiver has checked it
    Column("answer", Text, nullable=False, server_default=""),  # why it is refused, or what it waits for
    Column("decided_at", BigInteger),
    Column("seal", Text, nullable=False, server_default=""),  # the receiver's, of an order that it accepted
    Column("rev", BigInteger, nullable=False, server_default="0"),
    Index("command_undecided", "id", sqlite_where=text("state = 'written'"),
          postgresql_where=text("state = 'written'")),
    Index(None, "rev"), Index(None, "ref"),
)  # fmt: skip

delivery = Table(
    "delivery", metadata,
    Column("command", ForeignKey("command.id"), primary_key=True),
    Column("pole", ForeignKey("pole.id"), primary_key=True),
    Column("state", Text, nullable=False, server_default="waiting"),
    # what is fixed before it goes out: a pole keeps a mark for each key and sender, so all three go together
    Column("key_name", Text, nullable=False, server_default=""),
    Column("sender", Text, nullable=False, server_default=""),
    Column("n", BigInteger),
    Column("to_many", Text, nullable=False, server_default=""),  # _all or _group/NAME, of a message that many share
    Column("renewed", SmallInteger, nullable=False, server_default="0"),  # how often it got another n
    Column("sent_at", BigInteger), Column("times", BigInteger, nullable=False, server_default="0"),
    Column("answered_at", BigInteger),
    Column("reason", Text, nullable=False, server_default=""),
    Column("detail", Text, nullable=False, server_default=""),
    Column("nonce", Text, nullable=False, server_default=""),  # of the pole's flashing as it was when it went out
    Column("rev", BigInteger, nullable=False, server_default="0"),
    Index(None, "pole"),
    Index("delivery_open", "command", sqlite_where=text("state IN ('waiting', 'sent', 'taken')"),
          postgresql_where=text("state IN ('waiting', 'sent', 'taken')")),
    Index(None, "rev"),
)  # fmt: skip

# Append-only.  Who does something adds a row; the receiver gives it its number and digest, which chain it to all rows
# before it, under a key that only the receiver has.
audit = Table(
    "audit", metadata,
    Column("id", Key, primary_key=True),
    Column("zone", Text, nullable=False, server_default=""),  # each receiver has a chain of its own
    Column("number", BigInteger),
    Column("at", BigInteger, nullable=False),
    Column("who", Text, nullable=False), Column("door", Text, nullable=False), Column("what", Text, nullable=False),
    Column("command", BigInteger),
    Column("detail", Text, nullable=False),  # JSON
    Column("digest", Text),
    UniqueConstraint("zone", "number"),
    Index("audit_unchained", "id", sqlite_where=text("number IS NULL"), postgresql_where=text("number IS NULL")),
)  # fmt: skip
