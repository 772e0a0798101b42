"""`make bench-stress`: runs the trials, and writes their tables and pictures into docs/performance.md."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from datetime import date
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from host_tools.broker.mosquitto import find_mosquitto
from host_tools.errors import DiyaError
from host_tools.output import console
from simulator.benchmarks.stress import connections, page, picture
from simulator.benchmarks.stress.connections import Taken
from simulator.benchmarks.stress.run import run_modelled, run_real
from simulator.benchmarks.stress.trial import Run, Trial
from simulator.benchmarks.stress.trials import TRIALS

FAILED = 3  # exit code: a figure is not within its bound
POLES, REAL_POLES, CONNECTIONS = 200, 50, 500
MOST_REAL, MOST_SECURE = 240, 1000
DOCS = Path("docs")


@click.command(help="Stress, measured: a feeder, a group, a poor network, a broker and a midnight.")
@click.option("--poles", metavar="N", type=click.IntRange(1), default=POLES, show_default=True,
    help="On the modelled network.")  # fmt: skip
@click.option("--real-poles", metavar="N", type=click.IntRange(0, MOST_REAL), default=REAL_POLES, show_default=True,
    help="With Mosquitto; 0: without.")  # fmt: skip
@click.option("--connections", "many", metavar="N", type=click.IntRange(0), default=CONNECTIONS, show_default=True,
    help="That one client holds to Mosquitto; 0: none.")  # fmt: skip
@click.option("--trial", "names", type=click.Choice([*TRIALS, page.CROWD]), multiple=True, help="Only this one.")
@click.option("--seed", metavar="N", type=int, default=1, show_default=True)
@click.option("--jobs", metavar="N", type=click.IntRange(1), help="Processes (default: one a processor).")
@click.option("--docs", type=click.Path(file_okay=False, path_type=Path), default=DOCS,
    help="Where page and pictures are.")  # fmt: skip
@click.pass_context
def main(
    ctx: click.Context, poles: int, real_poles: int, many: int, names: tuple[str, ...], seed: int, jobs: int | None,
    docs: Path,
) -> None:  # fmt: skip
    screen = console()
    if find_mosquitto() is None:
        screen.print("Mosquitto is not on this machine: only the modelled network is measured")
        real_poles = many = 0
    failed = 0
    try:
        for name in names or (*TRIALS, page.CROWD):
            if name == page.CROWD:
                failed += _crowd(screen, docs, many, seed) if many else 0
            else:
                failed += _trial(screen, docs, TRIALS[name], poles, real_poles, seed, jobs or os.cpu_count() or 1)
    except DiyaError as error:
        raise click.ClickException(str(error)) from error
    screen.print(f"{failed} bounds fail" if failed else "all bounds hold", f"; {docs / page.NAME} is written", sep="")
    ctx.exit(FAILED if failed else 0)


def _trial(screen: Console, docs: Path, trial: Trial, poles: int, real_poles: int, seed: int, jobs: int) -> int:
    """Runs *trial*, and prints and writes what it found; how many of its bounds fail."""
    load = _load()
    runs = [run_modelled(trial, poles, seed, jobs)]
    if real_poles:
        runs.append(run_real(trial, real_poles, seed))
    command = f"make bench-stress TRIAL={trial.name} POLES={poles} REAL={real_poles}"
    took = ", ".join(f"{run.network} {run.wall_s:.0f} s" for run in runs)
    speed = f", Mosquitto at {trial.speed:g} times real time" if real_poles else ""
    about = f"`{command}`{speed}; {_machine(load)}; took {took}."
    page.write(docs / page.NAME, trial.name, page.section(trial, runs, about))
    rows = [_row(trial, run) for run in runs]
    picture.png(docs / page.picture_name(trial.name), trial.title, trial.zero, rows)
    for run in runs:
        _show(screen, f"{trial.title}: {run.network}, {run.poles:,} poles", trial.figures(run))
    verdicts = [verdict for run in runs for verdict in trial.verdict(run)]
    for verdict in verdicts:
        screen.print(f"{'holds' if verdict.holds else 'FAILS'}: {verdict.sentence}")
    return sum(not verdict.holds for verdict in verdicts)


def _row(trial: Trial, run: Run) -> picture.Row:
    rates = {name: [ms for ms in moments if ms >= 0] for name, moments in trial.rates(run).items()}
    return picture.Row(f"{run.network}, {run.poles:,} poles", run.poles, rates, trial.curves(run))


def _crowd(screen: Console, docs: Path, many: int, seed: int) -> int:
    """Measures the connections, and prints and writes what was found; how many bounds fail."""
    load = _load()
    taken = connections.measured(many, seed)
    secure = connections.measured_secure(min(MOST_SECURE, many), seed)
    command = f"make bench-stress TRIAL={page.CROWD} CONNECTIONS={many}"
    about = f"`{command}`, in real time; {_machine(load)}."
    page.write(docs / page.NAME, page.CROWD, page.crowd_section(taken, secure, about))
    picture.png(docs / page.picture_name(page.CROWD), f"{taken.many:,} connections to one Mosquitto", "that step began",
        [_start(taken), _again(taken), _group(taken)])  # fmt: skip
    verdicts = page.crowd_verdict(taken, secure)
    for verdict in verdicts:
        screen.print(f"{'holds' if verdict.holds else 'FAILS'}: {verdict.sentence}")
    return sum(not verdict.holds for verdict in verdicts)


def _start(taken: Taken) -> picture.Row:
    rates = {"begun": taken.spread_begun, "online": taken.spread}
    return picture.Row("a start", taken.many, rates, {"online": taken.spread})


def _again(taken: Taken) -> picture.Row:
    rates = {"begun": taken.again_begun, "online": taken.again}
    return picture.Row("a new broker", taken.many, rates, {"online": taken.again})


def _group(taken: Taken) -> picture.Row:
    curves = {"command": taken.commanded, "ack with the city": taken.acked, "configuration": taken.configured}
    return picture.Row("messages", taken.many, {"acks": taken.acked, "configurations": taken.configured}, curves)


def _show(screen: Console, title: str, figures: list[tuple[str, str]]) -> None:
    table = Table(title=title, title_justify="left", show_header=False)
    table.add_column()
    table.add_column(justify="right")
    for name, value in figures:
        table.add_row(name, value)
    screen.print(table)


def _load() -> str:
    """How busy the machine is, before a trial."""
    return f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "not known"


def _machine(load: str) -> str:
    return (
        f"{date.today()}, {platform.system()} {platform.machine()}, Python {platform.python_version()}, "
        f"{_mosquitto()}, {os.cpu_count()} processors, load {load} before it began"
    )


def _mosquitto() -> str:
    program = find_mosquitto()
    if program is None:
        return "no Mosquitto"
    said = subprocess.run([program, "-h"], capture_output=True, text=True).stdout.splitlines()
    return said[0].replace("mosquitto version", "Mosquitto") if said else "Mosquitto"


if __name__ == "__main__":
    sys.exit(main())
