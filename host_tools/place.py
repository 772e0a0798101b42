"""Which street is meant on which broker: what `watch` and `send` know before the first message."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from host_tools.broker import BrokerAddress, parse_broker
from host_tools.errors import CommandError
from host_tools.naming import NAME
from host_tools.site.load import SITE_FILE, find_site, load_site
from host_tools.site.model import SiteError
from pole import contract_city

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_SITE = "sagar"
DEFAULT_BROKER = "mqtt://127.0.0.1:1883"

broker_option = click.option("--broker", metavar="mqtt://HOST:PORT", help="The MQTT broker (default: the site's own).")
site_option = click.option(
    "--site",
    metavar="SITE",
    default=DEFAULT_SITE,
    show_default=True,
    help="Name of the site, or a folder with its files.",
)
root_option = click.option(
    "--root", metavar="ROOT", help=f"Head of every topic (default: the site's own, or {contract_city.ROOT})."
)


def whom_options(command: F) -> F:
    """The options --pole, --group and --all of a verb that speaks to poles; ``check_whom`` checks them."""
    for option in (
        click.option("--all", "everyone", is_flag=True, help="Every pole of the site."),
        click.option("--group", metavar="GROUP", help="Every pole of this road class, zone, ward or feeder."),
        click.option("--pole", "poles", metavar="POLE", multiple=True, help="A pole; may be given several times."),
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
    """Raises CommandError unless exactly one of the options says whom it is for."""
    if sum((bool(poles), group is not None, everyone)) != 1:
        raise CommandError("whom it is for must be said by exactly one of --pole, --group and --all")


@dataclass(frozen=True)
class Place:
    """A site as seen from its broker.  Without its files, times are in UTC and lit is from 10 percent on."""

    site: str
    root: str
    broker: BrokerAddress
    zone: ZoneInfo
    lit_percent: int
    title: str


def place_of(site: str, broker: str | None, root: str | None) -> Place:
    """The place that the options --site, --broker and --root mean.  Raises SiteError, BrokerError, CommandError."""
    try:
        find_site(site)
    except SiteError:
        if not NAME.fullmatch(site):
            raise CommandError(
                f"the site is {site!r} and must be a name, or a folder which holds a {SITE_FILE}"
            ) from None
        head, address = root or contract_city.ROOT, parse_broker(broker or DEFAULT_BROKER)
        return Place(site, head, address, ZoneInfo("UTC"), 10, f"{site} (times in UTC)")
    known = load_site(Path(site))
    address = parse_broker(broker or known.broker)
    return Place(
        known.name, root or known.root, address, ZoneInfo(known.timezone), known.lit_percent, known.title.split(",")[0]
    )
