"""Runs the benchmark over all processors.  The result does not depend on their number or on the order of the runs."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any, TypeVar

from simulator.benchmarks.detection.fault_draws import assign, happenings
from simulator.benchmarks.detection.night_times import Night, nights_of
from simulator.benchmarks.detection.partial_string import Trial, found, trials
from simulator.benchmarks.detection.pole_run import live
from simulator.benchmarks.detection.population import Life, lives, settings_of
from simulator.benchmarks.detection.score import DIYA, RIVAL, Score, score
from simulator.run_time import RunTime
from simulator.scenario.happening import Happening

SEED = 6_180_339  # of the published figures; no test uses it
PER_CHUNK = 5  # lives, or trials, that a process takes at a time

T = TypeVar("T")
NightFaults = list[tuple[str, ...]]


@dataclass(frozen=True)
class Size:
    """How much is run: pole-nights of commissioned poles, faults of each kind, trials of each severity.

    *more* faults of each kind are drawn: where there are few, chance may leave too few that can be seen.
    """

    nights: int
    faults: int
    trials: int
    more: int = 0


FULL = Size(10_000, 200, 100)
QUICK = Size(1_000, 20, 10, more=6)


@dataclass
class Result:
    """Scores by name: of the commissioned poles, of those of each technology, and of the others; shares of strings
    found, (level, severity).
    """

    seed: int
    size: Size
    commissioned: dict[str, Score] = field(default_factory=lambda: {DIYA: Score(), RIVAL: Score()})
    others: dict[str, Score] = field(default_factory=lambda: {DIYA: Score(), RIVAL: Score()})
    technologies: dict[str, dict[str, Score]] = field(default_factory=dict)
    strings: dict[tuple[int, float], dict[str, list[bool]]] = field(default_factory=dict)


def prepared(seed: int, life: Life, night_faults: NightFaults) -> tuple[dict[str, Any], list[Night], list[Happening]]:
    """The settings of *life*, its nights, and what happens in them."""
    settings = settings_of(life)
    nights = nights_of(life, settings, RunTime(int(life.start.timestamp()), life.site.timezone))
    return settings, nights, happenings(seed, life, nights, night_faults)


def score_one(seed: int, life: Life, night_faults: NightFaults) -> dict[str, Score]:
    """Simulates one pole's nights; its scores."""
    settings, nights, happened = prepared(seed, life, night_faults)
    return score(live(seed, life, settings, nights, happened), len(nights))


def run(
    seed: int, size: Size, workers: int | None = None, progress: Callable[[int, int], None] = lambda done, of: None
) -> Result:
    """The whole benchmark; *progress* is called with (work done, of so much).  *workers* None: one a processor."""
    out = Result(seed, size)
    people = lives(seed, size.nights)
    night_faults = assign(seed, people, size.faults + size.more)
    tried = trials(people, size.trials)
    total = len(people) + len(tried) // 10
    done = 0.0

    def told(amount: float) -> None:
        nonlocal done
        done += amount
        progress(round(done), total)

    work = [(seed, [(life, night_faults[life.number]) for life in chunk]) for chunk in _chunks(people)]
    more = [(seed, chunk) for chunk in _chunks(tried)]
    with ProcessPoolExecutor(workers or os.cpu_count() or 1, mp_context=get_context("spawn")) as pool:
        futures = [pool.submit(_score_chunk, *arguments) for arguments in work]
        strung = [pool.submit(_try, *arguments) for arguments in more]
        amounts: dict[Future[Any], float] = {
            **{future: len(chunk) for future, (_seed, chunk) in zip(futures, work, strict=True)},
            **{future: len(chunk) / 10 for future, (_seed, chunk) in zip(strung, more, strict=True)},
        }
        for future in as_completed(amounts):
            future.result()
            told(amounts[future])
    for life, scores in zip(people, _flat(futures), strict=True):
        into = [out.commissioned if life.commissioned else out.others]
        if life.commissioned:
            into.append(out.technologies.setdefault(life.technology, {DIYA: Score(), RIVAL: Score()}))
        for name, one in scores.items():
            for each in into:
                each[name].add(one)
    for trial, names in zip(tried, _flat(strung), strict=True):
        by_name = out.strings.setdefault((trial.level, trial.severity), {DIYA: [], RIVAL: []})
        for name, value in names.items():
            by_name[name].append(value)
    return out


def _score_chunk(seed: int, chunk: Sequence[tuple[Life, NightFaults]]) -> list[dict[str, Score]]:
    return [score_one(seed, life, night_faults) for life, night_faults in chunk]


def _try(seed: int, chunk: Sequence[Trial]) -> list[dict[str, bool]]:
    return [found(seed, trial) for trial in chunk]


def _chunks(values: Sequence[T]) -> list[Sequence[T]]:
    return [values[at : at + PER_CHUNK] for at in range(0, len(values), PER_CHUNK)]


def _flat(futures: Iterable[Future[list[T]]]) -> Iterable[T]:
    return (value for future in futures for value in future.result())
