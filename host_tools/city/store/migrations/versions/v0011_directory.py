"""Users who log in by the city's directory."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add who they are there."""
    op.add_column("user", sa.Column("issuer", sa.Text(), server_default="", nullable=False))
    op.add_column("user", sa.Column("subject", sa.Text(), server_default="", nullable=False))
    there = sa.text("issuer <> ''")
    op.create_index(
        "user_of_directory", "user", ["issuer", "subject"], unique=True, sqlite_where=there, postgresql_where=there
    )
