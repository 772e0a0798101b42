"""What a query of NGSI-LD asks for: types, ids, attributes, conditions, a place, a page.  Pure.

Source: ETSI GS CIM 009, clauses 4.9 (q), 4.10 (geo-query), 5.7.2 and 6.4.3.2.  Patterns (`idPattern`, `~=`) are not
answered: a pattern of a stranger can take a server's whole time.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from host_tools.city.doors.ngsi_entities import TYPES
from host_tools.city.doors.ngsi_form import Refused, expanded
from host_tools.site.near_places import distance_m
from host_tools.text import quoted

MOST, USUAL = 1000, 20
MOST_TERMS = 32
_TERM = re.compile(r"\s*!?\s*(https?://[^\s=!<>~;|,\"]+|[A-Za-z@][A-Za-z0-9_@:/#-]*(?:\.[A-Za-z][A-Za-z0-9_]*"
                   r"|\[[A-Za-z][A-Za-z0-9_.]*\])*)\s*(?:(==|!=|>=|<=|>|<|~=|!~=)\s*(.+?)\s*)?", re.DOTALL)  # fmt: skip
_NEAR = re.compile(r"near;maxDistance==([0-9]{1,8}(?:\.[0-9]{1,6})?)")

Condition = Callable[[Mapping[str, Any]], bool]


@dataclass(frozen=True)
class Query:
    """*types* and *ids* empty: any.  *limit* 0: only how many there are."""

    types: tuple[str, ...]
    ids: frozenset[str]
    attrs: tuple[str, ...]
    holds: Condition
    limit: int
    offset: int
    count: bool
    key_values: bool


def read(query: Mapping[str, str]) -> Query:
    """The query of the parameters *query*.  Raises Refused."""
    for name in ("idPattern", "csf", "scopeQ"):
        if query.get(name):
            raise Refused(422, "OperationNotSupported", f"{name} is given and is not answered here: use id, type, q")
    types = tuple(expanded(one) for one in _listed(query.get("type", "")))
    ids, attrs = _listed(query.get("id", "")), tuple(expanded(one) for one in _listed(query.get("attrs", "")))
    if not (types or ids or attrs or query.get("q") or query.get("georel")):
        raise Refused(400, "BadRequestData", "one of type, id, attrs, q and georel must be given")
    conditions = [conditions_of(query["q"])] if query.get("q") else []
    if query.get("georel"):
        conditions.append(_near(query))
    count = _flag(query, "count") or "count" in _listed(query.get("options", ""))
    limit = _whole(query, "limit", USUAL, 0 if count else 1, MOST)
    return Query(
        types, frozenset(ids), attrs, lambda entity: all(one(entity) for one in conditions), limit,
        _whole(query, "offset", 0, 0, 10**9), count, key_values(query),
    )  # fmt: skip


def key_values(query: Mapping[str, str]) -> bool:
    """Whether `options` or `format` ask for the simple form.  Raises Refused."""
    asked = [*_listed(query.get("options", "")), *_listed(query.get("format", ""))]
    known = ("keyValues", "simplified", "normalized", "count", "sysAttrs")
    for one in asked:
        if one not in known:
            raise Refused(400, "BadRequestData", f"options is {quoted(one, 30)} and must be one of {', '.join(known)}")
    return "keyValues" in asked or "simplified" in asked


def wanted_types(asked: Iterable[str]) -> tuple[str, ...]:
    """The types that may have what is *asked* for; all where nothing is."""
    named = [one for one in asked if one in TYPES]
    return tuple(named) if list(asked) else TYPES


def conditions_of(q: str) -> Condition:
    """The condition *q*: `;` is and, `|` is or, which binds less.  Raises Refused."""
    if len(q) > 2000:
        raise Refused(400, "BadRequestData", f"q has {len(q)} characters and must have at most 2000")
    either = [[_term(part) for part in _cut(some, ";")] for some in _cut(q, "|")]
    if sum(map(len, either)) > MOST_TERMS:
        raise Refused(400, "BadRequestData", f"q must have at most {MOST_TERMS} conditions")
    return lambda entity: any(all(one(entity) for one in every) for every in either)


def _cut(q: str, separator: str) -> list[str]:
    """The parts of *q*, which is not cut within quotation marks."""
    parts, quote, begin = [], False, 0
    for place, character in enumerate(q):
        if character == '"' and (place == 0 or q[place - 1] != "\\"):
            quote = not quote
        elif character == separator and not quote:
            parts.append(q[begin:place])
            begin = place + 1
    parts.append(q[begin:])
    return [part.strip().removeprefix("(").removesuffix(")") for part in parts]


def _term(part: str) -> Condition:
    found = _TERM.fullmatch(part)
    if found is None:
        raise Refused(400, "BadRequestData", f"q has {quoted(part, 40)}, which must be ATTRIBUTE or ATTRIBUTE==VALUE")
    path = [expanded(found[1].split(".")[0].split("[")[0]), *re.findall(r"(?:\.|\[)([A-Za-z][A-Za-z0-9_]*)", found[1])]
    if found[1].startswith("http"):
        path = [expanded(found[1])]
    operator, said = found[2], found[3]
    if operator is None:
        absent = part.strip().startswith("!")
        return lambda entity: (_at(entity, path) is None) == absent
    if operator in ("~=", "!~="):
        raise Refused(422, "OperationNotSupported", "q has a pattern (~=), which is not answered here")
    values = [_value(one) for one in _cut(said, ",")] if operator in ("==", "!=") else [_value(said)]
    return lambda entity: _compared(_at(entity, path), operator, values)


def _value(said: str) -> Any:
    try:
        return json.loads(said)
    except (ValueError, RecursionError):
        return said


def _at(entity: Mapping[str, Any], path: list[str]) -> Any:
    value: Any = entity
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _compared(value: Any, operator: str, wanted: list[Any]) -> bool:
    if value is None:
        return False
    if operator in ("==", "!="):
        each = value if isinstance(value, list) else [value]
        same = any(_same(one, other) for one in each for other in wanted)
        return same == (operator == "==")
    other = wanted[0]
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (value, other))
    if not numbers and not (isinstance(value, str) and isinstance(other, str)):
        return False
    return bool({">": value > other, "<": value < other, ">=": value >= other, "<=": value <= other}[operator])


def _same(one: Any, other: Any) -> bool:
    return one == other and isinstance(one, bool) == isinstance(other, bool)


def _near(query: Mapping[str, str]) -> Condition:
    found = _NEAR.fullmatch(query["georel"].replace("%3B", ";"))
    if found is None or query.get("geometry", "Point") != "Point":
        raise Refused(422, "OperationNotSupported", "georel must be near;maxDistance==METRES, and geometry Point")
    try:
        east, north = (float(one) for one in json.loads(query.get("coordinates", "")))
    except (ValueError, TypeError, RecursionError):
        sentence = f"coordinates is {quoted(query.get('coordinates', ''), 40)} and must be [longitude,latitude]"
        raise Refused(400, "BadRequestData", sentence) from None
    reach = float(found[1])

    def near(entity: Mapping[str, Any]) -> bool:
        at = entity.get("location") or {}
        places = [at["coordinates"]] if at.get("type") == "Point" else at.get("coordinates", [])
        return any(distance_m((north, east), (one[1], one[0])) <= reach for one in places)

    return near


def _whole(query: Mapping[str, str], name: str, usual: int, low: int, high: int) -> int:
    said = query.get(name, "").strip()
    if not said:
        return usual
    if not (said.isascii() and said.isdecimal() and len(said) <= 10 and low <= int(said) <= high):
        if said.isascii() and said.isdecimal() and name == "limit" and len(said) <= 10 and int(said) > high:
            raise Refused(403, "TooManyResults", f"limit is {said} and must be at most {high}")
        raise Refused(400, "BadRequestData", f"{name} is {quoted(said, 20)} and must be {low} to {high}")
    return int(said)


def _flag(query: Mapping[str, str], name: str) -> bool:
    said = query.get(name, "").strip().lower()
    if said not in ("", "true", "false"):
        raise Refused(400, "BadRequestData", f"{name} is {quoted(said, 20)} and must be true or false")
    return said == "true"


def _listed(said: str) -> list[str]:
    return [one for part in said.split(",") if (one := part.strip())]
