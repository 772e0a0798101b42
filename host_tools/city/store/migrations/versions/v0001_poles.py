"""What poles say, by number of the pole; a record of the version before, which had their names, is taken over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_OF_RECEIVER = "('home', 'clientId', 'queues', 'heardAt')"
_TAKE_OVER = {  # table of before: where its rows go
    "about": [
        f"INSERT INTO about SELECT name, value FROM old_about WHERE name NOT IN {_OF_RECEIVER}",
        f"INSERT INTO receiver (zone, name, value) SELECT '', name, value FROM old_about WHERE name IN {_OF_RECEIVER}",
    ],
    "sender": ["INSERT INTO sender SELECT name, last FROM old_sender"],
    "pole": [
        "INSERT INTO pole (name, online, seen, failing, outlived, groups, birth, birth_at, state, state_at, meter,"
        " meter_at, malformed, conflicts) SELECT name, online, seen, failing, outlived, groups, birth, birthAt, state,"
        " stateAt, meter, meterAt, malformed, conflicts FROM old_pole ORDER BY name",
    ],
    "event": [
        "INSERT OR IGNORE INTO pole (name) SELECT DISTINCT pole FROM old_event",
        "INSERT INTO event (arrival, pole, epoch, sequence, event_type, starts, timestamp, replayed, attributes,"
        " received_at, source) SELECT old.arrival, pole.id, old.epoch, old.sequence, old.eventType, old.startEndFlag,"
        " old.timestamp, old.replayed, old.attributes, old.receivedAt, old.source FROM old_event AS old"
        " JOIN pole ON pole.name = old.pole ORDER BY old.arrival",
        "UPDATE pole SET failures = (SELECT coalesce(max(sequence), 0) FROM event WHERE event.pole = pole.id"
        " AND event.epoch = '_recorder')",
    ],
    "epoch": [
        "INSERT OR IGNORE INTO pole (name) SELECT DISTINCT pole FROM old_epoch",
        "INSERT INTO journal (id, pole, epoch, highest, closed) SELECT old.number, pole.id, old.epoch, old.highest,"
        " old.closed FROM old_epoch AS old JOIN pole ON pole.name = old.pole",
    ],
    "gap": [
        "INSERT INTO gap (journal, low, high, asked, tries, answered, due) SELECT journal.id, old.low, old.high,"
        " old.asked, old.tries, old.answered, old.due FROM old_gap AS old JOIN pole ON pole.name = old.pole"
        " JOIN journal ON journal.pole = pole.id AND journal.epoch = old.epoch",
    ],
    "gone": [
        "INSERT INTO gone (journal, low, high, why) SELECT journal.id, old.low, old.high, old.why FROM old_gone AS old"
        " JOIN pole ON pole.name = old.pole JOIN journal ON journal.pole = pole.id AND journal.epoch = old.epoch",
    ],
    "flashing": [
        "INSERT OR IGNORE INTO pole (name) SELECT DISTINCT pole FROM old_flashing",
        "INSERT INTO flashing (pole, nonce, version) SELECT pole.id, old.nonce, old.version FROM old_flashing AS old"
        " JOIN pole ON pole.name = old.pole",
    ],
}


def upgrade() -> None:
    """Make the tables; take over what a record of the version before holds, and remove its tables."""
    there = set(sa.inspect(op.get_bind()).get_table_names())
    old = [name for name in _TAKE_OVER if name in there]
    if old:
        for index in ("event_time", "event_undated", "gap_due"):
            op.execute(f"DROP INDEX IF EXISTS {index}")
        if "outlived" not in {column["name"] for column in sa.inspect(op.get_bind()).get_columns("pole")}:
            op.execute("ALTER TABLE pole ADD COLUMN outlived INTEGER NOT NULL DEFAULT 0")  # the first had none
    for name in old:
        op.rename_table(name, f"old_{name}")
    _make()
    op.execute("INSERT INTO revision VALUES (1, 0)")
    for name in old:
        for statement in _TAKE_OVER[name]:
            op.execute(statement)
    for name in old:
        op.drop_table(f"old_{name}")


def _make() -> None:
    op.create_table(
        "about",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("about_pkey")),
    )
    op.create_table(
        "pole",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), server_default="", nullable=False),
        sa.Column("online", sa.Boolean(), nullable=True),
        sa.Column("seen", sa.BigInteger(), nullable=True),
        sa.Column("failing", sa.Text(), nullable=True),
        sa.Column("outlived", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("failures", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("groups", sa.Text(), server_default="[]", nullable=False),
        sa.Column("birth", sa.Text(), nullable=True),
        sa.Column("birth_at", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("state_at", sa.BigInteger(), nullable=True),
        sa.Column("meter", sa.Text(), nullable=True),
        sa.Column("meter_at", sa.BigInteger(), nullable=True),
        sa.Column("level", sa.SmallInteger(), nullable=True),
        sa.Column("target", sa.SmallInteger(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("clock", sa.Text(), nullable=True),
        sa.Column("power_dw", sa.BigInteger(), nullable=True),
        sa.Column("energy_wh", sa.BigInteger(), nullable=True),
        sa.Column("malformed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("conflicts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("rev", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pole_pkey")),
        sa.UniqueConstraint("name", name=op.f("pole_name_key")),
    )
    op.create_index(op.f("pole_rev"), "pole", ["rev"], unique=False)
    op.create_table(
        "receiver",
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("zone", "name", name=op.f("receiver_pkey")),
    )
    op.create_table(
        "sender",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("sender_pkey")),
    )
    op.create_table(
        "revision",
        sa.Column("one", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("one = 1", name="revision_one"),
        sa.PrimaryKeyConstraint("one", name=op.f("revision_pkey")),
    )
    op.create_table(
        "event",
        sa.Column("arrival", _KEY, nullable=False),
        sa.Column("pole", _KEY, nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column("starts", sa.Boolean(), nullable=True),
        sa.Column("timestamp", sa.BigInteger(), nullable=True),
        sa.Column("replayed", sa.Boolean(), nullable=False),
        sa.Column("attributes", sa.Text(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("rev", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["pole"], ["pole.id"], name=op.f("event_pole_fkey")),
        sa.PrimaryKeyConstraint("arrival", name=op.f("event_pkey")),
        sa.UniqueConstraint("pole", "epoch", "sequence", name=op.f("event_pole_epoch_sequence_key")),
    )
    op.create_index("event_time", "event", [sa.text("coalesce(timestamp, received_at)")])
    op.create_index(op.f("event_rev"), "event", ["rev"], unique=False)
    op.create_index(
        "event_undated",
        "event",
        ["arrival"],
        unique=False,
        sqlite_where=sa.text("timestamp IS NULL OR source = 'recorder'"),
        postgresql_where=sa.text("timestamp IS NULL OR source = 'recorder'"),
    )
    op.create_table(
        "flashing",
        sa.Column("pole", _KEY, nullable=False),
        sa.Column("nonce", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["pole"], ["pole.id"], name=op.f("flashing_pole_fkey")),
        sa.PrimaryKeyConstraint("pole", name=op.f("flashing_pkey")),
    )
    op.create_table(
        "journal",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("pole", _KEY, nullable=False),
        sa.Column("epoch", sa.Text(), nullable=False),
        sa.Column("highest", sa.BigInteger(), nullable=False),
        sa.Column("closed", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(["pole"], ["pole.id"], name=op.f("journal_pole_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("journal_pkey")),
        sa.UniqueConstraint("pole", "epoch", name=op.f("journal_pole_epoch_key")),
    )
    op.create_table(
        "gap",
        sa.Column("journal", _KEY, nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=False),
        sa.Column("high", sa.BigInteger(), nullable=False),
        sa.Column("asked", sa.BigInteger(), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("due", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["journal"], ["journal.id"], name=op.f("gap_journal_fkey")),
        sa.PrimaryKeyConstraint("journal", "low", name=op.f("gap_pkey")),
    )
    op.create_table(
        "gone",
        sa.Column("journal", _KEY, nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=False),
        sa.Column("high", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["journal"], ["journal.id"], name=op.f("gone_journal_fkey")),
        sa.PrimaryKeyConstraint("journal", "low", name=op.f("gone_pkey")),
    )
    op.create_table(
        "configuration",
        sa.Column("pole", _KEY, nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["pole"], ["pole.id"], name=op.f("configuration_pole_fkey")),
        sa.PrimaryKeyConstraint("pole", name=op.f("configuration_pkey")),
    )
