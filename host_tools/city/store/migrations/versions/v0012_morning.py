"""Nights that are counted in the morning as they stand; when a pole's light was last switched on and off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add them."""
    op.add_column("night", sa.Column("preliminary", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("pole", sa.Column("switched_on", sa.BigInteger(), nullable=True))
    op.add_column("pole", sa.Column("switched_off", sa.BigInteger(), nullable=True))
