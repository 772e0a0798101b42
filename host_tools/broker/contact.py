"""Connects to a broker step by step: name, TCP, TLS.  Each step that fails has its own sentence with its cure."""

from __future__ import annotations

import errno
import queue
import socket
import ssl
import threading
import time
from datetime import date
from typing import Any

from host_tools.broker.listener import listener
from host_tools.errors import BrokerError
from host_tools.site.broker_address import BrokerAddress

_EXPIRED, _NOT_YET_VALID, _OTHER_HOST, _OTHER_ADDRESS = 10, 9, 62, 64  # X509_V_ERR_... of OpenSSL
_PORTS = "usually 1883, with TLS 8883"
_NO_WAY = (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL)


class ContactError(BrokerError, ConnectionError):
    """The broker was not reached.  ``lasting``: waiting does not help, something must be changed.

    Also a ConnectionError, which is what paho expects of a connection that fails.
    """

    def __init__(self, sentence: str, lasting: bool = False) -> None:
        super().__init__(sentence)
        self.lasting = lasting


def open_socket(address: BrokerAddress, context: ssl.SSLContext | None, wait_s: float) -> socket.socket:
    """A connection to *address*, with TLS where there is a *context*, within *wait_s*.  Raises ContactError."""
    until = time.monotonic() + wait_s
    sock = _tcp(address, until, wait_s)
    if context is None:
        return sock
    try:
        sock.settimeout(max(0.1, until - time.monotonic()))
        return context.wrap_socket(sock, server_hostname=address.host)
    except OSError as error:
        sock.close()
        raise _tls_failed(address, context, error, max(1.0, until - time.monotonic())) from error


def _tcp(address: BrokerAddress, until: float, wait_s: float) -> socket.socket:
    found = _look_up(address, until, wait_s)
    error: OSError = TimeoutError()
    for place, (family, kind, protocol, _name, where) in enumerate(found):
        left = max(0.1, (until - time.monotonic()) / (len(found) - place))
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(left)
            sock.connect(where)
            return sock
        except OSError as failed:
            sock.close()
            # a machine with two addresses: a refusal by one of them tells more than a time-out of the other
            error = error if isinstance(error, ConnectionRefusedError) else failed
    raise _tcp_failed(address, error, wait_s) from error


def _look_up(address: BrokerAddress, until: float, wait_s: float) -> list[Any]:
    """The addresses of the host; on a thread, because the system's own look-up has no time limit."""
    done: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            done.put(socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM))
        except UnicodeError:
            done.put(OSError("it is no host name"))
        except OSError as error:
            done.put(error)

    threading.Thread(target=look_up, daemon=True).start()
    try:
        found = done.get(timeout=max(0.1, until - time.monotonic()))
    except queue.Empty:
        found = TimeoutError(f"no name server answers within {wait_s:.3g} s")
    if isinstance(found, Exception):
        reason = getattr(found, "strerror", None) or str(found)
        raise ContactError(
            f"the host name {address.host} of the broker {address} is not known here ({reason}): check its spelling, "
            "and the network and DNS of this computer"
        )
    return list(found)


def _tcp_failed(address: BrokerAddress, error: OSError, wait_s: float) -> ContactError:
    if isinstance(error, ConnectionRefusedError):
        why = f"the port is closed; start the broker, or correct host and port ({_PORTS})"
    elif isinstance(error, TimeoutError):
        why = f"no connection within {wait_s:.3g} s; check the address, and whether a firewall lets this port through"
    elif error.errno in _NO_WAY:
        why = f"there is no way to it from this network ({error.strerror}); join the network it is in"
    else:
        why = f"{error.strerror or error}; check host and port ({_PORTS})"
    return ContactError(f"no MQTT broker answers at {address}: {why}")


def _tls_failed(address: BrokerAddress, context: ssl.SSLContext, error: OSError, wait_s: float) -> ContactError:
    if isinstance(error, ssl.SSLCertVerificationError):
        return _not_believed(address, context, error, wait_s)
    if isinstance(error, TimeoutError):
        return ContactError(
            f"the broker at {address} takes the connection and says nothing; check host and port ({_PORTS})"
        )
    said = str(getattr(error, "reason", "") or "")
    if "CERTIFICATE_REQUIRED" in said or "HANDSHAKE_FAILURE" in said or "BAD_CERTIFICATE" in said:
        return wants_certificate(address)
    if "PROTOCOL_VERSION" in said or "UNSUPPORTED_PROTOCOL" in said:
        return ContactError(
            f"the broker at {address} offers only a TLS older than 1.2; it must offer 1.2 or newer", True
        )
    found = listener(address, wait_s)
    if found.mqtt:
        clear = f"mqtt://{str(address).partition('://')[2]}"
        return ContactError(
            f"the broker at {address} speaks MQTT without TLS on this port: give {clear}, or its port with TLS "
            "(usually 8883)",
            True,
        )
    return ContactError(
        f"what listens at {address} does not speak TLS{found.said}; check host and port ({_PORTS})", bool(found.said)
    )


def wants_certificate(address: BrokerAddress) -> ContactError:
    """The broker asks its clients for a certificate, which `diya` has none of."""
    return ContactError(
        f"the broker at {address} wants a certificate of its clients, and diya shows none: give the port for the city, "
        "which takes a login (8884 where `diya site broker-config` set it up)",
        True,
    )


def _not_believed(
    address: BrokerAddress, context: ssl.SSLContext, error: ssl.SSLCertVerificationError, wait_s: float
) -> ContactError:
    code, what = error.verify_code, f"the certificate of the broker at {address}"
    today = f"the date of this computer is {date.today():%Y-%m-%d}"
    if code == _EXPIRED:
        return ContactError(f"{what} has expired ({today}): the broker needs a new one", True)
    if code == _NOT_YET_VALID:
        return ContactError(f"{what} is not valid yet ({today}): check that date, and the certificate's")
    if code in (_OTHER_HOST, _OTHER_ADDRESS):
        names = _names(address, context, wait_s)
        good = f" but for {', '.join(names)}" if names else ""
        return ContactError(f"{what} is not for {address.host}{good}: give --broker with a name that is in it", True)
    vouched = f"the CA in {address.ca}" if address.ca else "the CAs that this computer trusts"
    return ContactError(
        f"{what} is not trusted, for it was not signed by {vouched} ({error.verify_message}): give the city's CA with "
        "--ca FILE",
        True,
    )


def _names(address: BrokerAddress, context: ssl.SSLContext, wait_s: float) -> list[str]:
    """The host names in the broker's certificate, which is trusted; none where it has no names."""
    context.check_hostname = False
    try:
        with open_socket(address, context, wait_s) as sock:
            shown: Any = sock.getpeercert() if isinstance(sock, ssl.SSLSocket) else {}
    except (OSError, BrokerError):
        return []
    finally:
        context.check_hostname = True
    return [str(name) for kind, name in shown.get("subjectAltName", ()) if kind in ("DNS", "IP Address")][:4]
