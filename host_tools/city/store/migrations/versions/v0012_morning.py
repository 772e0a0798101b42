"""Nights counted in their morning; when a light was switched; alerts that wait; the flashing an order went out to."""

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
    op.add_column("notice", sa.Column("alert", sa.BigInteger(), nullable=True))
    op.add_column("notice", sa.Column("page", sa.Text(), server_default="", nullable=False))
    op.add_column("delivery", sa.Column("nonce", sa.Text(), server_default="", nullable=False))
