"""Examines the site's broker: whether it can be reached, and has a valid certificate where it uses TLS."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

from host_tools.field.doctor.finding import Finding, ok, problem
from host_tools.site.broker_address import BrokerAddress

WAIT_S = 5.0  # longest for each step

# MQTT 3.1.1: CONNECT with a clean session and without a name, and DISCONNECT
_CONNECT = b"\x10\x0c\x00\x04MQTT\x04\x02\x00\x1e\x00\x00"
_DISCONNECT = b"\xe0\x00"
_CONNACK = b"\x20\x02"
_ACCEPTED, _UNAVAILABLE = 0, 3
_SAME_NETWORK = "join the network the broker is in, and ask whether a firewall lets this port through"


def broker(address: BrokerAddress, ca: Path | None = None, wait_s: float = WAIT_S) -> Iterator[Finding]:
    """How far the broker at *address* can be reached; *ca*: a file with the city's CA (default: the system's)."""
    about = f"broker {address}"
    try:
        connection = socket.create_connection((address.host, address.port), wait_s)
    except socket.gaierror as error:
        yield problem(about, f"the name {address.host} is not known here ({error.strerror})",
                      "check the site's `broker`, and this laptop's network and DNS")  # fmt: skip
        return
    except OSError as error:
        yield problem(about, f"does not answer ({error.strerror or error})", _SAME_NETWORK)
        return
    with connection:
        if not address.tls:
            yield _mqtt(about, connection, "without TLS")
            return
        try:
            context = ssl.create_default_context(cafile=ca)
        except (OSError, ssl.SSLError) as error:
            yield problem(about, f"the CA file {ca} cannot be used ({error})", "name a PEM file with --ca")
            return
        try:
            with context.wrap_socket(connection, server_hostname=address.host) as secured:
                yield _mqtt(about, secured, f"{secured.version()}, certificate sound")
        except ssl.SSLCertVerificationError as error:
            yield problem(about, f"its certificate is refused: {error.verify_message.rstrip('.')}", _tls_cure(error))
        except OSError as error:
            yield problem(about, f"does not speak TLS on this port ({error})", "check the port of the site's `broker`")


def _mqtt(about: str, connection: socket.socket, how: str) -> Finding:
    try:
        connection.sendall(_CONNECT)
        answer = b""
        while len(answer) < 4 and (more := connection.recv(4 - len(answer))):
            answer += more
        if answer[:1] == _CONNACK[:1]:
            connection.sendall(_DISCONNECT)
    except OSError as error:
        return problem(
            about, f"takes the call and then says nothing ({error})", "check the port of the site's `broker`"
        )
    if len(answer) != 4 or answer[:2] != _CONNACK:
        return problem(about, "answers, but not in MQTT", "check the port of the site's `broker`: 8883 is for mqtts://")
    if answer[3] == _UNAVAILABLE:
        return problem(about, "answers that it is not available", "ask its administrator")
    who = "" if answer[3] == _ACCEPTED else ", and wants a user and password"
    return ok(about, f"answers ({how}){who}")


def _tls_cure(error: ssl.SSLCertVerificationError) -> str:
    said = error.verify_message.lower()
    if "expired" in said or "not yet valid" in said:
        return "check the date of this laptop; if it is right, the broker needs a new certificate"
    if "mismatch" in said or "not valid for" in said:
        return "the site's `broker` must use the name that is in the certificate"
    return "name the city's CA with --ca FILE"
