"""A site on a broker, and how that broker is reached."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from host_tools.city.correlation.switched_feeders import NOTHING, Switched, switched
from host_tools.errors import CommandError
from host_tools.naming import NAME, ROOT_BOUND, is_root
from host_tools.site.broker_address import BrokerAddress, parse_broker
from host_tools.site.load import SITE_FILE, find_site, load_site
from host_tools.site.model import Pole, SiteError
from pole.wire import city_side

DEFAULT_SITE = "sagar"
DEFAULT_BROKER = "mqtt://127.0.0.1:1883"


@dataclass(frozen=True)
class Connection:
    """The broker, how to log in, and whose time counts, as the options of a verb say (verbs/options.py)."""

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
