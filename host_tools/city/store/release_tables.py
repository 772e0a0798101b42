"""The tables of releases: the software that is kept here, and the messages by which poles are told to take it.

Who rolls out writes ``release`` and ``release_piece``; no row is trusted: the receiver verifies the signature, and so
does each pole.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, LargeBinary, Table, Text

from host_tools.city.store.metadata import metadata

release = Table(
    "release", metadata,
    Column("serial", BigInteger, primary_key=True, autoincrement=False),  # Unix ms at signing
    Column("version", Text, nullable=False),
    Column("downgrade", Boolean, nullable=False),
    Column("manifests", Text, nullable=False),  # JSON: {board: {"manifest": text, "signature": base64}}
    Column("added_at", BigInteger, nullable=False), Column("added_by", Text, nullable=False),
    Column("public", Text, nullable=False, server_default=""),  # the key that signed it, PEM; "" where it is not known
)  # fmt: skip

# Its content, which the broker is to retain.  ``topic`` stands after root and site.
release_piece = Table(
    "release_piece", metadata,
    Column("serial", ForeignKey("release.serial"), primary_key=True, autoincrement=False),
    Column("topic", Text, primary_key=True),
    Column("payload", LargeBinary, nullable=False),
)  # fmt: skip

# The last message that a pole was sent, as it was published: it goes out again byte for byte.
update_message = Table(
    "update_message", metadata,
    Column("pole", ForeignKey("pole.id"), primary_key=True, autoincrement=False),
    Column("n", BigInteger, nullable=False),
    Column("payload", Text, nullable=False),
)  # fmt: skip
