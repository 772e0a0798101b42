"""Simulates nights of chaos, several at once, and reduces a failing one."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

from host_tools.site import load_site
from host_tools.site.model import Site
from simulator.chaos.mix import Night, night
from simulator.chaos.shrink import smallest
from simulator.chaos.verdict import complaints
from simulator.run import Options, Outcome, simulate

SITE = "sagar"
# half of a street's usual samples: most of the work, and faster than any bound of detection asks for
SETTINGS = {"meter.sample": 60}


@dataclass(frozen=True)
class Verdict:
    """The result of the night of ``seed``: its broken promises, none where all were kept, and how much happened."""

    seed: int
    complaints: tuple[str, ...]
    happenings: int
    events: int


def street(poles: int) -> Site:
    """The site of the nights."""
    return load_site(SITE, poles)


def run_night(one: Night, engine: str = "cpython") -> Outcome:
    """Simulates *one* night."""
    with tempfile.TemporaryDirectory(prefix="diya-") as folder:
        scenario = Path(folder) / "chaos.toml"
        scenario.write_text(one.toml, encoding="utf-8")
        return simulate(
            Options(
                site=street(one.poles),
                start=one.start,
                scenario=str(scenario),
                engine=engine,
                seed=one.seed,
                transcript=True,
                settings=SETTINGS,
            )
        )


def verdict(seed: int, poles: int) -> Verdict:
    """The verdict on the night of *seed* with so many *poles*."""
    one = night(seed, street(poles))
    outcome = run_night(one)
    return Verdict(seed, tuple(complaints(outcome)), len(one.tables), len(outcome.street.recorder.events))


def verdicts(seeds: range, poles: int, workers: int | None = None) -> Iterator[Verdict]:
    """The verdicts on the nights of *seeds*, as they are ready."""
    with ProcessPoolExecutor(workers) as pool:
        for future in as_completed([pool.submit(verdict, seed, poles) for seed in seeds]):
            yield future.result()


def small(seed: int, poles: int, tried: Callable[[int], None] = lambda happenings: None) -> Night:
    """The night of failing *seed* with as few happenings as still break a promise; *tried* is called at each try."""
    whole = night(seed, street(poles))

    def fails(tables: list[dict[str, object]]) -> bool:
        tried(len(tables))
        return bool(complaints(run_night(replace(whole, tables=tuple(tables)))))

    return replace(whole, tables=tuple(smallest(whole.tables, fails)))
