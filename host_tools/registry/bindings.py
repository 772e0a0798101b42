"""Derives which board is on which pole from the entries alone.

An entry is valid until another one that names it replaces it.  So the result depends on the set of entries and neither
on their order nor on a clock: two laptops that have the same entries agree, with any order of merging.  Two valid
entries that contradict, because two people worked without each other's entries, are a question: both stay until a
person answers.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from host_tools.errors import Question
from host_tools.registry.entry import BIND, COMMISSION, Entry, Position


class SeenOtherwise(Question):
    """A board or a pole is bound otherwise; ``seen`` are the entries that say so."""

    def __init__(self, sentence: str, seen: Iterable[Entry]) -> None:
        super().__init__(sentence)
        self.seen = tuple(seen)


@dataclass(frozen=True)
class Conflict:
    """Entries that hold and cannot all be true: of one board on several poles, or of one pole with several boards."""

    sentence: str
    entries: tuple[Entry, ...]


class Bindings:
    """The bindings that follow from *entries*."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        every = sorted(set(entries), key=order)
        replaced = {gone for entry in every for gone in entry.replaces}
        self.entries = every
        self.holding = [entry for entry in every if entry.kind == BIND and entry.id not in replaced]
        self._of_mac: dict[str, list[Entry]] = defaultdict(list)
        self._of_pole: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        self._position: dict[tuple[str, str], Position] = {}
        self._commissioned: dict[tuple[str, str], Entry] = {}
        for entry in self.holding:
            self._of_mac[entry.mac].append(entry)
            self._of_pole[entry.site, entry.pole].append(entry)
        for entry in every:
            if entry.position is not None:
                self._position[entry.site, entry.pole] = entry.position
            if entry.kind == COMMISSION:
                self._commissioned[entry.site, entry.pole] = entry

    def of_mac(self, mac: str) -> Entry | None:
        """The entry that holds for board *mac*.  Raises SeenOtherwise where two do that cannot both be true."""
        return _one(self._of_mac[mac], self.conflicts())

    def of_pole(self, site: str, pole: str) -> Entry | None:
        """The entry that holds for *pole*.  Raises SeenOtherwise where two do that cannot both be true."""
        return _one(self._of_pole[site, pole], self.conflicts())

    def poles_called(self, pole: str) -> list[Entry]:
        """The entries that hold for a pole of this name, of any site."""
        return [entry for entry in self.holding if entry.pole == pole]

    def otherwise(self, mac: str, site: str, pole: str) -> list[Entry]:
        """The entries that hold and contradict that *mac* is on *pole*."""
        seen = [*self._of_mac[mac], *self._of_pole[site, pole]]
        return sorted({entry for entry in seen if _tie(entry) != (mac, site, pole)}, key=order)

    def same(self, mac: str, site: str, pole: str) -> list[Entry]:
        """The entries that hold and say that *mac* is on *pole*."""
        return [entry for entry in self._of_mac[mac] if _tie(entry) == (mac, site, pole)]

    def position_of(self, site: str, pole: str) -> Position | None:
        """The latest position of *pole*.  It stays the same when the board changes."""
        return self._position.get((site, pole))

    def commissioned(self, site: str, pole: str, mac: str) -> Entry | None:
        """The last commissioning of *pole*; none where that was with another board than *mac*."""
        entry = self._commissioned.get((site, pole))
        return entry if entry and entry.mac in ("", mac) else None

    def conflicts(self) -> list[Conflict]:
        """Every question that is open: boards first, then poles, by name."""
        found = []
        for mac, entries in sorted(self._of_mac.items()):
            if len({(entry.site, entry.pole) for entry in entries}) > 1:
                found.append(
                    Conflict(f"the board {mac} is {_said(entries, by_pole=True)}: which one holds?", tuple(entries))
                )
        for (site, pole), entries in sorted(self._of_pole.items()):
            if len({entry.mac for entry in entries}) > 1:
                found.append(
                    Conflict(f"the pole {pole} of {site} has {_said(entries)}: which one holds?", tuple(entries))
                )
        return found


def seen_otherwise(mac: str, site: str, pole: str, seen: list[Entry]) -> SeenOtherwise:
    """The question to ask when *mac* shall go to *pole* while the entries *seen* hold."""
    said = []
    if elsewhere := [entry for entry in seen if entry.mac == mac]:
        said.append(f"the board {mac} is {_said(elsewhere, by_pole=True)}")
    if others := [entry for entry in seen if entry.mac != mac]:
        said.append(f"the pole {pole} of {site} has {_said(others)}")
    return SeenOtherwise(f"{' and '.join(said)}: is the board {mac} on pole {pole} of {site} from now on?", seen)


def order(entry: Entry) -> tuple[int, str]:
    """By time; the id makes it the same order everywhere."""
    return entry.at, entry.id


def date(unix: int) -> str:
    """*unix* as `2026-11-24`; a time that no calendar holds as "?"."""
    try:
        return f"{datetime.fromtimestamp(unix, UTC):%Y-%m-%d}"
    except (OverflowError, ValueError, OSError):
        return "?"


def _tie(entry: Entry) -> tuple[str, str, str]:
    return entry.mac, entry.site, entry.pole


def _one(entries: list[Entry], conflicts: list[Conflict]) -> Entry | None:
    for conflict in conflicts:
        if any(entry in conflict.entries for entry in entries):
            raise SeenOtherwise(conflict.sentence, conflict.entries)
    return entries[-1] if entries else None


def _said(entries: Iterable[Entry], by_pole: bool = False) -> str:
    return " and ".join(
        (f"on pole {entry.pole} of {entry.site}" if by_pole else f"the board {entry.mac}")
        + f" ({date(entry.at)}{f', by {entry.by}' if entry.by else ''})"
        for entry in entries
    )
