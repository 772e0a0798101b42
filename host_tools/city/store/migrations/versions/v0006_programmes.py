"""Drafts of programmes, and rollouts with what became of them on each pole."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NEW = sa.text("state = 'written' OR asked <> ''")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "programme_draft",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("programme_draft_pkey")),
    )
    op.create_table(
        "rollout",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("zone", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="written", nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("takes_back", sa.BigInteger(), nullable=True),
        sa.Column("second", sa.Text(), server_default="", nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("before", sa.Text(), server_default="", nullable=False),
        sa.Column("darkens", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("filed_at", sa.BigInteger(), nullable=True),
        sa.Column("wave", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("pardoned", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("asked", sa.Text(), server_default="", nullable=False),
        sa.Column("asked_by", sa.Text(), server_default="", nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("seal", sa.Text(), server_default="", nullable=False),
        sa.Column("rev", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("rollout_pkey")),
    )
    op.create_index("rollout_new", "rollout", ["id"], unique=False, sqlite_where=_NEW, postgresql_where=_NEW)
    op.create_table(
        "rollout_pole",
        sa.Column("rollout", _KEY, nullable=False),
        sa.Column("pole", _KEY, nullable=False),
        sa.Column("wave", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("away", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=True),
        sa.Column("digest", sa.Text(), server_default="", nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=True),
        sa.Column("times", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("rev", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["pole"], ["pole.id"], name=op.f("rollout_pole_pole_fkey")),
        sa.ForeignKeyConstraint(["rollout"], ["rollout.id"], name=op.f("rollout_pole_rollout_fkey")),
        sa.PrimaryKeyConstraint("rollout", "pole", name=op.f("rollout_pole_pkey")),
    )
    op.create_index(op.f("rollout_pole_pole"), "rollout_pole", ["pole"], unique=False)
