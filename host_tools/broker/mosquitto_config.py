"""Writes a Mosquitto configuration for a site: TLS, a user for each pole, and topics that only this user may use.

Poles and the city have a listener each, with users of its own, so that the city's may stay inside a private network and
a pole's password is not valid there. On the poles' listener the user name is the client identifier: no pole can
take over another's session, or the recorder's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from host_tools.broker.queue_size import ABSENCE_H, queued_messages
from host_tools.errors import BrokerError
from host_tools.files import Busy, create_secret, locked, replace_file, secret_folder, write_secret
from host_tools.keys import broker_passwords
from host_tools.site.model import Pole, Site
from pole.wire import contract
from pole.wire.city_side import PIECES

CITY = "iccc"
POLES_PORT, CITY_PORT = 8883, 8884

# From the pole and to it; what is not listed is refused.
_WRITES = tuple(contract.DELIVERY)
_READS = (contract.COMMAND, contract.CONFIG, contract.UPDATE, contract.TIME_ANSWER)

SECRETS = "secrets"


@dataclass(frozen=True)
class Plan:
    """The choices for a configuration.  *ca*, *certificate* and *key* are files of the machine the broker runs on.

    *certificates*: a pole shows a certificate of the city's CA whose common name is the pole's, and has no password.
    *city_bind* is the address the city's listener is bound to (empty: all).  *data*: folder for what must survive.
    """

    ca: Path
    certificate: Path
    key: Path
    port: int = POLES_PORT
    city_port: int = CITY_PORT
    city_bind: str = ""
    certificates: bool = False
    data: Path = Path("/var/lib/mosquitto")


@dataclass
class Written:
    """What was written where, and what is still missing."""

    folder: Path
    poles: int
    new_users: int
    files: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)  # files the configuration names that are not there (yet)


def write(
    site: Site, folder: Path, plan: Plan, progress: Callable[[int, int], None] = lambda all_, left: None
) -> Written:
    """Write the configuration of *site* to *folder*, keeping the passwords a former run made.

    *progress* is told how many passwords there are to hash, and how many are left.  Raises BrokerError.
    """
    for pole in site.poles:
        if pole.name.casefold() == CITY:
            raise BrokerError(f"the pole {pole.name} has the name of the city's own user and must have another")
    if plan.port == plan.city_port:
        raise BrokerError(f"the poles' port and the city's are both {plan.port} and must differ")
    folder = folder.resolve()
    secret = folder / SECRETS
    secret_folder(secret)
    lock = secret / ".lock"
    create_secret(lock, "")
    try:
        with locked(lock):
            new = _write(site, folder, plan, progress)
    except Busy as error:
        raise BrokerError(f"{folder} is being written by another `diya site broker-config`: try again") from error
    written = Written(folder, len(site.poles), new)
    written.files = sorted(
        str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path != lock
    )
    written.missing = [str(path) for path in (plan.ca, plan.certificate, plan.key) if not path.exists()]
    return written


def _write(site: Site, folder: Path, plan: Plan, progress: Callable[[int, int], None]) -> int:
    """How many users are new."""
    secret = folder / SECRETS
    file = secret / "users.csv"
    users = [CITY] if plan.certificates else [CITY, *(pole.name for pole in site.poles)]
    known = broker_passwords.read(file) if file.exists() else {}
    passwords = {user: known.get(user) or broker_passwords.new_password() for user in users}
    write_secret(file, broker_passwords.as_csv(passwords))  # first: a new password that is not stored would be lost
    write_secret(secret / f"{CITY}.login", f"{CITY}:{passwords[CITY]}\n")
    write_secret(folder / "city.passwords", broker_passwords.hashed_lines({CITY: passwords[CITY]}))
    if not plan.certificates:
        poles = {user: password for user, password in passwords.items() if user != CITY}
        write_secret(folder / "poles.passwords", broker_passwords.hashed_lines(poles, progress))
    for name, text in (
        ("poles.acl", poles_acl(site)),
        ("city.acl", f"user {CITY}\ntopic readwrite {site.root}/{site.name}/#\n"),
        ("mosquitto.conf", configuration(site, folder, plan)),
    ):
        replace_file(folder / name, text.encode())
    return len(set(passwords) - set(known))


def poles_acl(site: Site) -> str:
    """The access control list of the poles' listener: %u is the user, which is the pole."""
    head = f"{site.root}/{site.name}"
    lines = [f"pattern write {head}/%u/{kind}" for kind in _WRITES]
    lines += [f"pattern read {head}/%u/{kind}" for kind in _READS]
    lines.append(f"pattern read {contract.all_topic(site.root, site.name)}")
    lines.append(f"pattern read {head}/{PIECES}/#")  # of releases, which the city's user writes
    for pole in site.poles:
        lines += ["", f"user {pole.name}", *_group_lines(site, pole)]
    return "\n".join(lines) + "\n"


def configuration(site: Site, folder: Path, plan: Plan) -> str:
    """Text of `mosquitto.conf`, for Mosquitto 2."""
    poles = len(site.poles)
    lines = [
        f"# {site.title}: written by `diya site broker-config`; changes here are lost when it is run again",
        "per_listener_settings true",
        "",
        "# what survives a restart: retained messages, and what is queued for the recorder",
        "persistence true",
        f"persistence_location {plan.data}/",
        "autosave_interval 60",
        "persistent_client_expiration 60d",
        "",
        f"# what {poles} poles say in {ABSENCE_H:g} hours without the recorder (docs/record.md); Mosquitto's own limit",
        "# of 1000 loses events in a burst, and no limit would lose the broker",
        f"max_queued_messages {queued_messages(poles)}",
        "# meters are sent with QoS 0, and are queued for the recorder all the same, in a session of their own",
        "queue_qos0_messages true",
        "upgrade_outgoing_qos true",
        "# what a pole acknowledges at once, and the largest message: twice what it takes",
        f"max_inflight_messages {contract.IN_FLIGHT}",
        f"max_packet_size {2 * contract.MAX_PAYLOAD}",
        "set_tcp_nodelay true",
        "",
        "log_type error",
        "log_type warning",
        "log_type notice",
        "",
        "# the poles",
        f"listener {plan.port}",
        *_tls(plan),
        "allow_anonymous false",
    ]
    if plan.certificates:
        lines += [f"cafile {plan.ca}", "require_certificate true", "use_identity_as_username true"]
    else:
        lines.append(f"password_file {folder / 'poles.passwords'}")
    lines += [
        f"acl_file {folder / 'poles.acl'}",
        "# the client identifier is the user name: another client's session cannot be taken over",
        "use_username_as_clientid true",
        "# each pole twice (a new connection before the old one is given up), and some",
        f"max_connections {2 * poles + 100}",
        "",
        "# the city",
        f"listener {plan.city_port}{' ' + plan.city_bind if plan.city_bind else ''}",
        *_tls(plan),
        "allow_anonymous false",
        f"password_file {folder / 'city.passwords'}",
        f"acl_file {folder / 'city.acl'}",
    ]
    return "\n".join(lines) + "\n"


def _tls(plan: Plan) -> list[str]:
    return [f"certfile {plan.certificate}", f"keyfile {plan.key}", "tls_version tlsv1.2"]


def _group_lines(site: Site, pole: Pole) -> list[str]:
    groups = sorted({group for group in pole.groups if group})
    return [f"topic read {contract.group_topic(site.root, site.name, group)}" for group in groups]
