"""Photos of crews."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "photo",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("work_order", _KEY, nullable=False),
        sa.Column("pole", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["work_order"], ["work_order.id"], name=op.f("photo_work_order_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("photo_pkey")),
        sa.UniqueConstraint("work_order", "pole", "digest", name=op.f("photo_work_order_pole_digest_key")),
    )
    op.create_index(op.f("photo_at"), "photo", ["at"], unique=False)
