"""Reads the JSON of a message into its Struct, or says which field is wrong, with its value and its bound; pure."""

from __future__ import annotations

import re
from typing import Any, TypeVar

import msgspec

from host_tools.language.language import Spoken
from host_tools.text import quoted

T = TypeVar("T", bound=msgspec.Struct)
MOST_BYTES = 20_000
_AT = re.compile(r" - at `\$\.?(.*)`$")


def read(data: bytes, kind: type[T], most: int = MOST_BYTES) -> T:
    """The *kind* in *data*, of at most *most* bytes.  Raises Spoken."""
    if len(data) > most:
        raise Spoken("doors.body_size", size=len(data), most=most)
    try:
        value = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Spoken("doors.body_json", why=str(error)) from error
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise _spoken(value, str(error)) from error


def _spoken(value: Any, said: str) -> Spoken:
    found = _AT.search(said)
    bound = (said[: found.start()] if found else said).replace("`", "")
    path = found[1] if found else ""
    missing = re.fullmatch(r"Object missing required field (.+)", bound)
    if missing:
        return Spoken("doors.field_missing", field=missing[1])
    unknown = re.fullmatch(r"Object contains unknown field (.+)", bound)
    if unknown:
        return Spoken("doors.field_unknown", field=unknown[1][:40])
    here: Any = value
    for part in re.findall(r"[^.\[\]]+", path):
        here = here[int(part)] if isinstance(here, list) and part.isdecimal() else _field(here, part)
    bound = bound.removeprefix("Expected ")
    return Spoken("doors.field_bad", field=path or "the body", value=quoted(here, 40), bound=bound)


def _field(here: Any, part: str) -> Any:
    return here.get(part) if isinstance(here, dict) else here
