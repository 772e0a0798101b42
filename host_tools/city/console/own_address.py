"""This console's own address, as who is outside has to write it: another system, a QR code, the city's directory."""

from __future__ import annotations

from host_tools.city.console.city import city_of
from host_tools.city.console.request_types import Web


def own_address(request: Web, path: str) -> str:
    """The absolute address of *path*, which begins with a slash.

    By HTTPS where browsers come by it, also where that is a proxy's, which asks this console in the clear.  The host is
    the one that was asked for: a proxy hands it on, and one that this console does not have gets no answer (app.py).
    """
    scheme = "https" if city_of(request).settings.secure else "http"
    return f"{scheme}://{request.headers.get('host', '')}{path}"
