"""Output of verbs: JSON for programs, colours only for people at a terminal."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TextIO

import click

from host_tools.text import json_text

if TYPE_CHECKING:
    from rich.console import Console

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


def say_json(value: Any) -> None:
    """*value* as indented JSON: one report."""
    click.echo(json_text(value, indent=2) if _utf8() else json.dumps(value, indent=2))


def say_json_line(value: Any) -> None:
    """*value* as JSON on one line: one of a stream."""
    click.echo(json_text(value) if _utf8() else json.dumps(value))


def warn(sentence: str) -> None:
    """Say *sentence* on stderr, as errors are said; nothing where it is empty."""
    if sentence:
        click.echo(f"diya: {sentence}.", err=True)


def on_terminal() -> bool:
    """Whether standard output is a terminal that can draw: one on which a picture may be replaced by the next."""
    return _can_draw(sys.stdout)


def coloured(stream: TextIO | None = None) -> bool:
    """Whether *stream* (default: standard output) takes colours and bars: a terminal, no NO_COLOR, no TERM=dumb."""
    return _can_draw(stream or sys.stdout) and not os.environ.get("NO_COLOR")


def console(*, stderr: bool = False) -> Console:
    """The console of `rich` for all that a verb draws: without any style where ``coloured`` says no."""
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    # rich itself leaves bold and dim where NO_COLOR is set, and moves the cursor of a dumb terminal
    return Console(stderr=stderr, color_system="auto" if coloured(stream) else None)


def styled(text: str, *, fg: str | None = None, bold: bool = False, dim: bool = False) -> str:
    """*text* in a colour, for standard output; as it is where ``coloured`` says no."""
    return click.style(text, fg=fg, bold=bold or None, dim=dim or None) if coloured() else text


def _can_draw(stream: TextIO) -> bool:
    return stream.isatty() and os.environ.get("TERM", "").lower() not in ("dumb", "unknown")


def _utf8() -> bool:
    return (sys.stdout.encoding or "utf-8").lower().replace("_", "-") in ("utf-8", "utf8")


@contextlib.contextmanager
def reading_bar() -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal while a broker is read: call what it gives with (how many are here, of how many)."""
    with _bar("reading the broker") as bar:
        yield bar


@contextlib.contextmanager
def waiting(what: str = "waiting for answers") -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal while *what* goes on: call what it gives with (how many there are, how many are left)."""
    with _bar(what) as bar:
        yield lambda asked, silent: bar(asked - silent, asked)


@contextlib.contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal while *title* goes on: call what it gives with (how many are done, of how many)."""
    with _bar(title) as bar:
        yield bar


@contextlib.contextmanager
def _bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal's standard error, gone at the end: call it with (how many are done, of how many)."""
    if not coloured(sys.stderr):
        yield lambda done, of: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, of: bar.update(task, total=of, completed=done)
