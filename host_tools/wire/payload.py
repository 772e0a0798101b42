"""Checks values of the poles' payloads: a value is valid, or it is not there."""

from __future__ import annotations

import json
from typing import Any

from host_tools.text import text

__all__ = ["number", "parsed", "text"]

MOST_BYTES = 65536  # of a payload that is read


def parsed(payload: bytes) -> dict[str, Any] | None:
    """The object in *payload*, or None where there is none that we can read."""
    if not 0 < len(payload) <= MOST_BYTES:
        return None
    try:
        values = json.loads(payload.decode())
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None


def number(value: object, low: int, high: int) -> int | None:
    """*value* where it is a whole number from *low* to *high*, else None."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        return None
    return value
