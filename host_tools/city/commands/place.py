"""Which site is meant on which broker, and how that is reached: the options of every verb that speaks to a broker."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from host_tools.broker import BrokerAddress, parse_broker
from host_tools.city.correlation.switched_feeders import NOTHING, Switched, switched
from host_tools.errors import CommandError
from host_tools.naming import NAME, NAME_BOUND, ROOT_BOUND, is_root
from host_tools.site.load import SITE_FILE, find_site, load_site
from host_tools.site.model import Pole, SiteError
from host_tools.verbs.option_types import WORD, NamedPath
from pole.wire import city_side

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_SITE = "sagar"
DEFAULT_BROKER = "mqtt://127.0.0.1:1883"

_FILE = NamedPath(path_type=Path)

site_option = click.option(
    "--site",
    metavar="SITE",
    default=DEFAULT_SITE,
    show_default=True,
    help="Name of the site, or a folder with its files.",
)


@dataclass(frozen=True)
class Connection:
    """What the options of ``connection_options`` say: the broker, how to log in, and whose time counts."""

    broker: str | None = None
    root: str | None = None
    ca: Path | None = None
    login: Path | None = None
    simulated: bool = False

    def place(self, site: str) -> Place:
        """The site called *site*, or with its files in that folder, on this broker.

        Raises SiteError, BrokerError, CommandError.
        """
        place = place_of(site, self.broker, self.root)
        address = place.broker
        if self.ca:
            if not address.tls:
                raise CommandError(
                    f"--ca is for a broker with TLS, and {address} is without: give mqtts:// in --broker"
                )
            address = replace(address, ca=self.ca)
        if self.login:
            user, password = read_login(self.login)
            address = replace(address, user=user, password=password)
        return replace(place, broker=address, simulated=self.simulated)


def connection_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a verb that speaks to a broker, which gets them as one Connection, called ``connection``."""

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


def read_login(path: Path) -> tuple[str, str]:
    """User and password of the file *path*, which holds the one line USER:PASSWORD.  Raises CommandError."""
    try:
        text = path.read_text(encoding="utf-8-sig").strip()
    except OSError as error:
        raise CommandError(f"the login file {path} cannot be read: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise CommandError(f"the login file {path} must be text in UTF-8") from error
    user, colon, password = text.partition(":")
    if not user or not colon or not password or "\n" in text:
        raise CommandError(f"the login file {path} must hold one line: the user, a colon and the password")
    return user, password


def whom_options(command: F) -> F:
    """The options --pole, --group and --all of a verb that speaks to poles; ``check_whom`` checks them."""
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


@dataclass(frozen=True)
class Place:
    """A site as seen from its broker.  Without its files, times are in UTC and lit is from 10 percent on.

    *poles* are those of its files, *switched* those of them that a contactor switches.
    *simulated*: its time is what a simulation on the broker says, instead of real time.
    """

    site: str
    root: str
    broker: BrokerAddress
    zone: ZoneInfo
    lit_percent: int
    title: str
    simulated: bool = False
    poles: tuple[Pole, ...] = ()
    switched: Switched = NOTHING


def place_of(site: str, broker: str | None, root: str | None) -> Place:
    """The place that the options --site, --broker and --root mean.  Raises SiteError, BrokerError, CommandError."""
    if root is not None and not is_root(root):
        raise CommandError(f"--root is {root!r} and {ROOT_BOUND}")
    try:
        find_site(site)
    except SiteError:
        if not NAME.fullmatch(site):
            raise CommandError(
                f"the site is {site!r} and must be a name, or a folder which holds a {SITE_FILE}"
            ) from None
        head, address = root or city_side.ROOT, parse_broker(broker or DEFAULT_BROKER)
        return Place(site, head, address, ZoneInfo("UTC"), 10, f"{site} (times in UTC)")
    known = load_site(Path(site))
    address = parse_broker(broker or known.broker)
    return Place(
        known.name, root or known.root, address, ZoneInfo(known.timezone), known.lit_percent,
        known.title.split(",")[0], poles=known.poles, switched=switched(known),
    )  # fmt: skip
