"""Safe and unique names for a city's wards, feeders and poles, for topics and files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from host_tools.naming import NAME
from host_tools.site.inventory.table import gis

PREFIXES = {"ward": "W", "zone": "Z", "feeder": "F", "road_class": "class-", "access_point": "AP"}
POLE_MOST = 24  # characters of a number that a person still reads out; beyond it poles are counted
_RESERVED = ("iccc",)  # the city's own user at the broker


def safe_name(value: str, prefix: str, lower: bool = True) -> str:
    """*value* as a name: as it is where it can be, else in letters of English; a mere number behind *prefix*."""
    plain = value if value.isascii() else gis("anyascii", f"a name such as {value!r:.40}").anyascii(value)
    if plain.isdigit():
        return f"{prefix}{plain}"[:32]
    if NAME.fullmatch(plain):
        return plain
    name = re.sub(r"[^A-Za-z0-9_.]+", "-", plain).strip("-._")
    name = (name.lower() if lower else name)[:32].rstrip("-._")
    return name if not name.isdigit() and name else f"{prefix}{name or 1}"


class GroupNames:
    """One name for each group of each kind; ``labels``: what the city calls those that it calls otherwise."""

    def __init__(self, known: Mapping[tuple[str, str], str], labels: Mapping[str, str]) -> None:
        """*known*: names given before, by kind and what the city says; *labels* as they were."""
        self._names = {(kind, _alike(value)): name for (kind, value), name in known.items()}
        self._taken = {name.casefold(): kind for (kind, _value), name in known.items()}
        self.labels = dict(labels)

    def name(self, kind: str, value: str) -> str:
        """The name of the group of *kind* that the city calls *value*; empty where that is."""
        if not value:
            return ""
        key = kind, _alike(value)
        found = self._names.get(key)
        if found is None:
            found = self._free(kind, safe_name(value, PREFIXES[kind]))
            self._names[key] = found
            self._taken[found.casefold()] = kind
            if found != value:
                self.labels[found] = value
        return found

    def _free(self, kind: str, name: str) -> str:
        for number in range(1, 100_000):
            tail = f"-{number}" if number > 1 else ""
            candidate = name[: 32 - len(tail)] + tail
            if candidate.casefold() not in self._taken:
                return candidate
            if self._taken[candidate.casefold()] != kind and not name.startswith(PREFIXES[kind]):
                name = f"{PREFIXES[kind].rstrip('-')}-{name}"[:32]
                if name.casefold() not in self._taken:
                    return name
        raise AssertionError("no name is free")


class PoleNames:
    """A name for each new pole that no other has or had."""

    def __init__(self, taken: Iterable[str], expected: int) -> None:
        names = list(taken)
        self._taken = {name.casefold() for name in (*names, *_RESERVED)}
        counted = [int(name[1:]) for name in names if re.fullmatch(r"P\d{1,9}", name)]
        self._last = max(counted, default=0)
        self._width = max(4, len(str(expected)))

    def new(self, key: str) -> str:
        """A name for the pole that the city calls *key*; counted where that is empty or too long."""
        name = ""
        if key and len(key) <= POLE_MOST:
            name = key if NAME.fullmatch(key) else safe_name(key, "P", lower=False)
        if not name or len(name) > POLE_MOST:
            return self._take(self._counted())
        base, number = name, 1
        while name.casefold() in self._taken:
            number += 1
            name = f"{base}-{number}"
        return self._take(name)

    def _counted(self) -> str:
        while True:
            self._last += 1
            name = f"P{self._last:0{self._width}d}"
            if name.casefold() not in self._taken:
                return name

    def _take(self, name: str) -> str:
        self._taken.add(name.casefold())
        return name


def _alike(value: str) -> str:
    return " ".join(value.split()).casefold()
