"""Every cut point in the story of a whole pole, on both engines."""

from __future__ import annotations

import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.simulator.cuts.afterwards import sweep
from tests.simulator.cuts.story import Story


def share(engine: str, first: int, step: int) -> tuple[int, int]:
    """Tries every *step*-th cut from *first* on; how many these were, and how many there are."""
    story = Story(engine)
    return sweep(story, engine, range(first, story.cuts, step)), story.cuts


@pytest.mark.parametrize("engine", ["cpython", "micropython"])
def test_every_cut_point(engine: str) -> None:
    workers = os.cpu_count() or 1
    started = time.monotonic()
    with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
        done = list(pool.map(share, [engine] * workers, range(workers), [workers] * workers))
    tried = sum(count for count, _ in done)
    assert tried == done[0][1] > 500
    print(f"{tried} cut points of a whole pole on {engine}, in {time.monotonic() - started:.0f} s")
