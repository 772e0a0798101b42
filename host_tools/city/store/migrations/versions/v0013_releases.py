"""Releases of the poles' software, rolled out as programmes are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add them, and what a rollout of a release has beyond one of programmes."""
    op.create_table(
        "release",
        sa.Column("serial", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("downgrade", sa.Boolean(), nullable=False),
        sa.Column("manifests", sa.Text(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("serial", name=op.f("release_pkey")),
    )
    op.create_table(
        "release_piece",
        sa.Column("serial", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["serial"], ["release.serial"], name=op.f("release_piece_serial_fkey")),
        sa.PrimaryKeyConstraint("serial", "topic", name=op.f("release_piece_pkey")),
    )
    op.create_table(
        "update_message",
        sa.Column("pole", _KEY, autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["pole"], ["pole.id"], name=op.f("update_message_pole_fkey")),
        sa.PrimaryKeyConstraint("pole", name=op.f("update_message_pkey")),
    )
    op.add_column("rollout", sa.Column("kind", sa.Text(), server_default="programmes", nullable=False))
    op.add_column("rollout", sa.Column("watched_from", sa.BigInteger(), nullable=True))
    op.add_column("rollout", sa.Column("looked_at", sa.BigInteger(), nullable=True))
    op.add_column("rollout", sa.Column("looks", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("rollout_pole", sa.Column("accepted_at", sa.BigInteger(), nullable=True))
    op.add_column("rollout_pole", sa.Column("before", sa.Text(), server_default="", nullable=False))
