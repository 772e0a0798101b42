"""What a person may have meant by a name that is not there."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

SHOWN = 10
MOST_COMPARED = 5000  # names; comparing takes 20 us each


def closest(name: str, names: Collection[str]) -> str:
    """For the end of a sentence: all *names* where they are few, else ``, such as 'market'`` that is close, or some."""
    some = sorted(names)
    if len(some) <= SHOWN:
        return f": {', '.join(some)}" if some else ""
    if len(some) <= MOST_COMPARED:
        close = get_close_matches(name, some, 1)
    else:
        folded = name.casefold()
        close = [other for other in some if other.casefold() == folded][:1]
    if close:
        return f", such as {close[0]!r}"
    return f": {', '.join(some[: SHOWN - 2])} ... {some[-1]} ({len(some)} of them)"
