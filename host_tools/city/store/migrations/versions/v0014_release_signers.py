"""Whose signature a release has, and how often a pole was brought one anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add them; of a release that is there already nobody knows it."""
    op.add_column("rollout_pole", sa.Column("renewed", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("release", sa.Column("public", sa.Text(), server_default="", nullable=False))
