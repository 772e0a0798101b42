"""The console's data as JSON, for programs with a token for reading and for scripts of a user's own session."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
import sqlalchemy as sa
from litestar import Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.openapi.config import OpenAPIConfig
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.plugins import JsonRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.params import FromPath, QueryParameter
from sqlalchemy.engine import RowMapping

from host_tools.city.alarms.listing import StoredAlarm, Wanted, listed
from host_tools.city.console import command_rows
from host_tools.city.console.access.roles import reads
from host_tools.city.console.city import city_of
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread
from host_tools.city.store.tables import pole

MOST = 1000  # of one answer
PROBLEM = "application/problem+json"


class Problem(msgspec.Struct):
    """An error (RFC 9457): *detail* is a sentence for a person."""

    type: str
    status: int
    detail: str


class Pole(msgspec.Struct, rename="camel"):
    """A pole as it last spoke.  Times are Unix s, power W, energy kWh, levels percent; null is "not known"."""

    name: str
    online: bool | None
    silent: bool
    seen: int | None
    level: int | None
    target: int | None
    owner: str | None
    reason: str | None
    until: int | None
    active_power: float | None
    active_energy: float | None
    groups: list[str]
    rev: int


class AlarmOut(msgspec.Struct, rename="camel"):
    """An alarm that is its own cause.  Times are Unix s."""

    number: int
    kind: str
    name: str
    severity: str
    state: str
    began: int | None
    ended: int | None
    times: int
    poles: list[str]
    cause: str
    carry: str
    acknowledged_by: str | None
    assigned_to: str | None
    quiet_until: int | None


class CommandOut(msgspec.Struct, rename="camel"):
    """An order and, by their state, its deliveries to poles.  Times are Unix s."""

    number: int
    zone: str
    state: str
    written_at: int
    who: str
    role: str
    door: str
    kind: str
    owner: str
    level: int | None
    reason: str
    cms_ref_id: str
    start: int | None
    expiration: int
    second_person: str
    answer: str
    deliveries: dict[str, int]


def _spec(description: str) -> ResponseSpec:
    return ResponseSpec(Problem, generate_examples=False, description=description, media_type=PROBLEM)


REFUSALS = {
    400: _spec("The request is not valid"), 401: _spec("Neither a session nor a token that holds"),
    403: _spec("The role or the token is not for this"), 409: _spec("It was changed by another meanwhile"),
    422: _spec("A value is out of its bounds"), 429: _spec("Too many requests; Retry-After says the seconds"),
    503: _spec("The store cannot be read now"),
}  # fmt: skip
MISSING = {**REFUSALS, 404: _spec("There is none")}

Limit = Annotated[int, QueryParameter(name="limit", ge=1, le=MOST, description="At most so many.")]
Name = Annotated[str, QueryParameter(name="after", max_length=64, description="Those after this name.")]
Before = Annotated[int, QueryParameter(name="before", ge=0, le=2**62, description="Those before this number; 0: all.")]
Closed = Annotated[int, QueryParameter(name="closed", ge=0, le=MOST, description="And so many closed ones.")]


@get("/api/poles", guards=[reads()], responses=REFUSALS, include_in_schema=True)
@in_thread
def poles(request: Web, after: Name = "", limit: Limit = MOST) -> list[Pole]:
    """Poles by name; the next page is after the last name of this one."""
    chosen = sa.select(pole).where(pole.c.name > _stored(after)).order_by(pole.c.name).limit(limit)
    with city_of(request).reading() as connection:
        return [_pole(row) for row in connection.execute(chosen).mappings()]


@get("/api/poles/{name:str}", guards=[reads()], responses=MISSING, include_in_schema=True)
@in_thread
def one_pole(request: Web, name: FromPath[str]) -> Pole:
    """One pole."""
    with city_of(request).reading() as connection:
        row = connection.execute(sa.select(pole).where(pole.c.name == _stored(name))).mappings().first()
    if row is None:
        raise NotFoundException("there is no pole of this name in the record")
    return _pole(row)


@get("/api/alarms", guards=[reads()], responses=REFUSALS, include_in_schema=True)
@in_thread
def alarms(request: Web, closed: Closed = 0) -> list[AlarmOut]:
    """The open alarms, the worst first."""
    city = city_of(request)
    with city.reading() as connection:
        return [_alarm(one) for one in listed(connection, Wanted(closed=closed), city.now(connection))]


@get("/api/commands", guards=[reads()], responses=REFUSALS, include_in_schema=True)
@in_thread
def commands(request: Web, before: Before = 0, limit: Limit = 100) -> list[CommandOut]:
    """Orders, the newest first."""
    with city_of(request).reading() as connection:
        return [_command(one.row, one.states) for one in command_rows.lines(connection, limit, before or None)]


@get("/openapi.json", guards=[reads()], include_in_schema=False)
async def openapi(request: Web) -> Response[dict[str, Any]]:
    """This API, for programs that write programs."""
    return Response(request.app.openapi_schema.to_schema(), media_type="application/vnd.oai.openapi+json")


OPENAPI = OpenAPIConfig(
    title="Diya console",
    version="1",
    description="Poles, alarms and orders of the city, to read.",
    components=Components(
        security_schemes={
            "token": SecurityScheme(type="http", scheme="bearer", description="A token for reading, of /desk/tokens."),
        }
    ),
    security=[{"token": []}],
    # Litestar's own route of the same, which it makes in any case; not its pages, which load scripts from elsewhere
    render_plugins=[JsonRenderPlugin()],
    openapi_router=Router("/openapi", route_handlers=[], guards=[reads()], include_in_schema=False),
)


def _stored(name: str) -> str:
    """*name* without what no database takes, and no name has."""
    return name.replace("\0", "\ufffd").encode("utf-8", "replace").decode()


def _pole(row: RowMapping) -> Pole:
    power, energy = row["power_dw"], row["energy_wh"]
    return Pole(
        row["name"], row["online"], row["failing"] is not None, row["seen"], row["level"], row["target"], row["owner"],
        row["reason"], row["until"], None if power is None else power / 10, None if energy is None else energy / 1000,
        [str(one) for one in json.loads(row["groups"])], row["rev"],
    )  # fmt: skip


def _alarm(one: StoredAlarm) -> AlarmOut:
    said = one.as_json()
    return AlarmOut(
        said["number"], said["kind"], said["name"], said["severity"], said["state"], said["since"], said["ended"],
        said["times"], said["poles"], said["cause"], said["carry"], said["acknowledgedBy"], said["assignedTo"],
        said["quietUntil"],
    )  # fmt: skip


def _command(row: RowMapping, deliveries: Mapping[str, int]) -> CommandOut:
    return CommandOut(
        row["id"], row["zone"], row["state"], row["written_at"], row["who"], row["role"], row["door"], row["kind"],
        row["owner"], row["level"], row["reason"], row["ref"], row["start"], row["expiration"], row["second"],
        row["answer"], dict(deliveries),
    )  # fmt: skip


ROUTES = [poles, one_pole, alarms, commands, openapi]
