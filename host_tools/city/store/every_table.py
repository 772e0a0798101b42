"""All tables of the store, also those that nothing has asked for yet: each module ``..._tables`` has its own."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

import sqlalchemy as sa
from sqlalchemy.engine import Connection

import host_tools.city.store
from host_tools.city.store import meter_tables
from host_tools.city.store.metadata import metadata


def load() -> set[str]:
    """Puts every table into ``metadata``: the names of all, and of what readings and hours are kept in."""
    for module in iter_modules(host_tools.city.store.__path__, "host_tools.city.store."):
        if module.name.endswith("tables"):
            import_module(module.name)
    return {*metadata.tables, *meter_tables.series.tables}


def create(connection: Connection) -> None:
    """Makes every table in an empty database, with the rows that are always there."""
    load()
    metadata.create_all(connection)
    meter_tables.create(connection)
    connection.execute(sa.insert(metadata.tables["revision"]).values(one=1, number=0))
