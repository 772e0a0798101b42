"""A pole's journal on the city's side: records numbered by epoch and sequence."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from host_tools.wire.payload import number

# Highest sequence a pole counts to (a small integer on the ESP32); as the end of a `resend`: all there is
LAST = 2**30 - 1

_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode

EPOCH = re.compile(r"[0-9A-Za-z]{1,32}")


@dataclass(frozen=True)
class Journal:
    """The journal in a pole's birth: its epoch, the oldest sequence still held, the newest given out."""

    epoch: str
    first: int
    last: int


def journal(birth: Mapping[str, Any]) -> Journal | None:
    """What *birth* says of the journal: ``journal`` {``epoch``, ``first``, ``last``}; last = first - 1: it is empty."""
    said = birth.get("journal")
    if not isinstance(said, dict):
        return None
    epoch, first, last = said.get("epoch"), number(said.get("first"), 0, LAST), number(said.get("last"), 0, LAST - 1)
    if not isinstance(epoch, str) or not EPOCH.fullmatch(epoch) or first is None or last is None or first > last + 1:
        return None
    return Journal(epoch, first, last)


def compact(values: Mapping[str, Any]) -> str | None:
    """*values* as JSON in ASCII, which a database accepts for any content; None where that is not possible."""
    try:
        return _encode(values)
    except (ValueError, RecursionError):
        return None
