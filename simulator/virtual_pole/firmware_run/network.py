"""The computer's own network, as the pole's: names are asked of its resolver, and every TCP connection is a real one.

The time comes from the pole's surroundings, for a laptop on the road reaches no time server.
"""

from __future__ import annotations

import errno
import selectors
import socket
from collections.abc import Callable

from simulator.kernel import Kernel
from simulator.network.endpoint import SOCK_DGRAM, Endpoint
from simulator.network.real import TIME_ADDRESS, RealNetwork, RealStream


class OwnNetwork(RealNetwork):
    """*online* says whether the pole's radio carries anything; ``time_host`` is the name of the time server."""

    def __init__(
        self, kernel: Kernel, selector: selectors.BaseSelector, unix_ms: Callable[[], int],
        online: Callable[[str], bool],
    ) -> None:  # fmt: skip
        super().__init__(kernel, selector, ("", 0), "", unix_ms, online)
        self.time_host = ""

    def resolve(self, pole: str, host: str) -> str:
        """Waits as long as the computer's resolver does."""
        if host == self.time_host:
            return TIME_ADDRESS
        try:
            return str(socket.getaddrinfo(host, None, socket.AF_INET)[0][4][0])
        except OSError as error:
            raise OSError(errno.EHOSTUNREACH, f"{host} has no address") from error

    def connect(self, pole: str, kind: int, address: str, port: int, changed: Callable[[], None]) -> Endpoint:
        if kind == SOCK_DGRAM or not self.online(pole):
            return super().connect(pole, kind, address, port, changed)
        stream = RealStream(self, pole, (address, port), changed)
        self._streams.setdefault(pole, []).append(stream)
        return stream
