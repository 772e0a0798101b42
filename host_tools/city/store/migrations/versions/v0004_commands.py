"""Commands, their deliveries, and the audit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "command",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("zone", sa.Text(), server_default="", nullable=False),
        sa.Column("state", sa.Text(), server_default="written", nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("ref_address", sa.Text(), server_default="", nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=True),
        sa.Column("expiration", sa.BigInteger(), nullable=False),
        sa.Column("ramp_s", sa.SmallInteger(), nullable=True),
        sa.Column("second", sa.Text(), server_default="", nullable=False),
        sa.Column("code", sa.Text(), server_default="", nullable=False),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("seal", sa.Text(), server_default="", nullable=False),
        sa.Column("rev", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("command_pkey")),
    )
    op.create_index(op.f("command_rev"), "command", ["rev"], unique=False)
    op.create_index(
        "command_undecided",
        "command",
        ["id"],
        unique=False,
        sqlite_where=sa.text("state = 'written'"),
        postgresql_where=sa.text("state = 'written'"),
    )
    op.create_table(
        "audit",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("zone", sa.Text(), server_default="", nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("command", sa.BigInteger(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("audit_pkey")),
        sa.UniqueConstraint("zone", "number", name=op.f("audit_zone_number_key")),
    )
    op.create_index(
        "audit_unchained",
        "audit",
        ["id"],
        unique=False,
        sqlite_where=sa.text("number IS NULL"),
        postgresql_where=sa.text("number IS NULL"),
    )
    op.create_table(
        "delivery",
        sa.Column("command", _KEY, nullable=False),
        sa.Column("pole", _KEY, nullable=False),
        sa.Column("state", sa.Text(), server_default="waiting", nullable=False),
        sa.Column("key_name", sa.Text(), server_default="", nullable=False),
        sa.Column("sender", sa.Text(), server_default="", nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=True),
        sa.Column("to_many", sa.Text(), server_default="", nullable=False),
        sa.Column("renewed", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=True),
        sa.Column("times", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.Column("rev", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["command"], ["command.id"], name=op.f("delivery_command_fkey")),
        sa.ForeignKeyConstraint(["pole"], ["pole.id"], name=op.f("delivery_pole_fkey")),
        sa.PrimaryKeyConstraint("command", "pole", name=op.f("delivery_pkey")),
    )
    op.create_index(
        "delivery_open",
        "delivery",
        ["command"],
        unique=False,
        sqlite_where=sa.text("state IN ('waiting', 'sent', 'taken')"),
        postgresql_where=sa.text("state IN ('waiting', 'sent', 'taken')"),
    )
    op.create_index(op.f("delivery_pole"), "delivery", ["pole"], unique=False)
    op.create_index(op.f("delivery_rev"), "delivery", ["rev"], unique=False)
