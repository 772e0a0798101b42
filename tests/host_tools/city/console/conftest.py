"""A console on either database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.host_tools.city.console.browser import chromium, console
from tests.host_tools.city.console.console_bench import Bench
from tests.host_tools.city.record.conftest import empty_database, empty_record, new_store

__all__ = ["chromium", "console", "empty_database", "empty_record", "new_store"]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A console on a file of SQLite."""
    made = Bench(tmp_path / "record.sqlite")
    yield made
    made.close()
