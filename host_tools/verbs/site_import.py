"""`diya site import`: makes a site of a city's own list of lights, or updates one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from host_tools.errors import CommandError
from host_tools.output import json_option, say_json

if TYPE_CHECKING:
    from host_tools.site.check import Verdict
    from host_tools.site.inventory.imports import Import

SHOWN = 5  # lights of the preview
_COLUMNS = ("name", "label", "latitude", "longitude", "ward", "zone", "feeder", "road_class", "luminaire")


@click.command(
    "import",
    help="Make a site of a city's list of lights (CSV, GeoJSON, GeoPackage), or bring the site in DIR up to date.",
)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option(
    "--out", "--site", "folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path),
    help="Folder of the site (default: one beside you, called as FILE or as --name says).",
)  # fmt: skip
@click.option(
    "--map", "columns", metavar="FIELD=COLUMN", multiple=True,
    help="Which column a field is in; may be given several times. FIELD= for none, watts=A+B for several lamps.",
)  # fmt: skip
@click.option("--crs", metavar="EPSG:CODE", help="Reference system of the coordinates (default: as the file says).")
@click.option("--swap/--no-swap", default=None, help="Latitude and longitude are exchanged in the list, or are not.")
@click.option("--encoding", metavar="NAME", help="Encoding of the text (default: found out).")
@click.option("--layer", metavar="NAME", help="Layer of a GeoPackage (default: the one with points).")
@click.option("--name", metavar="NAME", help="Name of a new site, in every topic (default: that of the folder).")
@click.option("--title", metavar="TEXT", help="Title of a new site, for people (default: its name).")
@click.option("--timezone", metavar="ZONE", help="Time zone of a new site (default: that of the place).")
@click.option("--board", metavar="BOARD", help="Board of every pole (default: esp32-devkitc, or as it was).")
@click.option("--dry-run", is_flag=True, help="Write nothing (as without --write where the site is there).")
@click.option("--write", "--yes", "write_it", is_flag=True, help="Bring a site that is there up to date.")
@json_option
@click.pass_context
def import_(
    ctx: click.Context, file: Path, folder: Path | None, columns: tuple[str, ...], crs: str | None, swap: bool | None,
    encoding: str | None, layer: str | None, name: str | None, title: str | None, timezone: str | None,
    board: str | None, dry_run: bool, write_it: bool, as_json: bool,
) -> None:  # fmt: skip
    from host_tools.site.inventory.folder import write
    from host_tools.site.inventory.imports import Wishes, prepare

    _check_board(board)
    if title is not None:
        _check_title(title)
    wishes = Wishes(_mapping(columns), crs, encoding, layer, swap, name, title, timezone, board)
    into = folder or Path(name or _stem(file))
    with _bar() as step:
        made = prepare(file, into, wishes, step)
    writes = not dry_run and (made.differences is None or write_it)
    verdict = None
    if writes:
        write(into, made.texts)
        verdict = _verdict(into)
    if as_json:
        say_json(_as_json(made, into, writes, verdict))
    else:
        _say(made, into, writes, verdict)
    if verdict is not None and verdict.problems:
        ctx.exit(1)


def _mapping(columns: tuple[str, ...]) -> dict[str, str]:
    out = {}
    for wish in columns:
        field, equals, column = wish.partition("=")
        if not equals:
            raise CommandError(f"--map is {wish!r} and must be FIELD=COLUMN such as ward=WARD_NO")
        out[field.strip()] = column.strip()
    return out


def _stem(file: Path) -> str:
    from host_tools.site.inventory.names import safe_name

    return safe_name(file.stem, "site")


def _check_board(board: str | None) -> None:
    from host_tools.boards import list_boards

    if board is not None and board not in list_boards():
        raise CommandError(f"--board is {board!r} and must be one of {', '.join(list_boards())}")


def _check_title(title: str) -> None:
    from host_tools.text import quoted, shows_whole

    if not 1 <= len(title) <= 80 or not shows_whole(title):
        raise CommandError(f"--title is {quoted(title)} and must be one line of 1 to 80 characters that can be printed")


def _verdict(folder: Path) -> Verdict:
    from host_tools.site.check import check_site

    return check_site(folder.resolve(), date.today())


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal while lights are taken over."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("lights"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, of: bar.update(task, total=of, completed=done)


def _say(made: Import, folder: Path, writes: bool, verdict: Verdict | None) -> None:
    from host_tools.site.summary import summary

    click.echo(f"{made.title}: {len(made.plan.poles):,} poles.")
    click.echo("\nfields: " + ", ".join(f"{field}={column}" for field, column in made.mapping.items()))
    click.echo(f"\nthe first of them:\n{_preview(made)}")
    click.echo("\nassumed, and left out:")
    for note in made.notes:
        click.echo(f"  {note}.")
    for warning in made.warnings:
        click.echo(f"warning: {warning}.")
    if made.differences is not None:
        click.echo(f"\nbeside what {folder} has:")
        for line in made.differences.lines():
            click.echo(f"  {line}.")
    click.echo()
    if verdict is not None:
        for line in summary(verdict.problems):
            click.echo(f"{line}.")
        for warning in verdict.warnings:
            click.echo(f"warning: {warning}.")
        sound = ", and found sound" if not verdict.problems else ""
        click.echo(f"Written to {folder}{sound}: {', '.join(sorted(made.texts))}.")
    elif made.differences is not None and not made.differences.any:
        click.echo("Nothing was written: the site says the same already.")
    else:
        cure = "" if made.differences is None else "; add --write to bring the site up to date"
        click.echo(f"Nothing was written{cure}.")


def _preview(made: Import) -> str:
    """A table of the first lights, without the columns that are empty."""
    rows = [[_cell(getattr(pole, name)) for name in _COLUMNS] for pole in made.plan.poles[:SHOWN]]
    used = [place for place in range(len(_COLUMNS)) if any(row[place] for row in rows)]
    table = [
        [_title(_COLUMNS[place]).replace("_", " ") for place in used],
        *([row[place] for place in used] for row in rows),
    ]
    widths = [max(len(row[place]) for row in table) for place in range(len(used))]
    return "\n".join("  " + "  ".join(v.ljust(w) for v, w in zip(row, widths, strict=True)).rstrip() for row in table)


def _title(name: str) -> str:
    return "pole" if name == "name" else name


def _cell(value: object) -> str:
    text = f"{value:.6f}" if isinstance(value, float) else str(value)
    return text if len(text) <= 28 else text[:27] + "…"


def _as_json(made: Import, folder: Path, writes: bool, verdict: Verdict | None) -> dict[str, object]:
    return {
        "site": made.site, "title": made.title, "folder": str(folder), "written": writes,
        "poles": len(made.plan.poles), "mapping": dict(made.mapping), "assumed": made.notes, "warnings": made.warnings,
        "luminaires": list(made.plan.luminaires), "names": made.plan.names,
        "first": [{_title(name): getattr(pole, name) for name in _COLUMNS} for pole in made.plan.poles[:SHOWN]],
        "differences": made.differences.as_json() if made.differences else None,
        "check": None if verdict is None else {
            "problems": [vars(problem) for problem in verdict.problems], "warnings": verdict.warnings,
        },
    }  # fmt: skip
