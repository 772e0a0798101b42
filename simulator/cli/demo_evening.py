"""`make demo EVENING=1`: an evening at the command centre (docs/iccc.md), in which each system says what it says then.

The street, its console and the calls of the other systems live by one simulated time.  A browser looks at what comes
of each call; with a folder for pictures they are left there.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from host_tools.broker import embedded_broker
from host_tools.city.console.access import tokens
from host_tools.city.console.city import City
from host_tools.city.console.settings import Settings
from host_tools.errors import DiyaError
from host_tools.installed import diya_script
from simulator.cli import demo_browser
from simulator.cli.demo_console import DemoConsole, running_console
from simulator.cli.demo_site import POLES, write_site

if TYPE_CHECKING:
    from playwright.sync_api import Page

SCENARIO, START, HOURS, SPEED = "iccc-evening", "2026-11-24T18:30", 14.5, 180.0
CAP = '\n[cap]\nsenders = ["alerts@sdma.mp.example"]\n'
DOORS = ["read", "traffic", "incidents", "cap", "open311", "election", "ngsi"]
NUMBERS = {"highest": 100, "radius_m": 500, "minutes": 1440, "calls": 600, "days": 2}
MORNING_S = 60  # until an hour after sunrise, at this speed
DRAWN_MS = 2500  # until what came is drawn
PATIENCE_S = 900.0


@dataclass(frozen=True)
class Look:
    """After the call whose line has *after* in it, the page *path* shows *what*."""

    after: str
    path: str
    name: str
    what: Callable[[Page], None]


def shows(text: str) -> Callable[[Page], None]:
    """Waits until the page has *text*."""

    def wait(page: Page) -> None:
        page.get_by_text(text).first.wait_for()

    return wait


def at_breakfast(page: Page) -> None:
    """Waits until the night is counted, and looks whether what was dark is in its report and nothing else is.

    What is wrong is raised by playwright, as anything that is not seen.
    """
    from playwright.sync_api import expect

    counted = page.get_by_text("Preliminary are the nights of 2026-11-24")
    for _again in range(MORNING_S):
        if counted.count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    counted.first.wait_for()
    month = page.url
    for rows in ("nights?month=2026-11&what=dark", "repairs?month=2026-11"):
        page.goto(f"{month.partition('reports')[0]}reports/{rows}")
        expect(page.get_by_role("row", name="P0010")).to_have_count(1)
        expect(page.get_by_role("row", name="P0002")).to_have_count(0)
    page.goto(month)


LOOKS = (
    Look("election webcasting", "desk/election/2026-11-26", "election", shows("Primary school, F01")),
    Look("19:55  CM Helpline", "complaints", "complaints", shows("P0010")),
    Look("23:55  traffic management", "p/P0004", "traffic", shows("traffic level 2 on SEG-14")),
    Look("CCTV", "p/P0003", "camera", shows("camera 7, incident 4411")),
    Look("disaster management", "desk/doors", "doors", shows("Flood alert")),
    Look("e-governance", "reports?month=2026-11", "report", at_breakfast),
)


def play(pictures: Path | None) -> list[str]:
    """Plays the evening; what was not as it should be, a sentence each."""
    with tempfile.TemporaryDirectory(prefix="diya-evening-") as folder:
        site = write_site(Path(folder))
        with (site / "site.toml").open("a", encoding="utf-8") as file:
            file.write(CAP)
        broker, _warning = embedded_broker()
        with broker, running_console(site, broker.url) as console:
            token = Path(folder) / "token"
            with demo_browser.logged_in(console) as page:
                token.write_text(_token(console, site), encoding="ascii")
                with _street(site, broker.url, console, token) as lines:
                    return _look_at(page, console, lines, pictures)


def _look_at(page: Page, console: DemoConsole, lines: Iterator[str], pictures: Path | None) -> list[str]:
    from playwright.sync_api import Error

    wrong, left = [], list(LOOKS)
    for line in lines:
        click.echo(f"  {line}")
        if "->" in line and not line.split("-> ")[1].startswith("2"):
            wrong.append(f"refused: {line}")
        if not left or left[0].after not in line:
            continue
        look = left.pop(0)
        try:
            page.goto(console.address + look.path)
            look.what(page)
            page.wait_for_timeout(DRAWN_MS)
        except (Error, AssertionError) as error:
            wrong.append(f"{look.path} after {look.after}: {str(error).splitlines()[0]}")
        if pictures is not None:
            demo_browser.keep(page, pictures / f"iccc-{look.name}.png")
        if not left:
            break
    return wrong + [f"nothing was heard of {look.after}" for look in left]


def _token(console: DemoConsole, site: Path) -> str:
    """As an admin makes one at Desk."""
    city = City(Settings(str(console.store), str(site), ()))
    try:
        with city.writing() as connection:
            return tokens.add(connection, "command-centre", DOORS, [], NUMBERS, console.user, int(city.wall()))
    finally:
        city.close()


@contextmanager
def _street(site: Path, url: str, console: DemoConsole, token: Path) -> Iterator[Iterator[str]]:
    """The street, and the lines that it says of each call."""
    command = [
        diya_script(), "simulate", "--site", str(site), "--poles", str(POLES), "--scenario", SCENARIO, "--from", START,
        "--hours", str(HOURS), "--speed", str(SPEED), "--broker", url, "--console", console.address,
        "--token-file", str(token),
    ]  # fmt: skip
    with tempfile.TemporaryFile("w+") as out:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE, text=True, start_new_session=True
        )
        try:
            yield _said(child)
        finally:
            child.terminate()
            try:
                child.communicate(timeout=20)
            except subprocess.TimeoutExpired:
                child.kill()
                child.communicate()


def _said(child: subprocess.Popen[str]) -> Iterator[str]:
    until = time.monotonic() + PATIENCE_S
    assert child.stderr is not None
    for line in child.stderr:
        if time.monotonic() > until:
            raise DiyaError(f"the evening is not over after {PATIENCE_S:.0f} s")
        yield line.rstrip()


@click.command(help="An evening at the command centre, with a verdict.")
@click.option(
    "--pictures", metavar="FOLDER", type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="Where to leave pictures of the console.",
)  # fmt: skip
@click.pass_context
def evening(ctx: click.Context, pictures: Path | None) -> None:
    if demo_browser.program() is None:
        raise DiyaError("the evening is looked at in a browser: that needs playwright and chromium (`make setup`)")
    click.echo(f"an evening at the command centre, {POLES} poles, {SPEED:.0f} times as fast ...")
    wrong = play(pictures)
    for sentence in wrong:
        click.echo(sentence, err=True)
    if not wrong:
        click.echo("each system's message lit what it asked for, was answered, and ended by itself")
        click.echo("the report of the morning has the lamp that was dark, with its repair, and not the one that burnt")
    ctx.exit(1 if wrong else 0)


def main() -> None:
    try:
        evening(standalone_mode=True)
    except DiyaError as error:
        sys.exit(f"diya: {error}")


if __name__ == "__main__":
    main()
