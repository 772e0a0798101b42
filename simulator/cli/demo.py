"""`make demo`: shows a street of real firmware through a night; without a screen, simulates it fast and judges it.

Every process started here is ended here in every case, and no other process is touched.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import webbrowser
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from host_tools import cli
from host_tools.broker import embedded_broker
from host_tools.errors import DiyaError
from host_tools.installed import diya_script
from host_tools.site import load_site
from pole.wire import contract
from simulator.cli.demo_browser import program, use_console
from simulator.cli.demo_console import DemoConsole, running_console
from simulator.cli.demo_site import POLES, write_site

if TYPE_CHECKING:
    from simulator.run import Outcome

SCENARIO = "demo"
EVENING = "2026-11-24T17:00"  # half an hour before sunset in Sagar
NIGHT_H = 14.0  # until after sunrise
WATCHED_H = 7 * 24.0
WATCHED_SPEED = 120.0  # an hour of the street in half a minute
BEFORE_FAULT, CONSOLE_SPEED = "2026-11-24T17:54", 60.0  # when a browser looks at the console
HEADLESS_SPEED = 900.0  # a night in a minute; a slower computer takes longer, it does not skip
MUST_REPORT = {contract.PRESENCE, contract.BIRTH, contract.STATE, contract.METER}
COMMANDED, LEVEL = "P0002", 40  # what the screen proposes to send
STORY = (
    "18:00 the lamp of P0003 fails; 18:20 P0010 is sent to 40 % for 40 minutes;",
    "18:45 feeder F02 trips, one fault: P0005 to P0008 are gone until 21:15.",
)


@click.command(help="A street of real MicroPython firmware on a real Mosquitto.")
@click.option("--headless", is_flag=True, help="Live one night at once; exit 0 only if all went as it should.")
@click.option(
    "--pictures", metavar="FOLDER", type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="With --headless: where to leave pictures of the console.",
)  # fmt: skip
@click.pass_context
def demo(ctx: click.Context, headless: bool, pictures: Path | None) -> None:
    with tempfile.TemporaryDirectory(prefix="diya-demo-") as folder:
        site = write_site(Path(folder))
        if headless:
            ctx.exit(0 if live_a_night(site) and see_the_console(site, pictures) else 1)
        watch_a_street(site)


def watch_a_street(site: Path) -> None:
    """Mosquitto, the poles in a process of their own, the console, and `diya watch` until Ctrl-C."""
    broker, warning = embedded_broker()
    if warning:
        click.echo(warning, err=True)
    with broker, _street(site, broker.url) as street, running_console(site, broker.url) as console:
        note = "\n".join(note_of(broker.url, console))
        _show_in_browser(console.address)
        watch = [diya_script(), "watch", "--broker", broker.url, "--site", str(site), "--simulated", "--note", note]
        with contextlib.suppress(KeyboardInterrupt):  # it is for the watcher, which then ends
            click.echo(note)
            watching = subprocess.Popen(watch)
            try:
                watching.wait()
            except KeyboardInterrupt:
                watching.wait(10)
        if street.poll() is None:
            click.echo("the demo has ended: street and broker are off")


def note_of(url: str, console: DemoConsole) -> list[str]:
    """The lines above the street, on 80 columns: the console, the broker, what to type, what will happen."""
    diya = "diya" if shutil.which("diya") else _from_here(Path(diya_script()))
    return [
        f"Console: {console.address}  log in as {console.user} with {console.password}",
        f"Ctrl-C ends it.  Broker: {url}.  In a second terminal, here:",
        f"  {diya} send --broker {url} --simulated \\",
        f"    --pole {COMMANDED} --level {LEVEL} --for 30m",
        *STORY,
    ]


def _show_in_browser(address: str) -> None:
    """Opens *address* where this is a desktop; where there is only a terminal the note says it."""
    if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or sys.platform in ("darwin", "win32"):
        webbrowser.open(address)


def _from_here(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


@contextlib.contextmanager
def _street(
    site: Path, url: str, begin: str = EVENING, speed: float = WATCHED_SPEED
) -> Iterator[subprocess.Popen[bytes]]:
    command = [
        diya_script(), "simulate", "--site", str(site), "--poles", str(POLES), "--scenario", SCENARIO,
        "--from", begin, "--hours", str(WATCHED_H), "--engine", "micropython",
        "--speed", str(speed), "--broker", url,
    ]  # fmt: skip
    with tempfile.TemporaryFile("w+") as said:
        # a process session of its own: Ctrl-C reaches the watcher alone, which then ends the street
        street = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said, start_new_session=True
        )
        try:
            yield street
        finally:
            if street.poll():  # it ended by itself, and not well
                said.seek(0)
                click.echo(said.read(), err=True)
            street.terminate()
            try:
                street.wait(10)
            except subprocess.TimeoutExpired:
                street.kill()


def live_a_night(site: Path) -> bool:
    """Simulates one night through Mosquitto on real MicroPython; returns whether there was no fault."""
    from simulator.cli.demo_story import story
    from simulator.cli.run_progress import run_with_progress
    from simulator.cli.summary import summarise
    from simulator.run import Options

    click.echo(f"one night of {POLES} poles on real MicroPython, through Mosquitto ...")
    outcome = run_with_progress(
        Options(
            site=load_site(site),
            start=datetime.fromisoformat(EVENING),
            hours=NIGHT_H,
            engine="micropython",
            speed=HEADLESS_SPEED,
            broker="embedded",
            scenario=SCENARIO,
        )
    )
    summarise(outcome)
    click.echo("the night, from what was heard on the broker:")
    for line in story(outcome.street, HEADLESS_SPEED):
        click.echo(f"  {line}")
    wrong = faults_of(outcome)
    for sentence in wrong:
        click.echo(sentence, err=True)
    if not wrong:
        click.echo("lit from dusk to dawn, every pole reported, and what went wrong was found and ended")
    return not wrong


def see_the_console(site: Path, pictures: Path | None) -> bool:
    """The console on the street at the time when its lamp fails, used in a real browser; whether all was right."""
    if program() is None:
        click.echo("the console is not looked at: that needs playwright and chromium, which `make setup` installs")
        return True
    click.echo("the console in Chromium: a login, a fault that appears, an area lit for the disaster desk ...")
    broker, _warning = embedded_broker()
    with broker, _street(site, broker.url, BEFORE_FAULT, CONSOLE_SPEED), running_console(site, broker.url) as console:
        wrong = use_console(console, pictures)
    for sentence in wrong:
        click.echo(sentence, err=True)
    if not wrong:
        click.echo("the area's poles say 'emergency, disaster desk, until 04:00', and no request went elsewhere")
    return not wrong


def faults_of(outcome: Outcome) -> list[str]:
    """A sentence for each fault of the night's result."""
    from simulator.cli.expectations import failures
    from simulator.report.words import minutes

    reported, report = outcome.street.recorder.reported, outcome.report
    wrong = [
        f"{name} did not report {', '.join(sorted(MUST_REPORT - kinds))}"
        for name, kinds in sorted(reported.items())
        if MUST_REPORT - kinds
    ]
    if report["dark_minutes"]:
        wrong.append(f"the street was not lit from dusk to dawn: {minutes(report['dark_minutes'])} dark minutes")
    missed = failures({**report, "detection": {**report["detection"], "false_alarms": []}})
    detection = report["detection"]
    if (not missed and detection["detected"] < detection["expected"]) or not detection["expected"]:
        missed = ["nothing that was to be found was judged"]
    return wrong + missed + outcome.street.failures()


def main() -> None:
    cli.end_cleanly()
    try:
        demo(standalone_mode=True)
    except DiyaError as error:
        sys.exit(f"diya: {error}")


if __name__ == "__main__":
    main()
