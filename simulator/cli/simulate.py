"""`diya simulate`: runs a street or a city of real firmware on this machine."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path

import click

from host_tools.broker.mosquitto_config import CITY_PORT
from host_tools.errors import CommandError, DiyaError
from host_tools.output import json_option, say_json
from simulator.cli.expectations import expectations_failed, say_happenings
from simulator.cli.simulate_options import (
    SEED_MOST,
    check_hours,
    choose_jobs,
    poles_of_zone,
    read_caller,
    read_speed,
    read_start,
    try_files,
)  # fmt: skip
from simulator.cli.summary import summarise
from simulator.run import RunResult
from simulator.run_options import Options
from simulator.scenario.happening import ScenarioError

FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER, PORT = click.Path(file_okay=False, path_type=Path), click.IntRange(1, 65535)
EXPECTATION_FAILED = 3  # exit code; 1 is firmware that failed


@click.command(
    help="Run a street of real firmware on this machine, through power cuts, outages and faults.  "
    "Ends with 1 when a firmware failed, with 3 when an expectation of the scenario did, with 130 on Ctrl-C."
)
@click.option("--site", "place", metavar="DIR", default="sagar", show_default=True, help="Folder of the site.")
@click.option("--poles", metavar="N", type=click.IntRange(1, 100_000), default=12, show_default=True, help="How many.")
@click.option("--zone", metavar="ZONE", help="Only its poles: a zone, ward, feeder or road class of them.")
@click.option("--jobs", metavar="N", type=click.IntRange(1, 1024), help="Processes (default: one a core).")
@click.option("--from", "start", metavar="TIME", default="2026-11-24T12:00", show_default=True, help="Local start.")
@click.option("--hours", metavar="H", type=float, help="Length (default: the scenario's, or 24).")
@click.option("--engine", type=click.Choice(["cpython", "micropython"]), default="cpython", show_default=True)
@click.option("--speed", metavar="max|X", help="Simulated seconds a second (default: max, with a broker 60).")
@click.option("--scenario", metavar="FILE.toml", help="What happens: a file, or the name of a ready-made one.")
@click.option(
    "--seed", metavar="S", type=click.IntRange(0, SEED_MOST), default=1, show_default=True,
    help="The same seed, the same street.",
)  # fmt: skip
@click.option("--board", metavar="FILE.toml|NAME", help="Of all poles, in place of the site's.")
@click.option("--broker", metavar="none|embedded|mqtt[s]://HOST:PORT", default="none", show_default=True)
@click.option("--credentials", metavar="FOLDER", type=FOLDER, help="Of mqtts://, by `diya site broker-config`.")
@click.option("--city-port", metavar="PORT", type=PORT, default=CITY_PORT, show_default=True, help="Of mqtts://.")
@click.option("--console", "address", metavar="URL", help="Where the scenario's calls of other systems go.")
@click.option("--token-file", metavar="FILE", type=FILE, help="With the token of those calls.")
@click.option("--report", metavar="FILE.json", type=FILE, help="Write the figures of the run.")
@click.option("--transcript", metavar="FILE.jsonl", type=FILE, help="Write every message, a line each.")
@click.option("--plot", metavar="FILE.png", type=FILE, help="Write a picture of the night.")
@click.option("--heatmap", metavar="FILE.png", type=FILE, help="Write the night of each pole, or feeder, as a row.")
@click.option("--map", "street_map", metavar="FILE.geojson", type=FILE, help="Write the poles and what came of each.")
@click.option("--list-happenings", is_flag=True, help="List what a scenario may name, and the ready-made ones.")
@json_option
@click.pass_context
def simulate(
    ctx: click.Context,
    place: str,
    poles: int,
    zone: str | None,
    jobs: int | None,
    start: str,
    hours: float | None,
    engine: str,
    speed: str | None,
    scenario: str | None,
    seed: int,
    board: str | None,
    broker: str,
    credentials: Path | None,
    city_port: int,
    address: str | None,
    token_file: Path | None,
    report: Path | None,
    transcript: Path | None,
    plot: Path | None,
    heatmap: Path | None,
    street_map: Path | None,
    list_happenings: bool,
    as_json: bool,
) -> None:
    if list_happenings:
        say_happenings(as_json)
        return
    files = {
        "--report": report, "--transcript": transcript, "--plot": plot, "--heatmap": heatmap, "--map": street_map
    }  # fmt: skip
    try_files(files)
    if city_port != CITY_PORT and not broker.startswith("mqtts://"):
        raise CommandError(f"the broker is {broker} and must be mqtts://HOST:PORT where there is a --city-port")
    chosen_start, chosen_hours, chosen_speed = read_start(start), check_hours(hours), read_speed(speed, broker)
    processes = choose_jobs(jobs, chosen_speed)
    from host_tools.site import load_site

    site = load_site(place, poles)
    caller = read_caller(address, token_file, broker)
    options = Options(
        site=site,
        start=chosen_start,
        hours=chosen_hours,
        engine=engine,
        speed=chosen_speed,
        scenario=scenario,
        seed=seed,
        broker=broker,
        transcript=transcript is not None,
        credentials=credentials,
        city_port=city_port,
        console=caller,
        board=board,
        part=poles_of_zone(site, zone),
    )
    try:
        with caller or contextlib.nullcontext():
            outcome = _run(options, processes, transcript)
    except ScenarioError as error:
        raise _of_scenario(error) from None
    _write(outcome, files)
    if as_json:
        say_json(outcome.report)
    else:
        summarise(outcome)
        for option, path in files.items():
            if path:
                click.echo(f"{option.removeprefix('--')} written to {path}")
    if outcome.result.failures:
        ctx.exit(1)
    if expectations_failed(outcome.report):
        ctx.exit(EXPECTATION_FAILED)


def _run(options: Options, jobs: int, transcript: Path | None) -> RunResult:
    """Runs a city by cells; what is one cell, or tied to the clock, in this process.  The *transcript* is written."""
    from simulator.city.cells import CELL_POLES
    from simulator.cli.run_progress import run_city, run_with_progress

    if options.speed is None and len(options.own.poles) > CELL_POLES:
        return run_city(options, jobs, transcript)
    outcome = run_with_progress(options)
    if transcript and outcome.transcript:
        outcome.transcript.write(transcript)
    return outcome


def _write(outcome: RunResult, files: Mapping[str, Path | None]) -> None:
    if report := files["--report"]:
        from simulator.report.report import write_report

        write_report(report, outcome.report)
    if plot := files["--plot"]:
        from simulator.report.night_plot import draw

        draw(outcome, plot)
    if heatmap := files["--heatmap"]:
        from simulator.report.heat_map import draw_heat_map

        draw_heat_map(outcome, heatmap)
    if street_map := files["--map"]:
        from simulator.report.street_map import write_street_map

        write_street_map(outcome, street_map)


def _of_scenario(error: ScenarioError) -> DiyaError:
    """The error to raise for *error*: of several mistakes each is printed on a line of its own before."""
    if len(error.problems) == 1:
        return error
    for sentence in error.problems:
        click.echo(f"{sentence}.", err=True)
    return CommandError(f"the scenario has {len(error.problems)} mistakes")
