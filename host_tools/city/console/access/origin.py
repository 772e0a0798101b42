"""Refuses what another site's page sends: beside the secret of the forms, by what the browser itself says."""

from __future__ import annotations

from urllib.parse import urlsplit

from litestar.exceptions import PermissionDeniedException

from host_tools.city.console.request_types import Web

SAFE = ("GET", "HEAD", "OPTIONS")


def check_origin(request: Web) -> None:
    """Raises PermissionDeniedException where a request that changes something comes from a page of another origin.

    A browser says where it comes from in Sec-Fetch-Site (which a page cannot set), an older one in Origin.  A program
    says neither, and has no cookie of a person that another page could use.
    """
    if request.method in SAFE:
        return
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        foreign = site not in ("same-origin", "none")
    else:
        foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("host", "")
    if foreign:
        raise PermissionDeniedException("this was sent by a page of another site")
