"""`diya commission`: checks every part of a pole, sends it its lamp's curve, and writes a record."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from host_tools.errors import DiyaError
from host_tools.field.commission.known_pole import Position, known
from host_tools.field.commission.outcome import Outcome
from host_tools.field.commission.record import check_folder, record_of, stem, write_json
from host_tools.field.commission.run_checks import commission as try_everything
from host_tools.field.commission.session import Visit
from host_tools.field.commission.text import check_name, figures, notes
from host_tools.field.console_client import Service, Status
from host_tools.field.console_client.choose_port import the_port
from host_tools.language import Language, Spoken, SpokenCommand, language_option
from host_tools.output import coloured, console, json_option, say_json, styled
from host_tools.registry import Registry, parse_label, registry_path
from host_tools.verbs.options import registry_option

TECHNICIAN = "DIYA_TECHNICIAN"
NOT_PASSED = 3
FILE = click.Path(dir_okay=False, path_type=Path)
MARKS = {"pass": "green", "fail": "red", "absent": "bright_black"}


class WrongUsage(Spoken):
    """An option that is missing or makes no sense."""

    code = 2


class WrongPole(Spoken):
    """Another pole than the one that was said."""

    code = 4


@click.command(cls=SpokenCommand, help="Try every part of the pole at this USB port, and leave a record.")
@click.option("--port", metavar="PORT", help="The pole's port (default: the only one there is).")
@click.option("--pole", "wanted", metavar="POLE", help="The pole this should be, or the text of its label.")
@click.option("--technician", metavar="NAME", help=f"Who does it (default: ${TECHNICIAN}).")
@click.option("--position", metavar="LAT,LON", help="Where the pole stands, in degrees (default: as the site says).")
@click.option("--site", metavar="SITE", help="Name of the site, or a folder with its files.")
@click.option("--bundle", metavar="FILE", type=FILE, help="The bundle that the pole was flashed from.")
@click.option("--trust", metavar="FILE", type=FILE, help="The public key that must have signed the bundle.")
@click.option(
    "--out", metavar="FOLDER", type=click.Path(file_okay=False, path_type=Path), default=".",
    help="Folder for the record (default: this one).",
)  # fmt: skip
@registry_option
@click.option("--relay-opens", is_flag=True, help="The relay may be opened: the lamp is dark for ten seconds.")
@click.option("--set-time", is_flag=True, help="Give the pole the laptop's time also where it has another.")
@language_option
@json_option
def commission(
    port: str | None, wanted: str | None, technician: str | None, position: str | None, site: str | None,
    bundle: Path | None, trust: Path | None, out: Path, registry_file: Path | None, relay_opens: bool, set_time: bool,
    lang: str | None, as_json: bool,
) -> int:  # fmt: skip
    language = Language(lang)
    with language.told():
        by = technician or os.environ.get(TECHNICIAN, "")
        if not by:
            raise WrongUsage("commission.no_technician")
        place = parse_position(position) if position else None
        _check_folder(out)
        registry = Registry(registry_path(registry_file))
        with Service.open(the_port(port)) as service:
            status = service.hello()
            _check_pole(status, wanted)
            beforehand = known(site, bundle, trust, status.site, status.pole)
            mac = _board_of(status, registry, language)
            screen = _Screen(language, as_json)
            screen.begin(status, service.name)
            with screen.progress() as tell:
                visit = Visit(
                    service, status, beforehand.type, place or beforehand.position, relay_opens, set_time, tell
                )
                outcomes = try_everything(visit, screen.done)
                record = record_of(visit, outcomes, by, int(time.time()), mac)
        files = _leave(record, language, out, registry)
        screen.end(record, files)
    return 0 if record["passed"] else NOT_PASSED


def parse_position(text: str) -> Position:
    """Degrees north and east.  Raises WrongUsage."""
    try:
        latitude, longitude = (float(part) for part in text.split(","))
        if abs(latitude) <= 90 and abs(longitude) <= 180:
            return latitude, longitude
    except ValueError:
        pass
    raise WrongUsage("commission.wrong_position", text=text)


def _check_folder(out: Path) -> None:
    try:
        check_folder(out)
    except OSError as error:
        raise WrongUsage("commission.no_folder", folder=str(out), why=error.strerror or str(error)) from None


def _check_pole(status: Status, wanted: str | None) -> None:
    if wanted is None:
        return
    site, pole = parse_label(wanted)
    if pole != status.pole or site not in ("", status.site):
        raise WrongPole("commission.wrong_pole", found=f"{status.site}/{status.pole}", wanted=wanted)


def _board_of(status: Status, registry: Registry, language: Language) -> str | None:
    """The MAC that the registry has for the pole, where it has one and is sure of it."""
    try:
        return registry.mac_of(status.pole, status.site)
    except DiyaError as error:
        click.echo(f"diya: {language.tell(error)}", err=True)
        return None


def _leave(record: dict[str, Any], language: Language, folder: Path, registry: Registry) -> tuple[Path, Path]:
    """Writes the record down, for machines first: JSON, then the page, then the registry."""
    from host_tools.field.commission.certificate_pdf import write_pdf

    found = write_json(record, folder)
    page = write_pdf(record, language, folder / f"{stem(record)}.pdf")
    try:
        registry.commissioned(record)
    except DiyaError as error:
        click.echo(f"diya: {language.tell(error)}", err=True)  # the record stands in its files
    return found, page


class _Screen:
    """Tells a person what happens; with *as_json* only the record, at the end."""

    def __init__(self, language: Language, as_json: bool) -> None:
        self._language = language
        self._quiet = as_json

    def begin(self, status: Status, port: str) -> None:
        if not self._quiet:
            where = {"pole": status.pole, "site": status.site, "board": status.board, "firmware": status.firmware}
            click.echo(self._say("heading", port=port, **where))

    @contextmanager
    def progress(self) -> Iterator[Callable[..., None]]:
        """What is being done at the moment, on a terminal."""
        if self._quiet or not coloured():
            yield lambda key, **values: None
            return
        with console().status("") as status:

            def tell(key: str, **values: Any) -> None:
                if "check" in values:
                    values["check"] = check_name(self._language, values["check"])
                status.update(self._say(f"doing_{key}", **values))

            yield tell

    def done(self, outcome: Outcome) -> None:
        """The lines of one check: what passed in short, what did not with what to do."""
        if self._quiet:
            return
        check = outcome.as_json()
        name = check_name(self._language, outcome.name)
        click.echo(f"{styled(self._say(outcome.result), fg=MARKS[outcome.result], bold=True)}  {name}")
        if outcome.absent:
            click.echo(f"      {self._say('no_part')}")
        for told in figures(self._language, check):
            line = f"      {told.what}: {told.value} ({told.bound})"
            click.echo(line if told.good else styled(line, fg="red"))
            if told.to_do:
                click.echo(f"      → {told.to_do}")
        for note in notes(self._language, check):
            click.echo(styled(f"      {note}", dim=True))

    def end(self, record: dict[str, Any], files: tuple[Path, Path]) -> None:
        if self._quiet:
            say_json({**record, "files": [str(file) for file in files]})
            return
        failed = [check_name(self._language, check["check"]) for check in record["checks"] if check["result"] == "fail"]
        if failed:
            text = self._say("failed", pole=record["pole"], count=len(failed), checks=", ".join(failed))
        else:
            count = sum(check["result"] == "pass" for check in record["checks"])
            text = self._say("passed", pole=record["pole"], count=count)
        click.echo(styled(text, fg="red" if failed else "green", bold=True))
        click.echo(self._say("written", json=files[0], pdf=files[1]))

    def _say(self, key: str, **values: Any) -> str:
        return self._language.say(f"commission.{key}", **values)
