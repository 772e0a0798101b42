"""Fixtures of the city's tests: a store on either database."""

from tests.postgres import database, postgresql_server, postgresql_url

__all__ = ["database", "postgresql_server", "postgresql_url"]
