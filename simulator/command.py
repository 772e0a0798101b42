"""`diya simulate`: a street of real firmware on this machine."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from host_tools.errors import CommandError
from host_tools.output import coloured, console, json_option, on_terminal, say_json
from simulator.expectations import expectations_failed, say_happenings

if TYPE_CHECKING:
    from simulator.run import Options, Outcome

FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER, PORT = click.Path(file_okay=False, path_type=Path), click.IntRange(1, 65535)
EXPECTATION_FAILED = 3  # exit code; 1 is firmware that failed
SPEED_WITH_BROKER = 60.0  # simulated seconds a real one, unless said otherwise


@click.command(
    help="Run a street of real firmware on this machine, through power cuts, outages and faults.  "
    "Ends with 1 when a firmware failed, with 3 when an expectation of the scenario did."
)
@click.option("--site", "place", metavar="DIR", default="sagar", show_default=True, help="Folder of the site.")
@click.option("--poles", metavar="N", type=click.IntRange(1, 100_000), default=12, show_default=True, help="How many.")
@click.option("--from", "start", metavar="TIME", default="2026-11-24T12:00", show_default=True, help="Local start.")
@click.option("--hours", metavar="H", type=click.FloatRange(0, min_open=True), help="Length (default: the scenario's).")
@click.option("--engine", type=click.Choice(["cpython", "micropython"]), default="cpython", show_default=True)
@click.option("--speed", metavar="max|X", help="Simulated seconds a second (default: max, with a broker 60).")
@click.option("--scenario", metavar="FILE.toml", help="What happens: a file, or the name of a ready-made one.")
@click.option("--seed", metavar="S", type=int, default=1, show_default=True, help="The same seed, the same street.")
@click.option("--broker", metavar="none|embedded|mqtt[s]://HOST:PORT", default="none", show_default=True)
@click.option("--credentials", metavar="FOLDER", type=FOLDER, help="Of mqtts://, by `diya site broker-config`.")
@click.option("--city-port", metavar="PORT", type=PORT, default=8884, show_default=True, help="Of mqtts://.")
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
    broker: str,
    credentials: Path | None,
    city_port: int,
    report: Path | None,
    transcript: Path | None,
    plot: Path | None,
    list_happenings: bool,
    as_json: bool,
) -> None:
    if list_happenings:
        say_happenings(as_json)
        return
    from host_tools.site import load_site
    from simulator import run

    options = run.Options(
        site=load_site(place, poles),
        start=_start(start),
        hours=hours,
        engine=engine,
        speed=_speed(speed, broker),
        scenario=scenario,
        seed=seed,
        broker=broker,
        credentials=credentials,
        city_port=city_port,
        transcript=transcript is not None,
    )
    outcome = run_with_progress(options)
    if transcript and outcome.transcript:
        outcome.transcript.write(transcript)
    if report:
        from simulator.report.report import write_report

        write_report(report, outcome.report)
    if plot:
        draw(outcome, plot)
    if as_json:
        say_json(outcome.report)
    else:
        summarise(outcome)
        for what, path in (("report", report), ("transcript", transcript), ("plot", plot)):
            if path:
                click.echo(f"{what} written to {path}")
    if outcome.street.failures():
        ctx.exit(1)
    if expectations_failed(outcome.report):
        ctx.exit(EXPECTATION_FAILED)


def _start(text: str) -> datetime:
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        start = None
    if start is None or start.tzinfo or not 2024 <= start.year <= 2060:
        raise CommandError(f"--from is {text!r} and must be a local time from 2024 to 2060 such as 2026-11-24T12:00")
    return start


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
    """The run, with a bar on standard error while a person watches."""
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from simulator import run

    bars = console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[clock]}"), TimeRemainingColumn())
    with Progress(*columns, console=bars, transient=True, disable=not coloured(sys.stderr)) as bar:
        what = f"{len(options.site.poles)} poles on {options.engine}"
        task = bar.add_task(what, total=None, clock="")

        def progress(done_ms: int, total_ms: int, clock: str) -> None:
            bar.update(task, completed=done_ms, total=total_ms, clock=clock)

        return run.simulate(options, progress, bar.console.print)


def summarise(outcome: Outcome) -> None:
    """What came of the run, for a person: the night as a plot on a terminal, and the figures."""
    from rich.table import Table

    report = outcome.report
    if on_terminal():
        click.echo(_terminal_plot(outcome))
    table = Table(show_header=False, box=None, pad_edge=False)
    for name, value in _figures(report):
        table.add_row(name, value)
    console().print(table)
    for spell in report["dark_spells"][:5]:
        click.echo(f"dark: {spell['pole']} at {spell['at']} for {spell['seconds']:g} s")
    for failure in outcome.street.failures()[:3]:
        click.echo(failure, err=True)


def _figures(report: dict[str, Any]) -> list[tuple[str, str]]:
    totals, detection = report["totals"], report["detection"]
    boots = ", ".join(f"{v} {k.removeprefix('boots_')}" for k, v in totals.items() if k.startswith("boots_"))
    acks = ", ".join(f"{v} {k.removeprefix('acks_')}" for k, v in totals.items() if k.startswith("acks_"))
    rows = [
        ("street", f"{report['poles']} poles of {report['site']}, {report['hours']:g} h from {report['from'][:16]}"),
        ("dark", f"{report['dark_minutes']:g} minutes in {report['pole_nights']:g} pole-nights"),
        ("reported", f"{totals['reported']} of {report['poles']} poles"),
        ("messages", f"{report['messages']} ({report['bytes'] / 1000:.0f} kB)"),
        ("boots", boots),
        ("acks", acks or "none"),
        ("wall clock", f"{report['wall_s']:.1f} s ({report['hours'] * 3600 / max(report['wall_s'], 1e-9):,.0f} x)"),
    ]
    if report["max_heap_bytes"]:
        rows.append(("heap", f"{report['max_heap_bytes']} bytes at most"))
    if detection["expected"] or detection["false_alarms"]:
        found = f"{detection['detected']} of {detection['expected']}, {len(detection['false_alarms'])} false alarms"
        rows.append(("detection", found))
    if totals["failures"]:
        rows.append(("failures", str(totals["failures"])))
    return rows


def _series(outcome: Outcome) -> tuple[list[Any], list[Any]]:
    from simulator.report.night import sun_marks

    street = outcome.street
    site = street.site
    classes = {
        name: [pole.name for pole in site.poles if pole.road_class == name]
        for name in sorted({pole.road_class for pole in site.poles})
    }
    start = street.time.start_unix
    marks = sun_marks(site.latitude, site.longitude, start, start + round(street.scenario.hours * 3600))
    return [*street.log.group_levels(classes), street.log.power()], marks


def _title(outcome: Outcome) -> str:
    return f"{outcome.street.site.title}: {outcome.street.scenario.name}"


def _terminal_plot(outcome: Outcome) -> str:
    from host_tools.plot import night_plot
    from host_tools.verbs.site import plot_size

    series, marks = _series(outcome)
    width, height = plot_size()
    return night_plot(
        series,
        marks,
        timezone=outcome.street.site.timezone,
        title=_title(outcome),
        width=width,
        height=min(height, 26),
        colour=coloured(),
    )


def draw(outcome: Outcome, path: Path) -> None:
    """The night as a PNG."""
    from host_tools.picture import png

    series, marks = _series(outcome)
    report = outcome.report
    png(
        path,
        series,
        marks,
        timezone=outcome.street.site.timezone,
        title=_title(outcome),
        subtitle=f"{report['poles']} poles from {report['from'][:16]}, dark {report['dark_minutes']:g} minutes",
        faint=outcome.street.log.levels(outcome.street.log.poles()[:60]),
    )
