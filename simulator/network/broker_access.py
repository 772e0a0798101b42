"""Finds the addresses and credentials by which the poles of a run, and the city's side, reach their broker.

A broker that `diya site broker-config` set up uses TLS and requires a login: each pole is then given the city's CA and
its own password, as a technician would.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from host_tools.broker.mosquitto_config import CITY, SECRETS
from host_tools.errors import BrokerError
from host_tools.keys import broker_passwords
from host_tools.site.broker_address import BrokerAddress, parse_broker
from simulator.run_time import RunTime

HOST = "broker.invalid"  # the name that the poles resolve; the network maps it
CA = "ca.pem"
WAIT_S = 5.0


@dataclass(frozen=True)
class Access:
    """*poles* and *city* are where each connects; None where the run makes its own broker.

    *host* is the broker's name for the poles, *tls* whether their links are secure, *files* go into every pole's
    ``vfs``.
    """

    poles: BrokerAddress | None = None
    city: BrokerAddress | None = None
    host: str = HOST
    tls: bool = False
    files: Mapping[str, bytes] = field(default_factory=dict)
    passwords: Mapping[str, str] = field(default_factory=dict)

    def settings(self, pole: str, speed: float | None) -> dict[str, Any]:
        """What to put over the settings of *pole*.

        With a real broker, time-outs and keepalive are real seconds at *speed* simulated seconds each: an answer takes
        as long as it takes, however fast simulated time runs.
        """
        out: dict[str, Any] = {"link.ssid": "city", "link.password": "lamplight"}
        out.update({"link.host": self.host, "link.tls": int(self.tls)})
        if speed:
            for name, seconds in (("link.keepalive", 30), ("link.timeout", 10)):
                out[name] = min(65535, round(seconds * max(1.0, speed)))
            out["link.trial"] = min(86400, max(900, round(60 * speed)))
        if pole in self.passwords:
            out.update({"link.user": pole, "link.secret": self.passwords[pole]})
        return out


def modelled(tls: bool) -> Access:
    """Access to the model of a broker, which has no TLS: links that are secure by *tls* only take memory for it."""
    return Access(tls=tls, files={CA: b"the model's\n"} if tls else {})


def find_access(broker: str, folder: Path | None, city_port: int, poles: Iterable[str], time: RunTime) -> Access:
    """Access to *broker*: "none", "embedded", an `mqtt://` address, or an `mqtts://` one, the poles' listener.

    *folder* is what `diya site broker-config` wrote, which `mqtts://` needs; the city's listener is at *city_port*.
    Raises BrokerError, also when the broker's certificate is not valid at the start of the run.
    """
    address = None if broker in ("none", "embedded") else parse_broker(broker)
    if address is None or not address.tls:
        if folder is not None:
            raise BrokerError(f"the broker is {broker} and must be mqtts://HOST:PORT where there are --credentials")
        return Access(address, address)
    if folder is None:
        raise BrokerError(f"the broker {address} needs --credentials: the folder that diya site broker-config wrote")
    passwords = broker_passwords.read(folder / SECRETS / "users.csv")
    missing = [user for user in (CITY, *poles) if user not in passwords]
    if missing:
        raise BrokerError(f"the folder {folder} has no password for {missing[0]}: run diya site broker-config again")
    file = folder / CA
    try:
        ca = file.read_bytes()
    except OSError as error:
        raise BrokerError(f"the file {file} must be the city's CA, in PEM: {error.strerror}") from error
    _check_certificate(address, file, time)
    city = BrokerAddress(address.host, city_port, CITY, passwords[CITY], True, file)
    return Access(address, city, address.host, True, {CA: ca}, passwords)


def _check_certificate(address: BrokerAddress, ca: Path, time: RunTime) -> None:
    """Raises BrokerError unless the certificate is valid in the time of the run, which the poles' clocks have."""
    try:
        context = ssl.create_default_context(cafile=ca)
        with (
            socket.create_connection((address.host, address.port), WAIT_S) as plain,
            context.wrap_socket(plain, server_hostname=address.host) as secure,
        ):
            shown: Any = secure.getpeercert()
    except ssl.SSLCertVerificationError as error:
        raise BrokerError(f"the broker at {address} cannot be believed: {error.verify_message}") from error
    except OSError as error:
        raise BrokerError(f"no MQTT broker answers at {address}: {error.strerror or error}") from error
    begin, end = (ssl.cert_time_to_seconds(shown[name]) for name in ("notBefore", "notAfter"))
    if not begin <= time.start_unix <= end:
        days = " to ".join(f"{time.local(time.ms(moment)):%Y-%m-%d}" for moment in (begin, end))
        raise BrokerError(f"--from is outside {days}, which the certificate of the broker at {address} is good for")
