"""`make demo`: a street of real firmware through a night, watched; or, without a screen, lived at once and judged.

Everything started here is ended here, however the demo ends, and nothing else is touched.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime

import click

from host_tools import cli
from host_tools.broker import embedded_broker
from host_tools.errors import DiyaError
from host_tools.installed import diya_script
from host_tools.site import load_site
from pole import contract

POLES = 12
SITE = "sagar"
EVENING = "2026-11-24T17:00"  # half an hour before sunset in Sagar
NIGHT_H = 14.0  # until after sunrise
WATCHED_H = 7 * 24.0
WATCHED_SPEED = 120.0
HEADLESS_SPEED = 900.0  # a night in a minute; a slower computer takes longer, it does not skip
MUST_REPORT = {contract.PRESENCE, contract.BIRTH, contract.STATE, contract.METER}


@click.command(help="A street of real MicroPython firmware on a real Mosquitto.")
@click.option("--headless", is_flag=True, help="Live one night at once; exit 0 only if it was lit and all reported.")
@click.pass_context
def demo(ctx: click.Context, headless: bool) -> None:
    if headless:
        ctx.exit(0 if live_a_night() else 1)
    watch_a_street()


def watch_a_street() -> None:
    """Mosquitto, the poles in a process of their own, and `diya watch` until Ctrl-C."""
    broker, warning = embedded_broker()
    if warning:
        click.echo(warning, err=True)
    with broker, _street(broker.url):
        cli.run(["watch", "--broker", broker.url, "--site", SITE])
    click.echo("the demo has ended: street and broker are off")


@contextlib.contextmanager
def _street(url: str) -> Iterator[None]:
    command = [
        diya_script(), "simulate", "--site", SITE, "--poles", str(POLES),
        "--from", EVENING, "--hours", str(WATCHED_H), "--engine", "micropython",
        "--speed", str(WATCHED_SPEED), "--broker", url,
    ]  # fmt: skip
    with tempfile.TemporaryFile("w+") as said:
        # a session of its own: Ctrl-C reaches the watcher alone, which then ends the street
        street = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said, start_new_session=True
        )
        try:
            yield
        finally:
            if street.poll():  # it ended by itself, and not well
                said.seek(0)
                click.echo(said.read(), err=True)
            street.terminate()
            try:
                street.wait(10)
            except subprocess.TimeoutExpired:
                street.kill()


def live_a_night() -> bool:
    """One night through Mosquitto on real MicroPython; whether every pole reported and the street was lit."""
    from simulator.command import run_with_progress
    from simulator.run import Options
    from simulator.summary import summarise

    click.echo(f"one night of {POLES} poles on real MicroPython, through Mosquitto ...")
    outcome = run_with_progress(
        Options(
            site=load_site(SITE, POLES),
            start=datetime.fromisoformat(EVENING),
            hours=NIGHT_H,
            engine="micropython",
            speed=HEADLESS_SPEED,
            broker="embedded",
        )
    )
    summarise(outcome)
    reported = outcome.street.recorder.reported
    silent = sorted(name for name, kinds in reported.items() if kinds < MUST_REPORT)
    dark = outcome.report["dark_minutes"]
    for name in silent:
        missing = ", ".join(sorted(MUST_REPORT - reported[name]))
        click.echo(f"{name} did not report {missing}", err=True)
    failures = outcome.street.failures()
    good = not silent and not dark and not failures
    verdict = (
        "lit from dusk to dawn, and every pole reported" if good else f"not as it should be: dark {dark:g} minutes"
    )
    click.echo(verdict, err=not good)
    return good


def main() -> None:
    cli.end_cleanly()
    try:
        demo(standalone_mode=True)
    except DiyaError as error:
        sys.exit(f"diya: {error}")


if __name__ == "__main__":
    main()
