"""The options that several verbs have, each the same in all of them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from host_tools.city.commands.place import DEFAULT_SITE, Connection
from host_tools.errors import CommandError
from host_tools.naming import NAME, NAME_BOUND
from host_tools.registry.place import VARIABLE
from host_tools.verbs.option_types import WORD, NamedPath
from pole.wire import city_side

F = TypeVar("F", bound=Callable[..., Any])

_FILE = NamedPath(path_type=Path)

registry_option = click.option(
    "--registry", "registry_file", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
    help=f"The registry of boards and poles (default: {VARIABLE}, or registry.sqlite in the user's data folder).",
)  # fmt: skip

site_option = click.option(
    "--site",
    metavar="SITE",
    default=DEFAULT_SITE,
    show_default=True,
    help="Name of the site, or a folder with its files.",
)


def connection_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a verb that connects to a broker, which gets them as one Connection, called ``connection``."""

    @functools.wraps(command)
    def connected(
        *args: Any, broker: str | None, root: str | None, ca: Path | None, login: Path | None, simulated: bool,
        **values: Any,
    ) -> Any:  # fmt: skip
        return command(*args, connection=Connection(broker, root, ca, login, simulated), **values)

    wrapped: Callable[..., Any] = connected
    for option in (
        click.option(
            "--simulated", is_flag=True, help="Count by the time of the simulation on this broker, not by real time."
        ),
        click.option("--login", metavar="FILE", type=_FILE, help="File with the line USER:PASSWORD for the broker."),
        click.option("--ca", metavar="FILE", type=_FILE, help="The city's CA (PEM), for mqtts://."),
        click.option(
            "--root",
            metavar="ROOT",
            type=WORD,
            help=f"Head of every topic (default: the site's own, or {city_side.ROOT}).",
        ),
        click.option(
            "--broker", metavar="mqtt[s]://HOST:PORT", type=WORD, help="The MQTT broker (default: the site's own)."
        ),
    ):
        wrapped = option(wrapped)
    return wrapped


def whom_options(command: F) -> F:
    """The options --pole, --group and --all of a verb that sends to poles; ``check_whom`` checks them."""
    for option in (
        click.option("--all", "everyone", is_flag=True, help="Every pole of the site."),
        click.option(
            "--group", metavar="GROUP", type=WORD, help="Every pole of this road class, zone, ward or feeder."
        ),
        click.option(
            "--pole", "poles", metavar="POLE", type=WORD, multiple=True, help="A pole; may be given several times."
        ),
    ):
        command = option(command)
    return command


def wait_option(default_s: float) -> Callable[[F], F]:
    """The option --wait of a verb that waits for answers, *default_s* seconds at most unless told otherwise."""
    return click.option(
        "--wait", "wait_s", metavar="SECONDS", type=float, default=default_s, show_default=True,
        help="Longest wait for answers.",
    )  # fmt: skip


def check_whom(poles: tuple[str, ...], group: str | None, everyone: bool) -> None:
    """Raises CommandError unless exactly one of the options says whom it is for, by names that there can be."""
    if sum((bool(poles), group is not None, everyone)) != 1:
        raise CommandError("whom it is for must be said by exactly one of --pole, --group and --all")
    for pole in poles:
        if not NAME.fullmatch(pole):
            raise CommandError(f"--pole is {pole!r} and {NAME_BOUND}")
