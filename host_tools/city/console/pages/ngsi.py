"""NGSI-LD over HTTP (doors/ngsi_*.py say what it means): entities, types and the @context."""

from __future__ import annotations

import json
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, QueryParameter

from host_tools.city.console.access.open_pace import paced
from host_tools.city.console.access.roles import needs_token
from host_tools.city.console.city import city_of
from host_tools.city.console.geography import geography_of
from host_tools.city.console.own_address import own_address
from host_tools.city.console.pages.api import MISSING, PROBLEM, REFUSALS, Problem
from host_tools.city.console.request_types import Web
from host_tools.city.console.threads import in_thread
from host_tools.city.doors import ngsi_query
from host_tools.city.doors.ngsi_entities import TYPES
from host_tools.city.doors.ngsi_form import (
    BASE,
    DOOR,
    GEO_JSON,
    JSON,
    LD_JSON,
    VOCABULARY,
    Refused,
    context,
    feature,
    formed,
)  # fmt: skip
from host_tools.city.doors.ngsi_rows import seen_of

A_MINUTE = 120  # of one address, for the @context, which is open to all
RELATION = "http://www.w3.org/ns/json-ld#context"

Text = Annotated[str, QueryParameter(max_length=2000)]


def refused(_request: Web, error: Refused) -> Response[dict[str, Any]]:
    """As NGSI-LD has it (CIM 009, 6.3.2), which is a problem of RFC 9457."""
    return Response(error.problem(), status_code=error.status, media_type=PROBLEM)


UNACCEPTABLE = {406: ResponseSpec(Problem, generate_examples=False, description="None of the types that Accept names",
                                  media_type=PROBLEM)}  # fmt: skip


@get(f"{BASE}/entities", guards=[needs_token(DOOR)], exception_handlers={Refused: refused}, include_in_schema=True,
     responses={**REFUSALS, **UNACCEPTABLE})  # fmt: skip
@in_thread
def entities(
    request: Web, type: Text = "", id: Text = "", attrs: Text = "", q: Text = "", limit: Text = "",
    offset: Text = "", count: Text = "", options: Text = "",
) -> Response[Any]:  # fmt: skip
    """Entities that are asked for, a page of them; `NGSILD-Results-Count` where `count` is true."""
    wanted = ngsi_query.read(dict(request.query_params))
    kind = _accepted(request)
    city = city_of(request)
    found = []
    if city.site is not None:
        with city.reading() as connection:
            seen = seen_of(connection)
        made = geography_of(request).entities
        for one in ngsi_query.wanted_types(wanted.types):
            found += [
                entity for entity in made.of(one, seen, wanted.ids)
                if wanted.holds(entity)
                and (not wanted.attrs or any(name in entity for name in wanted.attrs))
            ]  # fmt: skip
    page = found[wanted.offset : wanted.offset + wanted.limit]
    links = [_context_link(request)] if kind != LD_JSON else []
    query = {name: value for name, value in request.query_params.items() if name not in ("offset", "limit")}
    if wanted.limit and wanted.offset + wanted.limit < len(found):
        links.append(_page_link("next", query, wanted.offset + wanted.limit, wanted.limit))
    if wanted.limit and wanted.offset:
        links.append(_page_link("prev", query, max(0, wanted.offset - wanted.limit), wanted.limit))
    headers = {"link": ", ".join(links)} if links else {}
    if wanted.count:
        headers["ngsild-results-count"] = str(len(found))
    if kind == GEO_JSON:
        features = [feature(one, wanted.key_values, wanted.attrs) for one in page]
        return _written({"type": "FeatureCollection", "features": features}, kind, headers)
    told = [formed(one, wanted.key_values, wanted.attrs) for one in page]
    if kind == LD_JSON:
        told = [{**one, **_own_context(request)} for one in told]
    return _written(told, kind, headers)


@get(f"{BASE}/entities/{{name:str}}", guards=[needs_token(DOOR)], exception_handlers={Refused: refused},
     include_in_schema=True, responses={**MISSING, **UNACCEPTABLE})  # fmt: skip
@in_thread
def entity(request: Web, name: FromPath[str], attrs: Text = "", options: Text = "") -> Response[Any]:
    """One entity, by its id."""
    key_values, kind = ngsi_query.key_values(dict(request.query_params)), _accepted(request)
    wanted = [part for one in attrs.split(",") if (part := one.strip())]
    city, parts = city_of(request), name.split(":")
    found = None
    if city.site is not None and len(parts) >= 5 and parts[2] in TYPES:
        with city.reading() as connection:
            seen = seen_of(connection)
        found = next(iter(geography_of(request).entities.of(parts[2], seen, {name})), None)
    if found is None:
        raise Refused(404, "ResourceNotFound", "there is no entity of this id, or its pole has never reported")
    if kind == GEO_JSON:
        return _written(feature(found, key_values, wanted), kind, {"link": _context_link(request)})
    told = formed(found, key_values, wanted)
    if kind == LD_JSON:
        return _written({**told, **_own_context(request)}, kind, {})
    return _written(told, kind, {"link": _context_link(request)})


@get(f"{BASE}/types", guards=[needs_token(DOOR)], exception_handlers={Refused: refused}, include_in_schema=True,
     responses={**REFUSALS, **UNACCEPTABLE})  # fmt: skip
@in_thread
def types(request: Web, details: Text = "") -> Response[Any]:
    """The types of entities that there are."""
    kind = _accepted(request)
    headers = {"link": _context_link(request)} if kind != LD_JSON else {}
    if details == "true":
        told: Any = [{"id": VOCABULARY + one, "type": "EntityType", "typeName": one} for one in TYPES]
        told = [{**one, **_own_context(request)} for one in told] if kind == LD_JSON else told
        return _written(told, kind, headers)
    told = {"id": "urn:ngsi-ld:EntityTypeList:diya", "type": "EntityTypeList", "typeList": list(TYPES)}
    return _written({**told, **(_own_context(request) if kind == LD_JSON else {})}, kind, headers)


@get(f"{BASE}/context.jsonld", exclude_from_csrf=True)
@in_thread
def own_context(request: Web) -> Response[Any]:
    """The @context, which other programs fetch without a token: it has names alone."""
    paced(request, DOOR, A_MINUTE)
    return _written(context(), LD_JSON, {"cache-control": "public, max-age=3600"})


def context_address(request: Web) -> str:
    """Where the @context is, for who is outside."""
    return own_address(request, f"{BASE}/context.jsonld")


def _own_context(request: Web) -> dict[str, Any]:
    return {"@context": [context_address(request), context()["@context"][1]]}


def _context_link(request: Web) -> str:
    return f'<{context_address(request)}>; rel="{RELATION}"; type="{LD_JSON}"'


def _page_link(relation: str, query: dict[str, str], offset: int, limit: int) -> str:
    return f'<{BASE}/entities?{urlencode({**query, "limit": limit, "offset": offset})}>; rel="{relation}"'


def _accepted(request: Web) -> str:
    """The type that Accept asks for, of those there are; JSON where it takes any.  Raises Refused."""
    asked = request.headers.get("accept", "") or "*/*"
    weights = []
    for place, one in enumerate(asked.lower().split(",")):
        name, *parameters = (part.strip() for part in one.split(";"))
        weight = next((part[2:] for part in parameters if part.startswith("q=")), "1")
        try:
            weights.append((-float(weight), place, name))
        except ValueError:
            weights.append((-1.0, place, name))
    for refusal, _place, name in sorted(weights):
        if refusal == 0:
            continue
        if name in (JSON, LD_JSON, GEO_JSON):
            return name
        if name in ("*/*", "application/*"):
            return JSON
    raise Refused(406, "InvalidRequest", f"Accept must be {JSON}, {LD_JSON} or {GEO_JSON}")


def _written(value: Any, kind: str, headers: dict[str, str]) -> Response[bytes]:
    return Response(json.dumps(value, ensure_ascii=False).encode(), media_type=kind, headers=headers)


ROUTES = [entities, entity, types, own_context]
