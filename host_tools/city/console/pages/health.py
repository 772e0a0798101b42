"""For a supervisor or a proxy: whether this process answers and reaches its store."""

from __future__ import annotations

import sqlalchemy as sa
from litestar import Response, get

from host_tools.city.console.city import city_of
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread
from host_tools.errors import RecordError


@get("/health")
@in_thread
def health(request: Web) -> Response[dict[str, str]]:
    """200 where the store can be read, else 503; open to all, so it says nothing else."""
    try:
        with city_of(request).reading() as connection:
            connection.execute(sa.select(1))
    except RecordError:
        return Response({"status": "store away"}, status_code=503)
    return Response({"status": "ok"})


ROUTES = [health]
