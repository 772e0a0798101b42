"""The receiver's rollouts on a bench, for the poles that a module of tests names by ``POLES`` and ``FIRST``."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.host_tools.city.updates.update_bench import UpdateBench, site_folder


@pytest.fixture(scope="module")
def empty(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that these poles have reported to, to be copied."""
    folder = tmp_path_factory.mktemp("street")
    UpdateBench(folder / "store.db", site_folder(folder, request.module.POLES, request.module.FIRST)).close()
    return folder


@pytest.fixture
def bench(request: pytest.FixtureRequest, tmp_path: Path, empty: Path) -> Iterator[UpdateBench]:
    """Such a store, with poles, a broker and a receiver's rollouts."""
    shutil.copyfile(empty / "store.db", tmp_path / "store.db")
    made = UpdateBench(tmp_path / "store.db", site_folder(tmp_path, request.module.POLES, request.module.FIRST))
    yield made
    made.close()
