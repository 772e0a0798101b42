"""A place for a record, on either database, with the tables that migrations made."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from host_tools.city.record.record import Record
from tests.host_tools.city.record.played_pole import ROOT, SITE
from tests.postgres import Server

TEMPLATE = "record_template"


@pytest.fixture(scope="session")
def empty_record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A record of the site that holds nothing, to be copied: making the tables takes longer."""
    path = tmp_path_factory.mktemp("empty") / "record.sqlite"
    Record(path, ROOT, SITE).close()
    return path


@pytest.fixture(scope="session")
def empty_database(postgresql_server: Server) -> str:
    """The name of a database of such a record."""
    postgresql_server.execute(f"CREATE DATABASE {TEMPLATE} TEMPLATE template0")
    Record(postgresql_server.url(TEMPLATE), ROOT, SITE).close()
    return TEMPLATE


@pytest.fixture(params=["sqlite", "postgresql"])
def new_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | str]:
    """Where a new record is: once a file, once the URL of a database."""
    if request.param == "sqlite":
        path = tmp_path / "record.sqlite"
        shutil.copyfile(request.getfixturevalue("empty_record"), path)
        yield path
        return
    server: Server = request.getfixturevalue("postgresql_server")
    url = server.create(request.getfixturevalue("empty_database"))
    yield url
    server.drop(url)
