"""`make chaos SEED=n N=k`: simulates k random nights and prints whether each kept the promises."""

from __future__ import annotations

import sys
from pathlib import Path
from time import perf_counter

import click

from simulator.chaos.night_run import SETTINGS, SITE, small, verdicts

FAILED = 3  # exit code: a promise was broken
POLES = 25
NIGHTS = 40


@click.command(help="Random nights with everything that can happen to a street, judged by the promises.")
@click.option("--seed", metavar="N", type=click.IntRange(0), default=1, show_default=True, help="Of the first night.")
@click.option("--nights", metavar="K", type=click.IntRange(1), default=NIGHTS, show_default=True, help="How many.")
@click.option("--poles", metavar="N", type=click.IntRange(1), default=POLES, show_default=True, help="Of the street.")
@click.option("--workers", metavar="N", type=click.IntRange(1), help="Processes (default: one a processor).")
@click.option("--scenario", type=click.Path(dir_okay=False, path_type=Path), help="Where a failing night is written.")
@click.pass_context
def main(ctx: click.Context, seed: int, nights: int, poles: int, workers: int | None, scenario: Path | None) -> None:
    began, happenings, events, failed = perf_counter(), 0, 0, []
    for one in verdicts(range(seed, seed + nights), poles, workers):
        happenings, events = happenings + one.happenings, events + one.events
        if one.complaints:
            failed.append(one.seed)
            print(f"seed {one.seed} FAILS", *one.complaints, sep="\n  ", flush=True)
    lasted = perf_counter() - began
    print(f"{nights} nights of {poles} poles, seeds {seed} to {seed + nights - 1}, in {lasted:.0f} s:", end=" ")
    print(f"{happenings} happenings, {events} events, {nights - len(failed)} nights kept every promise")
    if failed:
        _tell_smallest(min(failed), poles, scenario)
    ctx.exit(FAILED if failed else 0)


def _tell_smallest(seed: int, poles: int, scenario: Path | None) -> None:
    """Prints the failing night of *seed*, made as small as possible, and writes it where asked for."""
    night = small(seed, poles, lambda count: print(f"trying {count} happenings", file=sys.stderr, flush=True))
    settings = ", ".join(f"{name} = {value}" for name, value in SETTINGS.items())
    print(
        f"The smallest scenario that still fails (it begins at {night.start:%Y-%m-%dT%H:%M}; poles with {settings}):\n"
    )
    print(night.toml)
    if scenario:
        scenario.write_text(night.toml, encoding="utf-8")
        print(
            f"diya simulate --site {SITE} --poles {poles} --from {night.start:%Y-%m-%dT%H:%M} --seed {seed} "
            f"--scenario {scenario}"
        )


if __name__ == "__main__":
    main()
