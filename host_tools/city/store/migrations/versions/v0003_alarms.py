"""Alarms, work orders and notices."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "work_order",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("crew", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=True),
        sa.Column("poles", sa.Text(), nullable=False),
        sa.Column("parts", sa.Text(), nullable=False),
        sa.Column("metres", sa.BigInteger(), nullable=False),
        sa.Column("visited", sa.BigInteger(), nullable=True),
        sa.Column("proof", sa.Text(), server_default="", nullable=False),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("work_order_pkey")),
    )
    op.create_table(
        "quiet",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="", nullable=False),
        sa.Column("begins", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("quiet_pkey")),
    )
    op.create_index(op.f("quiet_ends"), "quiet", ["ends"], unique=False)
    op.create_table(
        "alarm",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("zone", sa.Text(), server_default="", nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=False),
        sa.Column("began", sa.BigInteger(), nullable=False),
        sa.Column("earlier", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("last_began", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=True),
        sa.Column("proof", sa.Text(), server_default="", nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("poles", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("chatter", sa.Text(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("carry", sa.Text(), nullable=False),
        sa.Column("swallowed_by", sa.Text(), server_default="", nullable=False),
        sa.Column("merged_into", _KEY, nullable=True),
        sa.Column("acknowledged", sa.BigInteger(), nullable=True),
        sa.Column("acknowledged_by", sa.Text(), nullable=True),
        sa.Column("assigned", sa.BigInteger(), nullable=True),
        sa.Column("assigned_to", sa.Text(), nullable=True),
        sa.Column("mended", sa.BigInteger(), nullable=True),
        sa.Column("mended_by", sa.Text(), nullable=True),
        sa.Column("closed", sa.BigInteger(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("close_reason", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), server_default="", nullable=False),
        sa.Column("work_order", _KEY, nullable=True),
        sa.Column("rev", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["merged_into"], ["alarm.id"], name=op.f("alarm_merged_into_fkey")),
        sa.ForeignKeyConstraint(["work_order"], ["work_order.id"], name=op.f("alarm_work_order_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("alarm_pkey")),
    )
    op.create_index(op.f("alarm_ended"), "alarm", ["ended"], unique=False)
    op.create_index(
        "alarm_going_on",
        "alarm",
        ["severity"],
        unique=False,
        sqlite_where=sa.text("ended IS NULL"),
        postgresql_where=sa.text("ended IS NULL"),
    )
    op.create_index("alarm_line", "alarm", ["kind", "name"], unique=False)
    op.create_index(op.f("alarm_rev"), "alarm", ["rev"], unique=False)
    op.create_table(
        "alarm_event",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("alarm", _KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), server_default="", nullable=False),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["alarm"], ["alarm.id"], name=op.f("alarm_event_alarm_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("alarm_event_pkey")),
    )
    op.create_index(op.f("alarm_event_alarm"), "alarm_event", ["alarm"], unique=False)
    op.create_table(
        "notice",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("alarm", _KEY, nullable=True),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("occurrence", sa.BigInteger(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("sent", sa.BigInteger(), nullable=True),
        sa.Column("dropped", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["alarm"], ["alarm.id"], name=op.f("notice_alarm_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("notice_pkey")),
        sa.UniqueConstraint("key", name=op.f("notice_key_key")),
    )
    op.create_index(
        "notice_waiting",
        "notice",
        ["due"],
        unique=False,
        sqlite_where=sa.text("sent IS NULL AND dropped IS NULL"),
        postgresql_where=sa.text("sent IS NULL AND dropped IS NULL"),
    )
