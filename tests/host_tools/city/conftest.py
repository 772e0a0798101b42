"""Fixtures of the city's tests: a store on either database, and a place for a record."""

from tests.host_tools.city.new_records import empty_database, empty_record, new_store
from tests.postgres import database, postgresql_server, postgresql_url

__all__ = [
    "database", "empty_database", "empty_record", "new_store", "postgresql_server", "postgresql_url",
]  # fmt: skip
