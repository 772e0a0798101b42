"""`diya record backup` and `restore`, as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from host_tools.city.store.database import Database
from host_tools.verbs.record_backup import backup, restore
from tests.host_tools.city.store.meter_bench import NOON, poles, reading, write
from tests.host_tools.city.store.test_backup import place
from tests.postgres import database, postgresql_server

__all__ = ["database", "postgresql_server"]


def test_a_record_is_copied_and_brought_back(database: Database, tmp_path: Path) -> None:
    (pole,) = poles(database, "P0001")
    write(database, [reading(pole, NOON, 1, 1)], NOON)
    where, file = place(database, tmp_path), tmp_path / "night.backup"
    database.close()
    run = CliRunner()
    said = run.invoke(backup, [str(file), "--db", where])
    assert said.output.startswith(f"{file}: 1 poles, 0 events, 1 readings, "), said.output
    said = run.invoke(restore, [str(file), "--db", where, "--replace", "--json"])
    assert json.loads(said.output)["readings"] == 1
    said = run.invoke(restore, [str(file), "--db", where])
    assert "say --replace" in str(said.exception)
