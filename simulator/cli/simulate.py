"""`diya simulate`: runs a street of real firmware on this machine."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click

from host_tools.broker.mosquitto_config import CITY_PORT
from host_tools.errors import CommandError, DiyaError
from host_tools.output import coloured, console, json_option, say_json
from host_tools.output_file import try_output
from simulator.cli.expectations import expectations_failed, say_happenings
from simulator.cli.summary import summarise
from simulator.interruption import Interruption
from simulator.scenario.happening import ScenarioError

if TYPE_CHECKING:
    from simulator.caller import Caller
    from simulator.run import Options, Outcome

FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER, PORT = click.Path(file_okay=False, path_type=Path), click.IntRange(1, 65535)
EXPECTATION_FAILED = 3  # exit code; 1 is firmware that failed
HOURS_LEAST, HOURS_MOST = 0.01, 10 * 366 * 24
SEED_MOST = 2**63 - 1
SPEED_WITH_BROKER = 60.0  # simulated seconds a real one, unless said otherwise


@click.command(
    help="Run a street of real firmware on this machine, through power cuts, outages and faults.  "
    "Ends with 1 when a firmware failed, with 3 when an expectation of the scenario did, with 130 on Ctrl-C."
)
@click.option("--site", "place", metavar="DIR", default="sagar", show_default=True, help="Folder of the site.")
@click.option("--poles", metavar="N", type=click.IntRange(1, 100_000), default=12, show_default=True, help="How many.")
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
@click.option("--list-happenings", is_flag=True, help="List what a scenario may name, and the ready-made ones.")
@json_option
@click.pass_context
def simulate(
    ctx: click.Context,
    place: str,
    poles: int,
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
    list_happenings: bool,
    as_json: bool,
) -> None:
    if list_happenings:
        say_happenings(as_json)
        return
    files = {"--report": report, "--transcript": transcript, "--plot": plot}
    _try_files(files)
    if city_port != CITY_PORT and not broker.startswith("mqtts://"):
        raise CommandError(f"the broker is {broker} and must be mqtts://HOST:PORT where there is a --city-port")
    chosen: dict[str, Any] = {"start": _start(start), "hours": _hours(hours), "speed": _speed(speed, broker)}
    from host_tools.site import load_site
    from simulator import run

    caller = _caller(address, token_file, broker)
    options = run.Options(
        site=load_site(place, poles),
        engine=engine,
        scenario=scenario,
        seed=seed,
        board=board,
        broker=broker,
        credentials=credentials,
        city_port=city_port,
        transcript=transcript is not None,
        console=caller,
        **chosen,
    )
    try:
        with caller or contextlib.nullcontext():
            outcome = run_with_progress(options)
    except ScenarioError as error:
        raise _of_scenario(error) from None
    _write(outcome, report, transcript, plot)
    if as_json:
        say_json(outcome.report)
    else:
        summarise(outcome)
        for option, path in files.items():
            if path:
                click.echo(f"{option.removeprefix('--')} written to {path}")
    if outcome.street.failures():
        ctx.exit(1)
    if expectations_failed(outcome.report):
        ctx.exit(EXPECTATION_FAILED)


def _caller(address: str | None, token_file: Path | None, broker: str) -> Caller | None:
    """What makes the scenario's calls to the console at *address*; None without one."""
    from simulator.caller import Caller

    if address is None:
        if token_file is not None:
            raise CommandError("--token-file is for the calls to a --console, which is not given")
        return None
    if broker == "none":
        raise CommandError("--console needs --broker: the console hears the street through it")
    if urlsplit(address).scheme not in ("http", "https"):
        raise CommandError(f"--console is {address!r} and must be an address such as http://127.0.0.1:8080/")
    if token_file is None:
        raise CommandError("--console needs --token-file: a token for all doors, which an admin makes at Desk")
    try:
        token = token_file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"--token-file is {token_file}, which cannot be read as a token: {error}") from error
    return Caller(address, token, lambda line: click.echo(line, err=True))


def _try_files(files: Mapping[str, Path | None]) -> None:
    """Refuses a file that could not be written after the run, or that two options name."""
    seen: dict[Path, str] = {}
    plot = files["--plot"]
    if plot and plot.suffix.lower() not in ("", ".png"):
        raise CommandError(f"--plot is {plot}, and the picture is a PNG: its name must end in .png")
    for option, path in files.items():
        try_output(option, path)
        if path and path.resolve() in seen:
            raise CommandError(f"{option} is {path}, which {seen[path.resolve()]} names too: they need a file each")
        if path and (path.is_file() or not path.exists()):
            seen[path.resolve()] = option


def _write(outcome: Outcome, report: Path | None, transcript: Path | None, plot: Path | None) -> None:
    if transcript and outcome.transcript:
        outcome.transcript.write(transcript)
    if report:
        from simulator.report.report import write_report

        write_report(report, outcome.report)
    if plot:
        from simulator.report.night_plot import draw

        draw(outcome, plot)


def _of_scenario(error: ScenarioError) -> DiyaError:
    """The error to raise for *error*: of several mistakes each is printed on a line of its own before."""
    if len(error.problems) == 1:
        return error
    for sentence in error.problems:
        click.echo(f"{sentence}.", err=True)
    return CommandError(f"the scenario has {len(error.problems)} mistakes")


def _start(text: str) -> datetime:
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        start = None
    if start is None or start.tzinfo or not 2024 <= start.year <= 2060:
        raise CommandError(f"--from is {text!r} and must be a local time from 2024 to 2060 such as 2026-11-24T12:00")
    return start


def _hours(hours: float | None) -> float | None:
    if hours is not None and not HOURS_LEAST <= hours <= HOURS_MOST:
        raise CommandError(f"--hours is {hours:g} and must be {HOURS_LEAST:g} to {HOURS_MOST}")
    return hours


def _speed(text: str | None, broker: str) -> float | None:
    if text is None:
        return None if broker == "none" else SPEED_WITH_BROKER
    if text == "max":
        if broker != "none":
            raise CommandError("--speed is max and needs --broker none: a real broker lives in real time")
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0.01 <= speed <= 100_000:
        raise CommandError(f"--speed is {text!r} and must be max, or 0.01 to 100000 simulated seconds a second")
    return speed


def run_with_progress(options: Options) -> Outcome:
    """The run, with a bar on standard error while a person watches.  Ctrl-C ends it, and with it the command."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from simulator import run

    at = "the start"
    outcome: Outcome | None = None
    interruption = Interruption()
    bars = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[clock]}"), TimeRemainingColumn())
    with Progress(*columns, console=bars, transient=True, disable=not coloured(sys.stderr)) as bar:
        what = f"{len(options.site.poles)} poles on {options.engine}"
        task = bar.add_task(what, total=None, clock="")

        def progress(done_ms: int, total_ms: int, clock: str) -> None:
            nonlocal at
            at = clock
            bar.update(task, completed=done_ms, total=total_ms, clock=clock)

        with interruption.handled(), contextlib.suppress(KeyboardInterrupt):
            outcome = run.simulate(
                options, progress, bar.console.print, lambda street: interruption.begin(street.kernel.stop)
            )
    if interruption.number or outcome is None:
        click.echo(f"diya: ended at {at} of the run, before its end: no file was written.", err=True)
        raise click.exceptions.Exit(128 + (interruption.number or signal.SIGINT))
    return outcome
