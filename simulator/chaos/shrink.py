"""Finds the smallest part of a failing night that still fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

Item = TypeVar("Item")


def smallest(items: Sequence[Item], fails: Callable[[list[Item]], bool]) -> list[Item]:
    """A part of *items*, which fail together, of which none can be left out: delta debugging, Zeller 1999.

    *fails* says whether a part, in the order of *items*, still fails.
    """
    kept, parts = list(items), 2
    while len(kept) > 1:
        size = -(-len(kept) // parts)
        chunks = [kept[place : place + size] for place in range(0, len(kept), size)]
        for number, chunk in enumerate(chunks):
            rest = [item for other, part in enumerate(chunks) if other != number for item in part]
            if len(chunks) > 2 and fails(rest):
                kept, parts = rest, max(parts - 1, 2)
                break
            if fails(chunk):
                kept, parts = chunk, 2
                break
        else:
            if size == 1:
                break
            parts = min(len(kept), parts * 2)
    return kept
