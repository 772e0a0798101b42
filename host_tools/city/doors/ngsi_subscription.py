"""NGSI-LD: who is told of changes, and of which.  Pure.

Source: ETSI GS CIM 009, clauses 5.2.12, 5.2.14 and 5.8.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from host_tools.city.doors.ngsi_entities import TYPES
from host_tools.city.doors.ngsi_form import JSON, LD_JSON, Refused, expanded
from host_tools.city.doors.ngsi_query import Condition, conditions_of
from host_tools.text import quoted

MOST_BODY = 20_000  # bytes
MOST_ENTITIES, MOST_HEADERS = 50, 8
LONGEST_THROTTLE_S = 86400
ID = re.compile(r"urn:[A-Za-z0-9][A-Za-z0-9-]{0,31}:[A-Za-z0-9:._-]{1,200}")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_OURS = ("host", "content-length", "content-type", "transfer-encoding", "connection", "link")
_FIELDS = frozenset({
    "id", "type", "subscriptionName", "description", "entities", "watchedAttributes", "q", "throttling", "expiresAt",
    "isActive", "notification", "@context", "notificationTrigger",
})  # fmt: skip


@dataclass(frozen=True)
class Subscription:
    """*wanted*: (type, id or "") of each that is asked for; *uri*: where notifications go.

    *headers*: what the receiver asked to get with each.  *ends_at*: Unix s, None: it has no end.
    """

    id: str
    wanted: tuple[tuple[str, str], ...]
    watched: tuple[str, ...]
    attrs: tuple[str, ...]
    holds: Condition
    key_values: bool
    uri: str
    accept: str
    headers: tuple[tuple[str, str], ...]
    throttle_s: int
    ends_at: int | None
    active: bool

    @property
    def types(self) -> set[str]:
        return {kind for kind, _id in self.wanted}

    def matches(self, entity: Mapping[str, Any]) -> bool:
        """Whether *entity* (key-values) is asked for."""
        named = any(kind == entity["type"] and id_ in ("", entity["id"]) for kind, id_ in self.wanted)
        return named and self.holds(entity)

    def shown(self, entity: Mapping[str, Any]) -> str:
        """What a change is looked for in: the watched attributes of *entity*, all where none is named."""
        kept = {name: value for name, value in entity.items() if not self.watched or name in self.watched}
        return json.dumps(kept, sort_keys=True)


def read(body: Any, hosts: Collection[str], now: int) -> Subscription:
    """The subscription in *body*, whose notifications may go to *hosts* alone.  Raises Refused."""
    if not isinstance(body, dict):
        raise _bad("the body must be a JSON object")
    for name in body:
        if name not in _FIELDS:
            raise _bad(f"{quoted(name, 40)} is no field here: they are {', '.join(sorted(_FIELDS))}")
    if body.get("type") != "Subscription":
        raise _bad(f"type is {quoted(body.get('type'), 40)} and must be Subscription")
    number = body.get("id") or f"urn:ngsi-ld:Subscription:{secrets.token_hex(12)}"
    if not isinstance(number, str) or not ID.fullmatch(number):
        raise _bad(f"id is {quoted(number, 60)} and must be a URN of letters, digits and : . _ -")
    notification = _object(body, "notification", {})
    endpoint = _object(notification, "endpoint", {})
    accept = endpoint.get("accept", JSON)
    if accept not in (JSON, LD_JSON):
        raise _bad(f"accept is {quoted(accept, 40)} and must be {JSON} or {LD_JSON}")
    form = notification.get("format", "normalized")
    if form not in ("normalized", "keyValues", "simplified"):
        raise _bad(f"format is {quoted(form, 40)} and must be normalized or keyValues")
    throttle = body.get("throttling", 0)
    if isinstance(throttle, bool) or not isinstance(throttle, int | float) or not 0 <= throttle <= LONGEST_THROTTLE_S:
        raise _bad(f"throttling is {quoted(throttle, 20)} and must be 0 to {LONGEST_THROTTLE_S} seconds")
    q = body.get("q", "")
    if not isinstance(q, str):
        raise _bad("q must be text")
    if not isinstance(body.get("isActive", True), bool):
        raise _bad("isActive must be true or false")
    return Subscription(
        number, _wanted(body), _names(body, "watchedAttributes"), _names(notification, "attributes"),
        conditions_of(q) if q else lambda entity: True, form != "normalized", _uri(endpoint.get("uri"), hosts), accept,
        _headers(endpoint), int(throttle), _ends(body.get("expiresAt"), now), body.get("isActive", True),
    )  # fmt: skip


def _wanted(body: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    entities = body.get("entities", [])
    if not isinstance(entities, list) or not 1 <= len(entities) <= MOST_ENTITIES:
        raise _bad(f"entities must be a list of 1 to {MOST_ENTITIES}")
    out = []
    for one in entities:
        if not isinstance(one, dict) or not set(one) <= {"type", "id"}:
            raise _bad("entities: each must be an object with a type, and an id where one is meant")
        kind, id_ = one.get("type"), one.get("id", "")
        name = expanded(kind) if isinstance(kind, str) else ""
        if name not in TYPES:
            raise _bad(f"entities: type is {quoted(kind, 40)} and must be one of {', '.join(TYPES)}")
        if not isinstance(id_, str) or len(id_) > 300:
            raise _bad("entities: id must be text")
        out.append((name, id_))
    return tuple(out)


def _names(table: Mapping[str, Any], name: str) -> tuple[str, ...]:
    listed = table.get(name, [])
    if not isinstance(listed, list) or len(listed) > MOST_ENTITIES or not all(isinstance(one, str) for one in listed):
        raise _bad(f"{name} must be a list of at most {MOST_ENTITIES} names")
    return tuple(expanded(one) for one in listed)


def _uri(uri: Any, hosts: Collection[str]) -> str:
    """*uri* where its host is one that the site's file names: nothing else is ever called from here."""
    if not isinstance(uri, str) or len(uri) > 500 or not uri.isprintable() or " " in uri or "\\" in uri:
        raise _bad("uri must be an address of at most 500 characters")
    try:
        parts = urlsplit(uri)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _bad(f"uri is {quoted(uri, 60)} and must be an address") from None
    if parts.scheme not in ("https", "http") or "@" in parts.netloc:
        raise _bad(f"uri is {quoted(uri, 60)} and must begin with https:// or http://, without a name and password")
    shown = f"[{host}]" if ":" in host else host
    usual = 443 if parts.scheme == "https" else 80
    names = {f"{shown}:{port or usual}"} | ({shown} if port in (None, usual) else set[str]())
    if names.isdisjoint(hosts):
        raise Refused(403, "BadRequestData", f"uri is at {quoted(parts.netloc, 60)}, which is not among the hosts of"
                      " [ngsi] in site.toml")  # fmt: skip
    return uri


def _headers(endpoint: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    listed = endpoint.get("receiverInfo", [])
    if not isinstance(listed, list) or len(listed) > MOST_HEADERS:
        raise _bad(f"receiverInfo must be a list of at most {MOST_HEADERS}")
    out = []
    for one in listed:
        key, value = (one.get("key"), one.get("value")) if isinstance(one, dict) else (None, None)
        good = isinstance(key, str) and _HEADER.fullmatch(key) and key.lower() not in _OURS
        if (
            not good
            or not isinstance(value, str)
            or len(value) > 1000
            or not value.isascii()
            or not value.isprintable()
        ):
            raise _bad("receiverInfo: each must have a key and a value of a header, and none that is set here")
        out.append((str(key), str(value)))
    return tuple(out)


def _ends(expires: Any, now: int) -> int | None:
    if expires is None:
        return None
    try:
        moment = datetime.fromisoformat(expires)
        if moment.tzinfo is None:
            raise ValueError
        at = int(moment.timestamp())
    except (ValueError, TypeError, OverflowError):
        raise _bad(f"expiresAt is {quoted(expires, 40)} and must be a time such as 2026-12-31T00:00:00Z") from None
    if at <= now:
        raise _bad(f"expiresAt is {quoted(expires, 40)} and must be later than now")
    return at


def _object(table: Mapping[str, Any], name: str, usual: dict[str, Any]) -> dict[str, Any]:
    value = table.get(name, usual)
    if not isinstance(value, dict):
        raise _bad(f"{name} must be an object")
    return value


def _bad(sentence: str) -> Refused:
    return Refused(400, "BadRequestData", sentence)
