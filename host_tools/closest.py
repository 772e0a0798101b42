"""Finds the known names closest to a mistyped one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches

SHOWN = 10
MOST_COMPARED = 5000  # names; comparing takes 20 us each


def near(name: str, names: Iterable[str], most: int = 1, alike: float = 0.6) -> list[str]:
    """At most *most* of *names* that are *alike* by difflib's ratio, the closest first, capitals or not.

    One that differs in capitals only is the only one.  Of more than ``MOST_COMPARED`` no others are looked for.
    """
    folded = {one.casefold(): one for one in sorted(names)}
    same = folded.get(name.casefold())
    if same is not None:
        return [same]
    if len(folded) > MOST_COMPARED:
        return []
    return [folded[one] for one in get_close_matches(name.casefold(), folded, most, alike)]


def closest(name: str, names: Collection[str]) -> str:
    """For the end of a sentence: all *names* where they are few, else ``, such as 'market'`` that is close, or some."""
    some = sorted(names)
    if len(some) <= SHOWN:
        return f": {', '.join(some)}" if some else ""
    close = near(name, some)
    if close:
        return f", such as {close[0]!r}"
    return f": {', '.join(some[: SHOWN - 2])} ... {some[-1]} ({len(some)} of them)"
