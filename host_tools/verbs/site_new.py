"""`diya site new`: writes the files of a new site, from answers or from options."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import click

from host_tools.language import Language, SpokenCommand, language_option
from host_tools.language.language import Spoken
from host_tools.output import json_option, say_json
from host_tools.text import quoted, shows_whole

T = TypeVar("T")

BOARD = "esp32-devkitc"


@click.command(
    "new",
    cls=SpokenCommand,
    help="Write the files of a new site into DIR: asks what it needs, or takes it from options.",
)
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--name", metavar="NAME", help="Name of the site, in every topic.")
@click.option("--title", metavar="TEXT", help="Title of the site, for people, in any language.")
@click.option("--latitude", metavar="DEGREES", help="Latitude of its middle, degrees north.")
@click.option("--longitude", metavar="DEGREES", help="Longitude of its middle, degrees east.")
@click.option("--timezone", metavar="ZONE", help="Its time zone, such as Asia/Kolkata.")
@click.option("--poles", metavar="N", help="How many poles to begin with, 1 to 1000.")
@click.option("--watts", metavar="W", help="Watts of a lamp, 1 to 4000.")
@click.option("--board", metavar="BOARD", help="Board of every pole (default: esp32-devkitc).")
@language_option
@json_option
@click.pass_context
def new(
    ctx: click.Context, folder: Path, name: str | None, title: str | None, latitude: str | None, longitude: str | None,
    timezone: str | None, poles: str | None, watts: str | None, board: str | None, lang: str | None, as_json: bool,
) -> None:  # fmt: skip
    from host_tools.site.check import check_site
    from host_tools.site.inventory.folder import write
    from host_tools.site.inventory.site_text import Facts
    from host_tools.site.inventory.starter import starter_texts
    from host_tools.site.load import SITE_FILE
    from host_tools.site.poles_csv import FILE

    said = Language(lang)
    with said.told():
        for file in (SITE_FILE, FILE):
            if (folder / file).exists():
                raise Spoken("new.exists", folder=folder, file=file)
        ask = _Asker(said)
        own = folder.resolve().name
        facts = Facts(
            ask("name", name, own if _is_name(own) else None, _name),
            ask("title", title, own, _title),
            ask("latitude", latitude, None, _degrees(90)),
            ask("longitude", longitude, None, _degrees(180)),
            ask("timezone", timezone, None, _zone),
        )
        count = ask("poles", poles, "10", _number(1, 1000, whole=True))
        power = ask("watts", watts, "90", _number(1, 4000))
        kind = ask("board", board, BOARD, _board, silent=board is None)
        remarks = (said.say("new.remark_toml"), said.say("new.remark_csv"))
        write(folder, starter_texts(facts, int(count), power, kind, remarks))
        verdict = check_site(folder.resolve(), date.today())
    if as_json:
        say_json({
            "site": facts.name, "folder": str(folder), "poles": int(count), "files": [SITE_FILE, FILE],
            "problems": [vars(problem) for problem in verdict.problems], "warnings": verdict.warnings,
        })  # fmt: skip
    else:
        for problem in verdict.problems:
            click.echo(f"{problem}.")
        for warning in verdict.warnings:
            click.echo(f"warning: {warning}.")
        click.echo(said.say("new.written", folder=folder, count=int(count)))
    if verdict.problems:
        ctx.exit(1)


class _Asker:
    """Takes an answer from its option, or asks for it at a terminal until it is sound."""

    def __init__(self, said: Language) -> None:
        self._said = said
        self._asks = sys.stdin.isatty() and sys.stderr.isatty()

    def __call__(
        self, field: str, given: str | None, default: str | None, take: Callable[[str], T], silent: bool = False
    ) -> T:
        """The answer to *field* as *take* makes it: *given*, or *default* where that is or may be *silent*.

        Raises Spoken where it is wrong, or missing and there is no terminal to ask at.
        """
        if given is not None or silent:
            return take(given if given is not None else default or "")
        if not self._asks:
            if default is None:
                raise Spoken("new.missing", option=f"--{field}")
            return take(default)
        while True:
            answer: str = click.prompt(self._said.say(f"new.ask_{field}"), default=default, err=True)
            try:
                return take(answer.strip())
            except Spoken as error:
                click.echo(self._said.tell(error), err=True)


def _is_name(text: str) -> bool:
    from host_tools.naming import NAME

    return NAME.fullmatch(text) is not None


def _name(text: str) -> str:
    if not _is_name(text):
        raise Spoken("new.bad_name", value=quoted(text))
    return text


def _title(text: str) -> str:
    if not 1 <= len(text) <= 80 or not shows_whole(text):
        raise Spoken("new.bad_title", value=quoted(text))
    return text


def _degrees(most: int) -> Callable[[str], float]:
    from host_tools.site.inventory.numbers import degrees

    def take(text: str) -> float:
        value = degrees(text)
        if value is None or not -most <= value <= most:
            raise Spoken("new.bad_degrees", value=quoted(text), most=most)
        return round(value, 6)

    return take


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ValueError, OSError, KeyError):
        raise Spoken("new.bad_zone", value=quoted(text)) from None
    return text


def _number(low: int, high: int, whole: bool = False) -> Callable[[str], float]:
    from host_tools.site.inventory.numbers import number

    def take(text: str) -> float:
        value = number(text)
        if value is None or not low <= value <= high or (whole and value != int(value)):
            raise Spoken("new.bad_number", value=quoted(text), low=low, high=high)
        return value

    return take


def _board(text: str) -> str:
    from host_tools.boards import list_boards

    if text not in list_boards():
        raise Spoken("new.bad_board", value=quoted(text), boards=", ".join(list_boards()))
    return text
