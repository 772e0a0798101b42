"""`diya pole`: shows the pole at a USB port, without disturbing a lit pole."""

from __future__ import annotations

import os
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeVar

import click
from rich.cells import cell_len, set_cell_size

from host_tools.durations import span
from host_tools.field.console_client import PoleSilent, Service
from host_tools.field.console_client import text as words
from host_tools.field.console_client.choose_port import the_port
from host_tools.field.console_client.client import HELLO_S, LONGEST_REASON
from host_tools.language import Language, Spoken, SpokenCommand, SpokenGroup, language_option
from host_tools.output import console, json_option, on_terminal, say_json, say_json_line
from host_tools.text import shows_whole

F = TypeVar("F", bound=Callable[..., Any])

FRAME_S = 1.0  # between two looks at the pole
KEPT_LINES = 200
HOLD_MOST_S = 3600
RAMP_S = 2


class Wanted(NamedTuple):
    """What the options say that the verb and the verbs below it have in common."""

    port: str | None
    as_json: bool
    language: Language


class _Sub(SpokenCommand):
    namespace = "pole"


def common_options(command: F) -> F:
    """--port, --json and --lang: they may stand before the verb below or behind it."""
    port = click.option(
        "--port",
        metavar="PORT",
        help="Its port, socket://HOST:PORT or rfc2217://HOST:PORT (default: the only one there is).",
    )
    return port(json_option(language_option(command)))


@click.group(
    cls=SpokenGroup, invoke_without_command=True, help="Look at the pole at this USB port, without disturbing it."
)
@click.option("--once", is_flag=True, help="Print what is known now, and end.")
@common_options
@click.pass_context
def pole(ctx: click.Context, once: bool, port: str | None, as_json: bool, lang: str | None) -> None:
    if ctx.invoked_subcommand:
        ctx.obj = Wanted(port, as_json, Language(lang))
        return
    wanted = Wanted(port, as_json, Language(lang))
    log: deque[str] = deque(maxlen=KEPT_LINES)
    with _at(wanted, log.append) as service:
        if once or as_json or not on_terminal():
            _once(service, wanted)
        else:
            _live(service, wanted.language, log)


@pole.command("log", cls=_Sub, help="Show what the pole logs, until Ctrl-C.")
@click.option("--seconds", metavar="N", type=click.FloatRange(0, min_open=True), help="End after N seconds.")
@common_options
@click.pass_obj
def log_(above: Wanted, /, seconds: float | None, **options: Any) -> None:
    wanted = _merged(above, **options)
    shown = 0

    def show(line: str) -> None:
        nonlocal shown
        shown += 1
        if wanted.as_json:
            say_json_line({"at": round(time.time(), 3), "line": line})
        else:
            click.echo(line)

    with _at(wanted, show) as service:
        until = None if seconds is None else service.monotonic() + seconds
        try:
            silent = service.absence(HELLO_S if seconds is None else min(seconds, HELLO_S))
            if silent is not None and seconds is not None and not shown:
                raise silent
            if silent is not None:
                click.echo(wanted.language.tell(silent), err=True)
            while until is None or service.monotonic() < until:
                service.listen(FRAME_S if until is None else min(FRAME_S, until - service.monotonic()))
        except KeyboardInterrupt:
            pass  # the way to end it


@pole.command(cls=_Sub, help="Show the events in the pole's journal.")
@click.option(
    "--last", metavar="N", type=click.IntRange(1), default=20, show_default=True, help="So many of the newest events."
)
@click.option("--from", "first", metavar="NUMBER", type=click.IntRange(1), help="Begin with this number instead.")
@common_options
@click.pass_obj
def journal(above: Wanted, /, last: int, first: int | None, **options: Any) -> None:
    wanted = _merged(above, **options)
    with _at(wanted) as service:
        _epoch, oldest, following = service.hello().journal
        begin = max(oldest, following - last if first is None else first)
        found = 0
        for event in service.journal(begin):
            found += 1
            if wanted.as_json:
                say_json_line({"sequence": event.sequence, **event.payload})
            else:
                click.echo(words.event_line(wanted.language, event))
        if not found and not wanted.as_json:
            click.echo(wanted.language.say("pole.no_events"))


@pole.command("set", cls=_Sub, help="Set the light to LEVEL percent, for a time: above everything but safety.")
@click.argument("level", type=int)
@click.option("--for", "for_s", metavar="SPAN", default="10m", show_default=True, help="For how long: at most 1h.")
@click.option(
    "--ramp", "ramp_s", metavar="S", type=click.IntRange(0, 60), default=RAMP_S, show_default=True,
    help="Seconds in which the level is reached: at most 60.",
)  # fmt: skip
@click.option("--reason", default="technician", show_default=True, help="What the city is told of it.")
@common_options
@click.pass_obj
def set_(above: Wanted, /, level: int, for_s: str, ramp_s: int, reason: str, **options: Any) -> None:
    wanted = _merged(above, **options)
    reason = _typed(reason)
    with wanted.language.told():
        seconds = span(for_s)
        if not 0 <= level <= 100:
            raise _Wrong("pole.bad_level", level=level)
        if seconds > HOLD_MOST_S:
            raise _Wrong("pole.bad_span", seconds=seconds)
        if len(reason) > LONGEST_REASON or not shows_whole(reason):
            raise _Wrong("pole.bad_reason", reason=reason, most=LONGEST_REASON)
    with _at(wanted) as service:
        service.hello()
        until = service.set(level, seconds, ramp_s, reason)
    if wanted.as_json:
        say_json({"level": level, "for": seconds, "until": until})
    elif until is None:
        click.echo(wanted.language.say("pole.set_unknown", level=level, seconds=seconds))
    else:
        click.echo(wanted.language.say("pole.set_known", level=level, at=words.local(until)))


@pole.command(cls=_Sub, help="End the override: the light follows its programme.")
@common_options
@click.pass_obj
def release(above: Wanted, /, **options: Any) -> None:
    wanted = _merged(above, **options)
    with _at(wanted) as service:
        service.hello()
        service.release()
    if wanted.as_json:
        say_json({"released": True})
    else:
        click.echo(wanted.language.say("pole.released"))


class _Wrong(Spoken):
    """A value that the pole would not take."""

    code = 2


def _typed(text: str) -> str:
    """*text* of the command line as it was typed: a terminal speaks UTF-8 also where the locale says otherwise."""
    try:
        return os.fsencode(text).decode("utf-8")
    except UnicodeError:
        return text


def _merged(above: Wanted, port: str | None, as_json: bool, lang: str | None) -> Wanted:
    return Wanted(port or above.port, as_json or above.as_json, Language(lang) if lang else above.language)


@contextmanager
def _at(wanted: Wanted, on_log: Callable[[str], None] | None = None) -> Iterator[Service]:
    """The pole at the port that is meant; what goes wrong with it is told in the language asked for.

    That it takes long to answer is said on stderr.
    """
    with wanted.language.told():
        port = the_port(wanted.port)

        def busy() -> None:
            click.echo(wanted.language.say("service.waits", port=port), err=True)

        with Service.open(port, on_log) as service:
            service.on_busy = busy
            yield service


def _once(service: Service, wanted: Wanted) -> None:
    status, reading = service.hello(), service.read()
    if wanted.as_json:
        say_json({"port": service.name, "status": status._asdict(), "reading": reading._asdict()})
        return
    click.echo(words.title(wanted.language, status, service.name))
    every = list(words.rows(wanted.language, status, reading))
    wide = max(cell_len(row.label) for row in every)
    for row in every:
        click.echo(f"  {set_cell_size(row.label, wide)}  {row.text}")


def _live(service: Service, language: Language, log: deque[str]) -> None:
    from rich.live import Live

    from host_tools.field.console_client.screen import draw

    screen = console()
    status, reading = service.hello(), service.read()

    def show() -> None:
        picture = draw(language, status, reading, log, service.name, screen.width, screen.height)
        live.update(picture, refresh=True)

    def busy() -> None:
        log.append(language.say("service.waits", port=service.name))
        show()

    try:
        with Live(console=screen, screen=True, auto_refresh=False) as live:
            service.on_busy = busy
            while True:
                try:
                    status, reading = service.status(), service.read()
                except PoleSilent:
                    log.append(language.say("pole.no_answer"))  # in reset, or in maintenance: it will be back
                show()
                service.listen(FRAME_S)
    except KeyboardInterrupt:
        pass  # the way to end it
