"""The options of `diya send` for an order by the store of a receiver; without --db none of them may be given."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from host_tools.city.commands.place import Connection
from host_tools.errors import CommandError
from host_tools.verbs.option_types import WORD, NamedPath


@dataclass(frozen=True)
class StoreOptions:
    """The store, the role and second person of an order, an area it is for, and whether it is only looked at."""

    db: str | None = None
    role: str = "operator"
    second: str = ""
    code: str = ""
    near: str | None = None
    area: Path | None = None
    preview: bool = False

    def check(self, connection: Connection, key_file: Path | None, named: bool) -> None:
        """Raises CommandError where these options and others do not go together.  *named*: poles, group or all."""
        given = {
            "--role": self.role != "operator", "--second": bool(self.second), "--code": bool(self.code),
            "--near": self.near is not None, "--area": self.area is not None, "--preview": self.preview,
        }  # fmt: skip
        if self.db is None:
            if wrong := [name for name, there in given.items() if there]:
                raise CommandError(f"{wrong[0]} is for orders by a record's receiver: give --db too")
            return
        direct = {
            "--key-file": key_file, "--broker": connection.broker, "--ca": connection.ca, "--login": connection.login,
        }  # fmt: skip
        if wrong := [name for name, value in direct.items() if value]:
            raise CommandError(f"{wrong[0]} is the receiver's own with --db, and must be left out")
        if named + (self.near is not None) + (self.area is not None) != 1:
            raise CommandError(
                "whom it is for must be said by exactly one of --pole, --group, --all, --near and --area"
            )
        if bool(self.second) != bool(self.code):
            raise CommandError("--second and --code go together: the second person's name, and the code of the moment")


def store_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options, which the verb gets as one StoreOptions, called ``store``."""

    @functools.wraps(command)
    def with_store(
        *args: Any, db: str | None, role: str, second: str, code: str, near: str | None, area: Path | None,
        preview: bool, **values: Any,
    ) -> Any:  # fmt: skip
        return command(*args, store=StoreOptions(db, role, second, code, near, area, preview), **values)

    wrapped: Callable[..., Any] = with_store
    for option in (
        click.option("--preview", is_flag=True, help="With --db: only say what it would do."),
        click.option(
            "--area", metavar="FILE", type=NamedPath(dir_okay=False, path_type=Path),
            help="With --db: the poles in this GeoJSON polygon.",
        ),
        click.option("--near", metavar="LAT,LON,METRES", type=WORD, help="With --db: the poles within so many metres."),
        click.option("--code", metavar="DIGITS", default="", help="The second person's code."),
        click.option("--second", metavar="NAME", default="", help="With --db: the second person, who agrees."),
        click.option(
            "--role", metavar="ROLE", default="operator", show_default=True,
            help="With --db: whose limits hold: operator, engineer, or a name in [limits] of site.toml.",
        ),
        click.option(
            "--db", metavar="FILE|URL", type=WORD,
            help="Give the order to the receiver of this record (`diya record run`), which goes on until it expires.",
        ),
    ):  # fmt: skip
        wrapped = option(wrapped)
    return wrapped
