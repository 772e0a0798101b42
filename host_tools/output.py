"""How verbs print: JSON for programs, colours only for people at a terminal."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import click

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


def say_json(value: Any) -> None:
    """*value* as indented JSON: one report."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def say_json_line(value: Any) -> None:
    """*value* as JSON on one line: one of a stream."""
    click.echo(json.dumps(value, ensure_ascii=False))


def warn(sentence: str) -> None:
    """Say *sentence* on stderr, as errors are said; nothing where it is empty."""
    if sentence:
        click.echo(f"diya: {sentence}.", err=True)


def on_terminal() -> bool:
    """Whether standard output is a terminal."""
    return sys.stdout.isatty()


@contextlib.contextmanager
def reading_bar() -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal while a broker is read: call what it gives with (how many are here, of how many)."""
    with _bar("reading the broker") as bar:
        yield bar


@contextlib.contextmanager
def waiting() -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal while answers come in: call what it gives with (how many were asked, how many are silent)."""
    with _bar("waiting for answers") as bar:
        yield lambda asked, silent: bar(asked - silent, asked)


@contextlib.contextmanager
def _bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal's standard error, gone at the end: call it with (how many are done, of how many)."""
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, of: bar.update(task, total=of, completed=done)
