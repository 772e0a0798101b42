"""Nights: minutes lit though not asked for, and what the luminaire before would have taken."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add them."""
    op.add_column("night", sa.Column("lit_else", sa.SmallInteger(), nullable=True))
    op.add_column("night", sa.Column("old_wh", sa.Integer(), nullable=True))
