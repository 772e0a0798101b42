"""How verbs print: JSON for programs, colours only for people at a terminal."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

import click

from host_tools.text import json_text

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")


def say_json(value: Any) -> None:
    """*value* as indented JSON: one report."""
    click.echo(json_text(value, indent=2))


def say_json_line(value: Any) -> None:
    """*value* as JSON on one line: one of a stream."""
    click.echo(json_text(value))


def on_terminal() -> bool:
    """Whether standard output is a terminal."""
    return sys.stdout.isatty()


@contextlib.contextmanager
def waiting() -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal while answers come in: call what it gives with (how many were asked, how many are silent)."""
    if not sys.stderr.isatty():
        yield lambda asked, silent: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("waiting for answers"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda asked, silent: bar.update(task, total=asked, completed=asked - silent)
