"""What meters measured: readings, hours and nights."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make them."""
    op.create_table(
        "night",
        sa.Column("pole", _KEY, nullable=False),
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("wh", sa.Integer(), nullable=False),
        sa.Column("baseline_wh", sa.Integer(), nullable=True),
        sa.Column("lit", sa.SmallInteger(), nullable=False),
        sa.Column("should", sa.SmallInteger(), nullable=True),
        sa.Column("dark", sa.SmallInteger(), nullable=False),
        sa.Column("unknown", sa.SmallInteger(), nullable=False),
        sa.Column("excluded", sa.SmallInteger(), nullable=True),
        sa.ForeignKeyConstraint(["pole"], ["pole.id"], name=op.f("night_pole_fkey")),
        sa.PrimaryKeyConstraint("pole", "night", name=op.f("night_pkey")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "hour_due",
        sa.Column("hour", sa.BigInteger(), nullable=False),
        sa.Column("pole", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "pole", name=op.f("hour_due_pkey")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "night_due",
        sa.Column("night", sa.Date(), nullable=False),
        sa.Column("pole", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("night", "pole", name=op.f("night_due_pkey")),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name == "postgresql":  # in SQLite each day has a table of its own
        op.create_table(
            "meter",
            sa.Column("pole", sa.Integer(), nullable=False),
            sa.Column("at", sa.BigInteger(), nullable=False),
            sa.Column("power_dw", sa.Integer(), nullable=True),
            sa.Column("current_ma", sa.Integer(), nullable=True),
            sa.Column("energy_wh", sa.Integer(), nullable=True),
            sa.Column("on_dh", sa.Integer(), nullable=True),
            sa.Column("switch_ons", sa.Integer(), nullable=True),
            sa.Column("voltage_dv", sa.SmallInteger(), nullable=True),
            sa.Column("temperature_dc", sa.SmallInteger(), nullable=True),
            sa.Column("factor_pc", sa.SmallInteger(), nullable=True),
            sa.Column("life_pc", sa.SmallInteger(), nullable=True),
            sa.Column("level", sa.SmallInteger(), nullable=True),
            sa.PrimaryKeyConstraint("pole", "at", name=op.f("meter_pkey")),
            postgresql_partition_by="RANGE (at)",
            sqlite_with_rowid=False,
        )
        op.create_table(
            "hour",
            sa.Column("pole", sa.Integer(), nullable=False),
            sa.Column("hour", sa.BigInteger(), nullable=False),
            sa.Column("wh", sa.Integer(), nullable=False),
            sa.Column("power_mean_dw", sa.Integer(), nullable=True),
            sa.Column("power_max_dw", sa.Integer(), nullable=True),
            sa.Column("voltage_min_dv", sa.SmallInteger(), nullable=True),
            sa.Column("voltage_max_dv", sa.SmallInteger(), nullable=True),
            sa.Column("n", sa.Integer(), nullable=False),
            sa.PrimaryKeyConstraint("pole", "hour", name=op.f("hour_pkey")),
            postgresql_partition_by="RANGE (hour)",
            sqlite_with_rowid=False,
        )
