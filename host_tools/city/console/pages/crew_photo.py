"""Photos from the crew's phone, and for who looks at the order later."""

from __future__ import annotations

from functools import partial
from typing import Any

from anyio.to_thread import run_sync
from litestar import Response, get, post
from litestar.exceptions import NotAuthorizedException, NotFoundException
from litestar.params import FromPath, FromQuery

from host_tools.city.alarms import photos
from host_tools.city.console import photo
from host_tools.city.console.access.roles import OPERATOR, VIEWER, needs
from host_tools.city.console.city import City, city_of
from host_tools.city.console.page import language, moment
from host_tools.city.console.pages.crew import late
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread
from host_tools.text import quoted

FOR_S = 7 * 86400  # a browser keeps it: a photo does not change


@post("/crew/photo", guards=[needs(OPERATOR)], status_code=200, request_max_body_size=photo.MOST_BYTES)
async def take(
    request: Web, order: FromQuery[int], pole: FromQuery[str], waited: FromQuery[int] = 0,
    user: FromQuery[str] = "",
) -> dict[str, Any]:  # fmt: skip
    """The body is the photo of *pole* in *order*; *waited* s since it was taken by *user* (as for /crew/do)."""
    if user != request.user.name:
        raise NotAuthorizedException(f"it was taken by {quoted(user, 40)}, who is not logged in here")
    sent = await request.body()
    at = await run_sync(partial(_keep, city_of(request), sent, order, pole, request.user.name, waited))
    city = city_of(request)
    return {"said": language(request).say("console_crew.done_photo"), "at": moment(at, city.zone)}


def _keep(city: City, sent: bytes, order: int, pole: str, who: str, waited: int) -> int:
    jpeg = photo.made(sent)  # outside of a transaction: it takes long
    with city.writing() as connection:
        now = city.now(connection)
        photos.keep(connection, order if abs(order) < 2**62 else -1, pole, who, now, sent, jpeg, late(waited))
    return now


@get("/orders/photos/{number:int}", guards=[needs(VIEWER)])
@in_thread
def show(request: Web, number: FromPath[int]) -> Response[bytes]:
    """The photo called *number*."""
    with city_of(request).reading() as connection:
        found = photos.jpeg_of(connection, min(number, 2**62))
    if found is None:
        raise NotFoundException(language(request).say("alarms.no_photo", number=min(number, 2**62)))
    headers = {"cache-control": f"private, max-age={FOR_S}", "content-disposition": "inline"}
    return Response(found, media_type="image/jpeg", headers=headers)


ROUTES = [take, show]
