"""Rows of any content go in by the fast way of each engine and come out the same."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from host_tools.city.store import bulk
from host_tools.city.store.database import Database, Unkeepable, postgresql
from host_tools.city.store.metadata import metadata
from host_tools.city.store.tables import event, gap, journal, pole
from tests.host_tools.city.store.meter_bench import poles
from tests.postgres import Server

COLUMNS = (
    "pole", "epoch", "sequence", "event_type", "starts", "timestamp", "replayed", "attributes", "received_at", "source",
)  # fmt: skip
HARD = [
    "", "NULL", "null", "None", "{}", '"', "\\", '\\"', ",", "{a,b}", "a b", " ", "\n\t", "धूप", "😀", "'", "%s", "${1}",
]  # fmt: skip
texts = st.sampled_from(HARD) | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)


@given(st.lists(st.tuples(texts, texts, st.none() | st.booleans(), st.none() | st.integers(-(2**63), 2**63 - 1))))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_inserted_and_updated_is_read_back_the_same(database: Database, said: list[Any]) -> None:
    with database.engine.begin() as connection:
        there = connection.execute(sa.select(pole.c.id)).scalars().all()
    (one,) = there or poles(database, "P0001")
    rows = [
        (one, "e", number, kind, starts, at, bool(starts), text, number, "pole")
        for number, (kind, text, starts, at) in enumerate(said)
    ]
    with database.engine.begin() as connection:
        connection.execute(sa.delete(event))
        assert bulk.insert(connection, event, COLUMNS, rows) == len(rows)
        turned = [(*row[:3], row[7], row[3]) for row in rows]
        keys = ("pole", "epoch", "sequence")
        assert bulk.update(connection, event, keys, ("event_type", "attributes"), turned) == len(rows)
        chosen = sa.select(*(event.c[name] for name in COLUMNS)).order_by(event.c.sequence)
        found = [tuple(row) for row in connection.execute(chosen)]
    assert found == [(*row[:3], row[7], *row[4:7], row[3], *row[8:]) for row in rows]


def test_a_fraction_and_what_is_there_already_are_kept(database: Database) -> None:
    (one,) = poles(database, "P0001")
    with database.transaction() as connection:
        bulk.insert(connection, journal, ("pole", "epoch", "highest"), [(one, "e", 5)])
        number = connection.execute(sa.select(journal.c.id)).scalar_one()
        columns = ("journal", "low", "high", "asked", "tries", "answered", "due")
        first = (number, 1, 2, 0, 0, True, 1796000000.125)
        assert bulk.insert(connection, gap, columns, [first, (number, 3, 4, 0, 0, False, 1e-9)]) == 2
        assert bulk.insert(connection, gap, columns, [(number, 1, 9, 9, 9, False, 0.0)]) == 0
        assert tuple(connection.execute(sa.select(gap).order_by(gap.c.low)).all()[0]) == first
        bulk.replace(connection, gap, columns[:2], columns[2:], [(number, 3, 7, 1, 1, True, 2.5)])
        assert tuple(connection.execute(sa.select(gap).order_by(gap.c.low)).all()[1]) == (number, 3, 7, 1, 1, True, 2.5)


def test_what_postgresql_cannot_hold_is_refused_as_unkeepable(postgresql_server: Server) -> None:
    database = postgresql(postgresql_server.create())
    try:
        with database.engine.begin() as connection:
            metadata.create_all(connection)
        with pytest.raises(Unkeepable), database.transaction() as connection:
            bulk.insert(connection, pole, ("name", "zone"), [("P0002", "a\0b")])
    finally:
        database.close()
