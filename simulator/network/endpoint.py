"""A pole's socket on the host, and the table of a pole's sockets.

The pole cannot distinguish a modelled network behind an endpoint from the computer's own.
"""

from __future__ import annotations

import errno
from collections.abc import Callable
from typing import Protocol

from simulator.device_modules import hostops

POLLIN = 1
POLLOUT = 4
POLLERR = 8
SOCK_STREAM = 1
SOCK_DGRAM = 2


class Endpoint(Protocol):
    """One socket of a pole."""

    def send(self, data: bytes) -> int:
        """How many bytes were taken, or -errno."""

    def recv(self, limit: int) -> bytes | int:
        """Up to *limit* bytes (empty: closed by the peer), or -errno (-EAGAIN: nothing yet)."""

    def ready(self) -> int:
        """POLLIN, POLLOUT and POLLERR as they stand now."""

    def close(self) -> None:
        """The pole has closed it."""

    def vanish(self) -> None:
        """The pole lost power or was reset: it sends nothing more, not even a FIN."""


class Network(Protocol):
    """The network that carries the bytes of all poles; ``tls``: its other end uses TLS where a pole does.

    ``time_ahead_ms`` is by how much what the time servers answer to a pole is ahead.
    """

    tls: bool
    time_ahead_ms: Callable[[str], int]

    def resolve(self, pole: str, host: str) -> str:
        """IPv4 address of *host* as text.  Raises OSError when there is no answer."""

    def connect(self, pole: str, kind: int, address: str, port: int, changed: Callable[[], None]) -> Endpoint:
        """A socket of *kind* on its way to the address; *changed* is called whenever ``ready`` may have changed.

        Raises OSError when there is no way to it.
        """


class Sockets:
    """The sockets of one pole, by number, and what the pole waits for on each.

    ``quiet``: nothing is ready, and nothing can be before an endpoint says so or the pole asks for something.
    """

    def __init__(self, pole: str, network: Network, changed: Callable[[], None]) -> None:
        self._pole = pole
        self._network = network
        self._tell = changed
        self._kinds: dict[int, int] = {}
        self._endpoints: dict[int, Endpoint] = {}
        self._interest: dict[int, int] = {}
        self._stalled: set[int] = set()
        self.quiet = True

    def _changed(self) -> None:
        self.quiet = False
        self._tell()

    def handle(self, op: int, a: int, b: int, data: bytes) -> tuple[int, bytes]:
        """One call of the pole (``simulator/device_modules/hostops.py``): the answer's value (or -errno), and data."""
        self.quiet = False
        try:
            return self._handle(op, a, b, data)
        except OSError as error:
            return -(error.errno or errno.EIO), b""

    def _handle(self, op: int, a: int, b: int, data: bytes) -> tuple[int, bytes]:
        if op == hostops.STALL:
            self._stalled.add(a)
            return 0, b""
        if a in self._stalled and op in (hostops.SEND, hostops.RECV):
            return -errno.EAGAIN, b""
        if op == hostops.SEND:
            return self._endpoint(a).send(data), b""
        if op == hostops.RECV:
            got = self._endpoint(a).recv(b)
            return (got, b"") if isinstance(got, int) else (len(got), got)
        if op == hostops.INTEREST:
            self._interest[a] = b
            return 0, b""
        if op == hostops.SECURE:
            return int(self._network.tls), b""
        if op == hostops.SOCKET:
            return self._open(a), b""
        if op == hostops.CONNECT:
            self._endpoints[a] = self._network.connect(self._pole, self._kinds[a], data.decode(), b, self._changed)
            return 0, b""
        if op == hostops.CLOSE:
            self._close(a)
            return 0, b""
        if op == hostops.RESOLVE:
            return 0, self._network.resolve(self._pole, data.decode()).encode()
        raise OSError(errno.ENOSYS, f"operation {op}")

    def _open(self, kind: int) -> int:
        for number in range(hostops.SOCKETS):
            if number not in self._kinds:
                self._kinds[number] = kind
                return number
        raise OSError(errno.ENFILE, "no socket is left")

    def _endpoint(self, number: int) -> Endpoint:
        endpoint = self._endpoints.get(number)
        if endpoint is None:
            raise OSError(errno.ENOTCONN, "the socket is not connected")
        return endpoint

    def _close(self, number: int) -> None:
        self._kinds.pop(number, None)
        self._interest.pop(number, None)
        self._stalled.discard(number)
        endpoint = self._endpoints.pop(number, None)
        if endpoint:
            endpoint.close()

    def vanish(self) -> None:
        """The pole lost power or was reset: its peers get no notice of it."""
        for endpoint in self._endpoints.values():
            endpoint.vanish()
        self._kinds.clear()
        self._interest.clear()
        self._stalled.clear()
        self._endpoints.clear()

    def close(self) -> None:
        """The pole closes all of them."""
        for number in list(self._kinds):
            self._close(number)

    def ready(self) -> list[tuple[int, int]]:
        """(socket, events) of each socket on which an event that the pole waits for has happened."""
        out: list[tuple[int, int]] = []
        if self.quiet:
            return out
        interest = self._interest
        for number in sorted(interest) if len(interest) > 1 else interest:
            wanted = interest[number]
            endpoint = self._endpoints.get(number) if wanted else None
            if endpoint and number not in self._stalled:
                events = endpoint.ready() & (wanted | POLLERR)
                if events:
                    out.append((number, events))
        self.quiet = not out
        return out
