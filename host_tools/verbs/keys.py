"""The option --key-file, which is the same in every verb that signs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from host_tools.files import shared_with
from host_tools.keys.key_file import KeyFile
from host_tools.verbs.option_types import NamedPath

F = TypeVar("F", bound=Callable[..., Any])

HELP = "The city's keys, a line NAME:KEY each: every pole's own, named like it, and those that poles share."


def key_file_option(required: bool = False, more: str = "") -> Callable[[F], F]:
    """The option --key-file; *more* is said behind its help."""
    file = NamedPath(dir_okay=False, path_type=Path)
    return click.option("--key-file", metavar="FILE", type=file, required=required, help=HELP + more)


def opened(path: Path) -> KeyFile:
    """The key file at *path*; that others may read it is said on standard error.  Raises CommandError."""
    found = KeyFile(path)
    warn_shared(path)
    return found


def warn_shared(path: Path) -> None:
    """Say on standard error that others may read the key file at *path*, where they may."""
    if who := shared_with(path):
        click.echo(f"warning: {who} can read the key file {path}: chmod 600 {path}.", err=True)
