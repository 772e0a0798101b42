"""The tables of the console: who may look and order, and who is logged in.

Times are Unix seconds of real time, also where the site's time is a simulation's: a login is a thing of this world.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Table, Text, text

from host_tools.city.store.metadata import Key, metadata

user = Table(
    "user", metadata,
    Column("id", Key, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),  # viewer, operator, engineer, admin
    Column("password", Text, nullable=False),  # its argon2id hash
    Column("must_change", Boolean, nullable=False, server_default=text("false")),  # it was given: he chooses one
    Column("totp", Text, nullable=False, server_default=""),  # secret of his codes (RFC 6238); empty: not set up
    Column("totp_new", Text, nullable=False, server_default=""),  # one that he is setting up
    Column("totp_step", BigInteger, nullable=False, server_default="0"),  # of the last code, which counts once
    Column("made_at", BigInteger, nullable=False),
    Column("disabled_at", BigInteger),
    # who logs in by the city's directory, without a password here
    Column("issuer", Text, nullable=False, server_default=""),
    Column("subject", Text, nullable=False, server_default=""),
    Index("user_of_directory", "issuer", "subject", unique=True, sqlite_where=text("issuer <> ''"),
          postgresql_where=text("issuer <> ''")),
)  # fmt: skip

session = Table(
    "session", metadata,
    Column("digest", Text, primary_key=True),  # SHA-256 of the cookie
    Column("user", ForeignKey("user.id"), nullable=False),
    Column("made_at", BigInteger, nullable=False), Column("seen_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False),
    Column("address", Text, nullable=False, server_default=""),
    Column("agent", Text, nullable=False, server_default=""),
    Column("half", Boolean, nullable=False, server_default=text("false")),  # the code is to come
    Index(None, "user"), Index(None, "ends_at"),
)  # fmt: skip

# Tries to log in, counted (access/attempts.py).  Names and addresses are not kept, only digests of them.
attempt = Table(
    "attempt", metadata,
    Column("what", Text, primary_key=True),
    Column("wrong", BigInteger, nullable=False), Column("at", BigInteger, nullable=False),
    Column("until", BigInteger, nullable=False),  # no other try before
    Column("kept", BigInteger, nullable=False),  # until when the row matters
    Index(None, "kept"),
)  # fmt: skip

# What lets a program in (access/tokens.py), and how far.
token = Table(
    "token", metadata,
    Column("id", Key, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("digest", Text, nullable=False, unique=True),  # SHA-256
    Column("doors", Text, nullable=False),  # JSON: their names; "read" is to look
    Column("zones", Text, nullable=False, server_default="[]"),  # JSON: names of zones, wards or groups; empty: all
    Column("highest", BigInteger, nullable=False), Column("radius_m", BigInteger, nullable=False),
    Column("minutes", BigInteger, nullable=False), Column("calls", BigInteger, nullable=False),  # a minute
    Column("made_by", Text, nullable=False), Column("made_at", BigInteger, nullable=False),
    Column("ends_at", BigInteger, nullable=False), Column("revoked_at", BigInteger), Column("used_at", BigInteger),
)  # fmt: skip

# What the consoles of this store share: the secret of their forms.
console = Table(
    "console", metadata,
    Column("name", Text, primary_key=True), Column("value", Text, nullable=False),
)  # fmt: skip
