"""The kinds of a field in a board file: values, a range of integers, ``bool``, text, or the use of a pin."""

from __future__ import annotations

from typing import Any

USES = ("in", "out", "adc", "pull", "count")  # what a field wants of a pin
UART, BUS = object(), object()  # one of those that the chip has


def fits(value: Any, allowed: Any) -> bool:
    """Whether *value* is one of those *allowed*."""
    if allowed is bool:
        return isinstance(value, bool)
    if _is_text(allowed):
        return isinstance(value, str) and value in allowed
    return isinstance(value, int) and not isinstance(value, bool) and value in allowed


def words(allowed: Any) -> str:
    """The values *allowed*, for people."""
    if allowed is bool:
        return "true or false"
    if isinstance(allowed, range):
        return f"{allowed[0]} to {allowed[-1]}"
    *most, last = [repr(value) for value in allowed]
    return f"{', '.join(most)} or {last}" if most else last


def _is_text(allowed: Any) -> bool:
    return isinstance(allowed, tuple) and isinstance(allowed[0], str)
