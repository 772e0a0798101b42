"""Runs a street or a city, with a bar on standard error while a person watches; Ctrl-C ends the run and the verb."""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time as wall
from collections.abc import Callable, Iterator
from pathlib import Path
from signal import SIGINT

import click

from host_tools.errors import CommandError
from host_tools.output import coloured, console
from simulator import run
from simulator.city import spool
from simulator.city.cells import City, cells_of
from simulator.city.workers import Course, Progress, simulate_apart, simulate_here
from simulator.interruption import Interruption
from simulator.process_memory import memory_bytes
from simulator.run_options import read_scenario, run_time

Show = Callable[[int, int, str, int], None]  # done, of so many, what is reached, bytes in memory


def run_with_progress(options: run.Options) -> run.Outcome:
    """The run of a street in this process."""
    at = "the start"
    outcome: run.Outcome | None = None
    interruption = Interruption()
    with _bar(options) as (show, say):

        def progress(done_ms: int, total_ms: int, clock: str) -> None:
            nonlocal at
            at = clock
            show(done_ms, total_ms, clock, memory_bytes())

        with interruption.handled(), contextlib.suppress(KeyboardInterrupt):
            outcome = run.simulate(options, progress, say, lambda street: interruption.begin(street.kernel.stop))
    if interruption.number or outcome is None:
        raise _ended(f"at {at}", interruption)
    return outcome


def run_city(options: run.Options, jobs: int, transcript: Path | None) -> run.RunResult:
    """The run of a city by cells, over *jobs* processes; its *transcript* is written."""
    time = run_time(options)
    scenario = read_scenario(options, time)
    poles, result = 0, None
    interruption = Interruption()
    with _bar(options) as (show, say), tempfile.TemporaryDirectory(prefix="diya-") as folder:
        if scenario.calls:
            say(f"{len(scenario.calls)} calls of other systems are left out: --console names the console they go to")
        city = City(options, scenario, time, cells_of(options), Path(folder))

        def told(progress: Progress) -> None:
            nonlocal poles
            poles = progress.poles
            show(progress.done_ms, progress.total_ms, f"{poles} done", progress.memory)

        jobs = min(jobs, len(city.cells))
        course = Course(city, told, lambda: interruption.number != 0)
        started = wall.monotonic()
        with interruption.handled(), contextlib.suppress(KeyboardInterrupt):
            interruption.begin(lambda: None)  # the course looks at its number
            with _written(f"a temporary file in {tempfile.gettempdir()} (TMPDIR names another folder)"):
                result = simulate_here(course) if jobs == 1 else simulate_apart(course, jobs)
            if result is not None and transcript is not None:
                with _written(f"--transcript, which is {transcript},"):
                    spool.merge(city.folder, len(city.cells), transcript, course.stopped)
        lasted_s = wall.monotonic() - started
    if interruption.number or result is None:
        raise _ended(f"after {poles} of {city.poles} poles", interruption)
    report = run.report_of(options, scenario, time, result, lasted_s, jobs, course.memory_peak)
    return run.RunResult(options.own, scenario, time, result, report)


@contextlib.contextmanager
def _written(what: str) -> Iterator[None]:
    """Says in one sentence that *what* could not be written, and that no file was."""
    try:
        yield
    except OSError as error:
        raise CommandError(f"{what} cannot be written: {error.strerror or error}: no file was written") from error


def _ended(where: str, interruption: Interruption) -> click.exceptions.Exit:
    click.echo(f"diya: ended {where} of the run, before its end: no file was written.", err=True)
    return click.exceptions.Exit(128 + (interruption.number or SIGINT))


@contextlib.contextmanager
def _bar(options: run.Options) -> Iterator[tuple[Show, Callable[[str], None]]]:
    """The bar, and what prints a line above it."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    bars = console(stderr=True)
    texts = [TextColumn(f"{{task.fields[{name}]}}") for name in ("reached", "memory")]
    columns = (TextColumn("{task.description}"), BarColumn(), texts[0], TimeRemainingColumn(), texts[1])
    with Progress(*columns, console=bars, transient=True, disable=not coloured(sys.stderr)) as bar:
        what = f"{len(options.own.poles)} poles on {options.engine}"
        task = bar.add_task(what, total=None, reached="", memory="")

        def show(done: int, total: int, reached: str, memory: int) -> None:
            bar.update(task, completed=done, total=total, reached=reached, memory=f"{memory / 1e6:.0f} MB")

        yield show, bar.console.print
