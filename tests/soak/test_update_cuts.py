"""Every cut point of an update, from its first piece to each way that it may end, on both engines."""

from __future__ import annotations

import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor

import pytest

from tests.simulator.updates import image_cut_story
from tests.simulator.updates.cut_story import PLOTS
from tests.simulator.updates.download_story import STORIES
from tests.simulator.updates.test_images import release
from tests.simulator.updates.test_update_cuts import story


def share(name: str, engine: str, first: int, step: int) -> tuple[int, int]:
    """Tries every *step*-th cut from *first* on; how many these were, and how many there are."""
    told = story(name, engine)
    return told.sweep(range(first, told.cuts, step)), told.cuts


def share_of_image(name: str, engine: str, first: int, step: int) -> tuple[int, int]:
    """As ``share``, for the update of a MicroPython image."""
    story = image_cut_story.Story(image_cut_story.PLOTS[name], release(), engine)
    return story.sweep(range(first, story.cuts, step)), story.cuts


@pytest.mark.parametrize("engine", ["cpython", "micropython"])
def test_every_cut_point_of_an_image_s_update(engine: str) -> None:
    workers = os.cpu_count() or 1
    for name in image_cut_story.PLOTS:
        with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
            jobs = [pool.submit(share_of_image, name, engine, first, workers) for first in range(workers)]
            done = [job.result() for job in jobs]
        tried = sum(count for count, _ in done)
        assert tried == done[0][1] > 20
        print(f"{tried} cut points of an image's update, {name} on {engine}, dark minutes 0")


@pytest.mark.parametrize("engine", ["cpython", "micropython"])
def test_every_cut_point_of_an_update(engine: str) -> None:
    workers = os.cpu_count() or 1
    started = time.monotonic()
    all_tried = 0
    for name in (*STORIES, *PLOTS):
        with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as pool:
            jobs = [pool.submit(share, name, engine, first, workers) for first in range(workers)]
            done = [job.result() for job in jobs]
        tried = sum(count for count, _ in done)
        assert tried == done[0][1] > 20
        print(f"{tried} cut points of {name!r} on {engine}, dark minutes 0")
        all_tried += tried
    print(f"{all_tried} cut points of updates on {engine}, in {time.monotonic() - started:.0f} s")
