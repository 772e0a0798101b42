"""`poles.csv`: one line a pole.  Lines that start with # are remarks."""

from __future__ import annotations

import csv
from pathlib import Path

from host_tools.naming import NAME, NAME_BOUND
from host_tools.site.model import Pole, Problem, Site

FILE = "poles.csv"
COLUMNS = ("pole", "latitude", "longitude", "ward", "zone", "feeder", "road_class", "luminaire", "board")
OPTIONAL = ("access_point",)
NEAR = 1.0  # degrees from the site's own place: further out, latitude and longitude were probably swapped


def read(path: Path, site: Site, placed: bool = True) -> tuple[list[Pole], list[Problem]]:
    """The poles of the file at *path*, checked against *site*, and every mistake in it.

    Without *placed* the site's own place is not known, so nothing is too far from it.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        return [], [Problem(FILE, 0, "the file", f"cannot be read ({error})", "must be UTF-8 text")]
    return _File(site, text, placed).poles()


class _File:
    def __init__(self, site: Site, text: str, placed: bool) -> None:
        self._site = site
        self._near = NEAR if placed else 360.0
        self._rows = [
            (number, row)
            for number, line in enumerate(text.splitlines(), 1)
            if line.strip() and not line.startswith("#")
            for row in csv.reader([line], skipinitialspace=True)
        ]
        self._problems: list[Problem] = []
        self._line = 0
        self._boards = _boards()
        self._kinds: dict[str, tuple[str, int]] = {}  # group: the column it was first seen in, and where

    def poles(self) -> tuple[list[Pole], list[Problem]]:
        if not self._rows:
            return [], [Problem(FILE, 0, "the file", "has no lines", f"must start with {','.join(COLUMNS)}")]
        self._line, head = self._rows[0]
        for name in COLUMNS:
            if name not in head:
                self._wrong(name, "is missing", f"must be one of the columns of the first line: {','.join(COLUMNS)}")
        for name in head:
            known = name in COLUMNS + OPTIONAL
            if not known or head.count(name) > 1:
                self._wrong(name, "stands twice" if known else "is not a column", "must be left out")
        if self._problems:
            return [], self._problems
        seen: dict[str, int] = {}
        poles = []
        for number, row in self._rows[1:]:
            self._line = number
            if len(row) != len(head):
                self._wrong("the line", f"has {len(row)} fields", f"must have {len(head)}")
                continue
            pole = self._pole({name: value.strip() for name, value in zip(head, row, strict=True)})
            if pole.name in seen:
                self._wrong("pole", f"is {pole.name!r}", f"must be new: line {seen[pole.name]} has it already")
            seen.setdefault(pole.name, self._line)
            poles.append(pole)
        if not poles:
            self._wrong("the file", "has no poles", "must have at least one")
        return poles, self._problems

    def _pole(self, row: dict[str, str]) -> Pole:
        site = self._site
        for name in ("pole", "ward", "zone", "feeder", "road_class"):
            if not NAME.fullmatch(row[name]):
                self._wrong(name, f"is {row[name]!r}", NAME_BOUND)
        for name in OPTIONAL:
            if row.get(name) and not NAME.fullmatch(row[name]):
                self._wrong(name, f"is {row[name]!r}", NAME_BOUND)
        for column in ("ward", "zone", "feeder", "road_class"):
            other, line = self._kinds.setdefault(row[column], (column, self._line))
            if other != column and row[column]:
                # both would be one group, and a command for the one would reach the other
                self._wrong(column, f"is {row[column]!r}", f"must not be a {other} as well, as on line {line}")
        self._one_of(row, "luminaire", list(site.luminaires))
        self._one_of(row, "board", self._boards)
        self._one_of(row, "road_class", list(site.road_classes))
        return Pole(
            name=row["pole"],
            latitude=self._degrees(row, "latitude", site.latitude, 90),
            longitude=self._degrees(row, "longitude", site.longitude, 180),
            ward=row["ward"],
            zone=row["zone"],
            feeder=row["feeder"],
            road_class=row["road_class"],
            luminaire=row["luminaire"],
            board=row["board"],
            access_point=row.get("access_point", ""),
        )

    def _degrees(self, row: dict[str, str], name: str, middle: float, most: float) -> float:
        low, high = max(middle - self._near, -most), min(middle + self._near, most)
        bound = f"must be {low:g} to {high:g} degrees, the site's own being {middle:g}"
        try:
            value = float(row[name])
        except ValueError:
            self._wrong(name, f"is {row[name]!r}", bound)
            return middle
        if not low <= value <= high:
            self._wrong(name, f"is {row[name]}", bound)
        return value

    def _one_of(self, row: dict[str, str], name: str, known: list[str]) -> None:
        if known and row[name] not in known:  # where there are none, that was said, and need not be for each pole
            self._wrong(name, f"is {row[name]!r}", f"must be one of {', '.join(known)}")

    def _wrong(self, name: str, value: str, bound: str) -> None:
        self._problems.append(Problem(FILE, self._line, name, value, bound))


def _boards() -> list[str]:
    from host_tools.boards import list_boards

    return list(list_boards())
