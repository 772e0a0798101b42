"""Fetches the polygons that an alert only refers to: from hosts that the site names, and never by a redirect."""

from __future__ import annotations

import http.client
import time
from collections.abc import Collection
from urllib.parse import urlsplit

from host_tools.city.doors.cap_reading import MOST_BYTES
from host_tools.language.language import Spoken
from host_tools.text import quoted

WAIT_S, LONGEST_S = 5.0, 10.0
MOST = 3  # documents of one alert


def may_fetch(address: str, hosts: Collection[str]) -> bool:
    """Whether *address* is https or http at one of *hosts*, without a login in it."""
    try:
        parts = urlsplit(address)
        return parts.scheme in ("https", "http") and parts.netloc.lower() in {host.lower() for host in hosts}
    except ValueError:
        return False


def fetch(address: str, hosts: Collection[str]) -> bytes:
    """What is at *address*.  Raises Spoken: it is at no host of *hosts*, does not answer, or is too long."""
    if not may_fetch(address, hosts):
        raise Spoken("doors.cap_host", address=quoted(address, 100))
    parts = urlsplit(address)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=WAIT_S)
    until = time.monotonic() + LONGEST_S
    try:
        connection.request("GET", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        with connection.getresponse() as answer:  # it may keep the socket open when its connection is closed
            if answer.status != 200:
                raise Spoken("doors.cap_away", address=quoted(address, 100), why=f"status {answer.status}")
            data = b""
            while len(data) <= MOST_BYTES and (more := answer.read1(65536)):
                data += more
                if time.monotonic() > until:
                    raise TimeoutError("too slow")
            return data
    except (OSError, http.client.HTTPException, ValueError) as error:
        why = str(error) or type(error).__name__
        raise Spoken("doors.cap_away", address=quoted(address, 100), why=why) from error
    finally:
        connection.close()
