"""Types of options: a word or the path of a file, neither of them empty.

An option that is empty is a variable of a script that was not set.  Taken for one that was left out, `--group ""` would
mean every pole of the city.
"""

from __future__ import annotations

import os
from typing import Any

import click

EMPTY = "it is empty: give a value, or leave the option out."


class _Word(click.types.StringParamType):
    """Text of at least one character that is no space."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        word = super().convert(value, param, ctx)
        if not word.strip():
            self.fail(EMPTY, param, ctx)
        return word


class NamedPath(click.Path):
    """The path of a file or a folder: ``click.Path`` takes an empty one for the folder we are in."""

    def convert(
        self, value: str | os.PathLike[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> str | bytes | os.PathLike[str]:
        if not os.fspath(value):
            self.fail(EMPTY, param, ctx)
        return super().convert(value, param, ctx)


WORD = _Word()
