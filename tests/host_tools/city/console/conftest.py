"""A console on either database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.host_tools.city.console.browser import chromium, console
from tests.host_tools.city.console.console_bench import Bench

__all__ = ["chromium", "console"]


@pytest.fixture(scope="session")
def empty_bench(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store of a bench that nothing has spoken to, to be copied: making tables and users takes seconds."""
    path = tmp_path_factory.mktemp("bench") / "record.sqlite"
    Bench(path).close()
    return path


@pytest.fixture
def bench(tmp_path: Path, empty_bench: Path) -> Iterator[Bench]:
    """A console on a file of SQLite."""
    shutil.copyfile(empty_bench, tmp_path / "record.sqlite")
    made = Bench(tmp_path / "record.sqlite")
    yield made
    made.close()
