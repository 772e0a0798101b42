"""What other systems sent by the doors, alerts of CAP, nights of elections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "door_message",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("door", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), server_default="", nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("commands", sa.Text(), server_default="[]", nullable=False),
        sa.Column("poles", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("door_message_pkey")),
    )
    op.create_index(op.f("door_message_door_id"), "door_message", ["door", "id"], unique=False)
    op.create_index(op.f("door_message_ref"), "door_message", ["ref"], unique=False)
    op.create_table(
        "cap_alert",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("identifier", sa.Text(), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("refers", sa.Text(), server_default="", nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("headline", sa.Text(), server_default="", nullable=False),
        sa.Column("alert", sa.Text(), nullable=False),
        sa.Column("begins", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.Column("poles", sa.Text(), server_default="[]", nullable=False),
        sa.Column("commands", sa.Text(), server_default="[]", nullable=False),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("cap_alert_pkey")),
        sa.UniqueConstraint("sender", "identifier", "sent", name=op.f("cap_alert_sender_identifier_sent_key")),
    )
    op.create_index(op.f("cap_alert_state"), "cap_alert", ["state"], unique=False)
    op.create_index(op.f("cap_alert_ref"), "cap_alert", ["ref"], unique=False)
    op.create_table(
        "election_night",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("night", sa.Text(), nullable=False),
        sa.Column("station", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("zones", sa.Text(), server_default="[]", nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.Column("written_at", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.Column("tries", sa.SmallInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("election_night_pkey")),
        sa.UniqueConstraint("night", "station", name=op.f("election_night_night_station_key")),
    )
    op.create_index(op.f("command_ref"), "command", ["ref"], unique=False)
