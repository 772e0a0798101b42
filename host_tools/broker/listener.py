"""Finds out what listens at a port where a broker was expected: MQTT, MQTT over TLS, or another program."""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass

from host_tools.site.broker_address import BrokerAddress

# MQTT 3.1.1: CONNECT with a clean session and without a name
_CONNECT = b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x1e\x00\x00"
_CONNACK = b"\x20\x02"
_TLS_ALERT = b"\x15\x03"
MOST = 200  # bytes looked at


@dataclass(frozen=True)
class Listener:
    """``mqtt``: it answers MQTT in clear; ``tls``: it answers TLS; ``said``: a description of another answer, or empty.

    ``ends``: it ends the connection without an answer.
    """

    mqtt: bool = False
    tls: bool = False
    said: str = ""
    ends: bool = False


def listener(address: BrokerAddress, wait_s: float) -> Listener:
    """What listens at *address*, asked in clear and then in TLS, within *wait_s*."""
    until = time.monotonic() + wait_s
    answer = _answer(address, wait_s / 2)
    first = answer or b""
    if first.startswith(_CONNACK):
        return Listener(mqtt=True)
    if first.startswith(_TLS_ALERT) or _speaks_tls(address, max(0.2, until - time.monotonic())):
        return Listener(tls=True)
    return Listener(said=_words(first), ends=answer == b"")


def _answer(address: BrokerAddress, wait_s: float) -> bytes | None:
    """The first bytes of the answer to a CONNECT; empty where it hangs up, None where nothing comes."""
    try:
        with socket.create_connection((address.host, address.port), wait_s) as sock:
            sock.sendall(_CONNECT)
            return sock.recv(MOST)
    except ConnectionError:
        return b""
    except OSError:
        return None


def _speaks_tls(address: BrokerAddress, wait_s: float) -> bool:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # not verified: nothing but a CONNECT without a name is sent
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with (
            socket.create_connection((address.host, address.port), wait_s) as sock,
            context.wrap_socket(sock, server_hostname=address.host),
        ):
            return True
    except ssl.SSLError as error:
        return "ALERT" in str(error.reason or "")
    except OSError:
        return False


def _words(first: bytes) -> str:
    if not first:
        return ""
    if first.startswith(b"HTTP/"):
        return ", it is a web server"
    line = first.split(b"\n")[0].decode("ascii", "replace").strip()
    shown = "".join(letter if letter.isprintable() else "?" for letter in line)[:40]
    return f", it says {shown!r}"
