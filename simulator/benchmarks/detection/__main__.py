"""`make bench-detection`: runs the benchmark, writes page and picture, and checks the figures against their bounds."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from time import perf_counter

import click
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from host_tools.output import coloured, console
from simulator.benchmarks.detection import explain_pole, report_page, report_picture
from simulator.benchmarks.detection.benchmark import FULL, QUICK, SEED, Result, Size, run
from simulator.benchmarks.detection.figures import as_json, verdict

FAILED = 3  # exit code: a figure is not within its bound
DOCS = Path("docs")


@click.command(help="Detection, measured: recall, false alarms and delay on a generated street, beside the CPD 3000.")
@click.option("--quick", is_flag=True, help="A tenth of the nights and of the faults.")
@click.option("--seed", metavar="N", type=int, default=SEED, show_default=True, help="Of the population.")
@click.option("--workers", metavar="N", type=click.IntRange(1), help="Processes (default: one a processor).")
@click.option(
    "--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="All figures, into this file too."
)
@click.option(
    "--docs", type=click.Path(file_okay=False, path_type=Path), default=DOCS, help="Where page and picture go."
)
@click.option("--pole", metavar="NAME", help="Instead of all: what happened to this one pole, and what was raised.")
@click.pass_context
def main(
    ctx: click.Context, quick: bool, seed: int, workers: int | None, file: Path | None, docs: Path, pole: str | None
) -> None:
    size = QUICK if quick else FULL
    if pole:
        try:
            print("\n".join(explain_pole.lines(seed, size, pole)))
        except KeyError:
            raise click.ClickException(
                f"the pole is {pole} and must be one of this population, such as B00001"
            ) from None
        return
    began = perf_counter()
    result = measured(seed, size, workers)
    docs.mkdir(parents=True, exist_ok=True)
    (docs / report_page.NAME).write_text(report_page.render(result), encoding="utf-8")
    report_picture.png(result, docs / report_picture.NAME)
    if file:
        file.write_text(json.dumps(as_json(result), indent=1) + "\n", encoding="utf-8")
    bounds = verdict(result)
    for bound in bounds:
        print(f"{'holds' if bound.holds else 'FAILS'}: {bound.sentence}")
    failed = sum(not bound.holds for bound in bounds)
    said = f"{failed} of {len(bounds)} bounds fail" if failed else f"all {len(bounds)} bounds hold"
    print(f"{said}; {docs / report_page.NAME} is written; {perf_counter() - began:.0f} s")
    ctx.exit(FAILED if failed else 0)


def measured(seed: int, size: Size, workers: int | None) -> Result:
    """The run, with a progress bar on a terminal."""
    bars = console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=bars, disable=not coloured(sys.stderr)) as bar:
        task = bar.add_task("poles lived", total=None)
        return run(seed, size, workers, lambda done, of: bar.update(task, completed=done, total=of))


if __name__ == "__main__":
    main()
