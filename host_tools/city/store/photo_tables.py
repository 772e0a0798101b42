"""The table of photos that a crew took at a pole of its order.  Times are Unix seconds at the site."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, LargeBinary, Table, Text, UniqueConstraint

from host_tools.city.store.metadata import Key, metadata

photo = Table(
    "photo", metadata,
    Column("id", Key, primary_key=True),
    Column("work_order", ForeignKey("work_order.id"), nullable=False),
    Column("pole", Text, nullable=False),
    Column("at", BigInteger, nullable=False), Column("who", Text, nullable=False),
    Column("digest", Text, nullable=False),  # SHA-256 of what the phone sent: the same is kept once
    Column("jpeg", LargeBinary, nullable=False),
    UniqueConstraint("work_order", "pole", "digest"), Index(None, "at"),
)  # fmt: skip
