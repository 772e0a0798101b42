"""How often one address may ask for what is open to all."""

from __future__ import annotations

from litestar.exceptions import TooManyRequestsException

from host_tools.city.console.access.attempts import network
from host_tools.city.console.request_types import Web


def paced(request: Web, what: str, a_minute: int) -> None:
    """Raises TooManyRequestsException where the browser's address, or its network, asks too often for *what*."""
    address = network(request.client.host if request.client else "")
    wait = request.app.state.pace.wait(f"{what} {address}", a_minute)
    if wait:
        raise TooManyRequestsException(
            f"at most {a_minute} requests a minute: wait {wait} s", headers={"retry-after": str(wait)}
        )
