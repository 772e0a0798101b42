"""What a crew carries for its alarms: parts are summed, a tool is taken once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable

from host_tools.city.alarms.row import Row

TRUCK = "ladder truck"
# what is built in at each pole, as poles and the street's faults call it.  True: of the pole's type of luminaire
_PARTS = {
    "luminaire": True, "driver": True, "node": False, "controller": False, "fuse": False, "breaker": False,
    "cable": False, "photocell": False, "lock": False, "battery": False, "barrier": False, "antenna": False,
    "access point": False,
}  # fmt: skip
_ALSO = {"fuses": "fuse", "access point with its power injector": "access point"}
_UP = ("luminaire", "driver", "node", "controller", "photocell", "antenna")  # for these the crew has to go up
_AND = re.compile(r",| and ")
_ARTICLE = re.compile(r"^(?:an?|the|spare)\s+")


def parts(alarms: Iterable[Row], luminaire_of: Callable[[str], str]) -> list[tuple[int, str]]:
    """(how many, what) to carry for *alarms*: parts first, each by name, then tools.

    *luminaire_of(pole)* is its type of luminaire, empty where that is not known.
    """
    built_in: Counter[str] = Counter()
    tools: set[str] = set()
    for one in alarms:
        if one.carry.startswith("nothing"):
            continue
        for named in _AND.split(one.carry):
            what = _plain(named)
            if not what:
                continue
            if what not in _PARTS:
                tools.add(what)
                continue
            of = luminaire_of(one.name) if _PARTS[what] else ""
            built_in[f"{what} {of}".strip()] += 1
            if what in _UP:
                tools.add(TRUCK)
    return [(count, what) for what, count in sorted(built_in.items())] + [(1, what) for what in sorted(tools)]


def words(carried: Iterable[tuple[int, str]]) -> str:
    """`3 drivers led-150, 1 ladder truck`."""
    return ", ".join(f"{count} {_many(what) if count > 1 else what}" for count, what in carried)


def _plain(named: str) -> str:
    what = " ".join(named.split())
    while (shorter := _ARTICLE.sub("", what)) != what:
        what = shorter
    return _ALSO.get(what, what)


def _many(what: str) -> str:
    part = next((one for one in sorted(_PARTS, key=len, reverse=True) if what.startswith(one)), what)
    plural = f"{part[:-1]}ies" if part.endswith("y") else f"{part}s"
    return plural + what[len(part) :]
