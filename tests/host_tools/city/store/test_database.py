"""The store's database, on both engines."""

from __future__ import annotations

from contextlib import suppress

import pytest
import sqlalchemy as sa

from host_tools.city.store import tables
from host_tools.city.store.database import Database, Unkeepable, raise_revision


def test_each_transaction_that_raises_the_revision_has_a_higher_one(database: Database) -> None:
    seen = []
    for _ in range(3):
        with database.transaction() as connection:
            seen.append(raise_revision(connection))
    assert seen == [1, 2, 3]


def test_two_poles_of_one_name_are_refused_in_one_sentence(database: Database) -> None:
    with pytest.raises(Unkeepable, match="cannot be written"), database.transaction() as connection:
        for _ in range(2):
            connection.execute(sa.insert(tables.pole).values(name="P0001"))
    with database.transaction() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(tables.pole)).scalar_one() == 0


def test_a_connection_in_use_while_the_store_is_closed_is_closed_when_it_is_given_back(database: Database) -> None:
    connection = database.engine.connect()
    driver = connection.connection.driver_connection
    database.close()
    connection.close()
    if database.postgresql:
        assert driver.closed  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("raised", "told"), [(SystemExit(143), False), (KeyboardInterrupt(), False), (OSError("x"), True)]
)
def test_a_process_that_is_ended_while_it_closes_a_connection_logs_no_fault(
    database: Database,
    raised: BaseException,
    told: bool,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object) -> None:
        raise raised

    connection = database.engine.connect()
    monkeypatch.setattr(database.engine.dialect, "do_close", fail)
    monkeypatch.setattr(database.engine.dialect, "do_terminate", fail)
    with suppress(SystemExit, KeyboardInterrupt):
        connection.invalidate()
    connection.close()
    monkeypatch.undo()
    assert bool(caplog.records) is told
