"""Reads an alert of CAP (1.0 to 1.2, with or without its namespace) as agencies really send it; pure.

Not valid by the schema and taken all the same: no scope, a second info without urgency, severity and certainty, other
capitals, times with Z or fractions of a second, line feeds around values, a reference to a second document with the
polygons.  A document with entities or a document type of its own is refused.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import xmlschema

from host_tools.city.commands.order import LATEST
from host_tools.language.language import Spoken
from host_tools.site.door_files import SEVERITIES, URGENCIES
from host_tools.text import quoted, text

MOST_BYTES = 256 * 1024
MOST_NAME = 500  # characters of an identifier or sender
MOST_TEXT = 2000
STATUSES = ("Actual", "Exercise", "System", "Test", "Draft")
KINDS = ("Alert", "Update", "Cancel", "Ack", "Error")
ALL_CLEAR = "AllClear"


@dataclass(frozen=True)
class Info:
    """One info.  Times are Unix s, None where not given.  *doubt*: a time that could not be read."""

    language: str = ""
    event: str = ""
    headline: str = ""
    urgency: str = ""
    severity: str = ""
    certainty: str = ""
    responses: tuple[str, ...] = ()
    effective: int | None = None
    onset: int | None = None
    expires: int | None = None
    places: tuple[str, ...] = ()
    polygons: tuple[str, ...] = ()
    circles: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    doubt: str = ""


@dataclass(frozen=True)
class Alert:
    """What was sent.  *references*: as it stands there, blanks made one."""

    identifier: str
    sender: str
    sent: int
    status: str
    kind: str
    references: str = ""
    infos: tuple[Info, ...] = ()


@dataclass(frozen=True)
class Areas:
    """Polygons and circles of a second document, and the identifier it names."""

    identifier: str
    polygons: tuple[str, ...]
    circles: tuple[str, ...]


def read(data: bytes, zone: ZoneInfo) -> Alert:
    """The alert in *data*; a time without its zone is one of *zone*.  Raises Spoken."""
    root = _root(data)
    if _name(root) != "alert":
        raise Spoken("doors.cap_root", name=quoted(_name(root), 40))
    identifier, sender = (_needed(root, field) for field in ("identifier", "sender"))
    said = _needed(root, "sent")
    sent = _time(said, zone)
    if sent is None:
        raise Spoken("doors.cap_time", field="sent", value=quoted(said, 40))
    status, kind = (
        _one_of(_needed(root, field), known, field) for field, known in (("status", STATUSES), ("msgType", KINDS))
    )
    infos = tuple(_info(one, zone) for one in _children(root, "info"))
    return Alert(identifier, sender, sent, status, kind, " ".join(_text(root, "references").split()), _filled(infos))


def read_areas(data: bytes) -> Areas:
    """All polygons and circles in *data*, a document of any form.  Raises Spoken."""
    root = _root(data)
    found: dict[str, list[str]] = {"polygon": [], "circle": [], "identifier": []}
    for one in root.iter():
        if _name(one) in found:
            found[_name(one)].append(_inner(one))
    return Areas(next(iter(found["identifier"]), ""), tuple(found["polygon"]), tuple(found["circle"]))


def _root(data: bytes) -> Any:
    if len(data) > MOST_BYTES:
        raise Spoken("doors.cap_size", size=len(data), most=MOST_BYTES)
    try:
        return xmlschema.XMLResource(io.BytesIO(data), defuse="always", allow="none").root
    except (xmlschema.XMLSchemaException, ValueError, LookupError, RecursionError) as error:
        raise Spoken("doors.cap_xml", why=text(" ".join(str(error).split()), 160)) from error


def _filled(infos: tuple[Info, ...]) -> tuple[Info, ...]:
    """*infos*, those without classes and times of their own with the first one's: the same in another language."""
    if not infos:
        return ()
    first = infos[0]
    out = [first]
    for one in infos[1:]:
        own = {
            name: getattr(one, name) for name in ("urgency", "severity", "certainty", "effective", "onset", "expires")
        }
        if not any(own[name] for name in ("urgency", "severity", "certainty")):
            own = {name: value or getattr(first, name) for name, value in own.items()}
        out.append(Info(**{**one.__dict__, **own}))
    return tuple(out)


def _info(one: Any, zone: ZoneInfo) -> Info:
    areas = list(_children(one, "area"))
    times: dict[str, int | None] = {}
    doubt = ""
    for field in ("effective", "onset", "expires"):
        said = _text(one, field)
        times[field] = _time(said, zone) if said else None
        if said and times[field] is None:
            doubt = field
    return Info(
        _text(one, "language")[:20], text(_text(one, "event"), 200), text(_text(one, "headline"), 500),
        _known(_text(one, "urgency"), URGENCIES), _known(_text(one, "severity"), SEVERITIES),
        _text(one, "certainty")[:20], tuple(_inner(each)[:20] for each in _children(one, "responseType")),
        times["effective"], times["onset"], times["expires"],
        tuple(text(_text(area, "areaDesc"), 300) for area in areas),
        tuple(_inner(each) for area in areas for each in _children(area, "polygon")),
        tuple(_inner(each) for area in areas for each in _children(area, "circle")),
        tuple(_links(one)), doubt,
    )  # fmt: skip


def _links(info: Any) -> Iterator[str]:
    """Addresses of documents with polygons, as SACHET has them."""
    for one in _children(info, "parameter"):
        if "polygon" in _text(one, "valueName").lower() and "://" in (address := _text(one, "value")):
            yield address[:MOST_TEXT]


def _name(one: Any) -> str:
    tag = one.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _children(one: Any, name: str) -> Iterator[Any]:
    return (child for child in one if _name(child) == name)


def _inner(one: Any) -> str:
    return "".join(one.itertext()).strip()


def _text(one: Any, name: str) -> str:
    return next((_inner(child) for child in _children(one, name)), "")


def _needed(root: Any, field: str) -> str:
    value = " ".join(_text(root, field).split())
    if not value:
        raise Spoken("doors.field_missing", field=field)
    if len(value) > MOST_NAME:
        raise Spoken("doors.cap_long", field=field, length=len(value), most=MOST_NAME)
    return value


def _known(value: str, known: Iterable[str]) -> str:
    """*value* as the standard spells it; as it is where the standard does not have it."""
    return next((one for one in known if one.lower() == value.lower()), value[:20])


def _one_of(value: str, known: tuple[str, ...], field: str) -> str:
    spelt = _known(value, known)
    if spelt not in known:
        raise Spoken("doors.cap_word", field=field, value=quoted(value, 40), known=", ".join(known))
    return spelt


def _time(said: str, zone: ZoneInfo) -> int | None:
    try:
        at = datetime.fromisoformat(said.strip().replace("/", "-"))
        unix = int((at if at.tzinfo else at.replace(tzinfo=zone)).timestamp())
    except (ValueError, OverflowError):
        return None
    return unix if 0 < unix < LATEST else None
