"""The address of an MQTT broker."""

from __future__ import annotations

import random
import re
import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from host_tools.errors import BrokerError

DEFAULT_PORT = 1883
TLS_PORT = 8883

# Below those that systems give to clients (Linux: from 32768): there a client may take a broker's port while the broker
# is down, or one that knocks at the port is connected to itself.
OWN_PORTS = range(20000, 32768)
_CHANCE = random.SystemRandom()  # two processes with the same seed would look for the same port

HOW_TO_INSTALL = "install it (Debian, Ubuntu: apt-get install mosquitto; macOS: brew install mosquitto)"


@dataclass(frozen=True)
class BrokerAddress:
    """The parts of an `mqtt://` address, or of an `mqtts://` one, which asks for TLS.

    *ca* is a file with the CA that signed the broker's certificate; None: the system's.
    """

    host: str
    port: int = DEFAULT_PORT
    user: str = ""
    password: str = ""
    tls: bool = False
    ca: Path | None = None

    def __str__(self) -> str:  # without the password: it ends up in messages
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"mqtt{'s' if self.tls else ''}://{host}:{self.port}"


def parse_broker(text: str) -> BrokerAddress:
    """The parts of ``mqtt[s]://[USER[:PASSWORD]@]HOST[:PORT]``.  Raises BrokerError."""
    refused = BrokerError(f"the broker is {text!r} and must be mqtt://HOST or mqtt://HOST:PORT, or mqtts:// for TLS")
    try:
        parts = urlsplit(text)
        tls = parts.scheme == "mqtts"
        port = (TLS_PORT if tls else DEFAULT_PORT) if parts.port is None else parts.port
    except ValueError:
        raise refused from None
    host = parts.hostname or ""
    if parts.scheme not in ("mqtt", "mqtts") or not re.fullmatch(r"[A-Za-z0-9._:%-]{1,128}", host) or port == 0:
        raise refused
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise refused
    return BrokerAddress(host, port, unquote(parts.username or ""), unquote(parts.password or ""), tls)


def free_ports(count: int) -> list[int]:
    """*count* TCP ports of the loopback interface, all different, that no program holds at the moment: ``OWN_PORTS``.

    Another program may take one before its caller does, who must then ask again.
    """
    found: list[int] = []
    for port in _CHANCE.sample(OWN_PORTS, len(OWN_PORTS)):
        if len(found) == count:
            break
        if _is_free(port):
            found.append(port)
    return found


def free_port() -> int:
    """One of `free_ports`."""
    return free_ports(1)[0]


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
