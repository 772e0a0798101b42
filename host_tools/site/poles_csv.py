"""`poles.csv`: one line a pole.  Lines that start with # are remarks.

It is read as spreadsheets write it as well: with a byte order mark or as UTF-16, separated by semicolons or tabs, with
a first line such as ``sep=;``, with decimal commas where the comma is not what separates.  Ward, zone, feeder and
access point are empty where they are not known.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from host_tools.naming import NAME, NAME_BOUND
from host_tools.site.model import Pole, Problem, Site
from host_tools.spreadsheet import plain
from host_tools.text import quoted, shows_whole

FILE = "poles.csv"
COLUMNS = ("pole", "latitude", "longitude", "ward", "zone", "road_class", "luminaire", "board")
OPTIONAL = ("feeder", "access_point", "label")
ORDER = ("pole", "latitude", "longitude", "ward", "zone", "feeder", "road_class", "luminaire", "board")
NEAR = 1.0  # degrees from the site's own place: further out, latitude and longitude were probably swapped
LABEL_MOST = 80  # characters

_GROUPS = ("ward", "zone", "feeder", "road_class")
_SEPARATORS = ",;\t"
_BOMS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))
_QUOTE_LINES = 20  # a value in quotes that spans more lines has lost its second quotation mark


def read(path: Path, site: Site, placed: bool = True) -> tuple[list[Pole], list[Problem]]:
    """The poles of the file at *path*, checked against *site*, and every mistake in it.

    Without *placed* the site's own place is not known, so nothing is too far from it.
    """
    try:
        data = path.read_bytes()
        encoding = next((name for bom, name in _BOMS if data.startswith(bom)), "utf-8")
        text = data.decode(encoding)
    except (OSError, UnicodeDecodeError) as error:
        return [], [Problem(FILE, 0, "the file", f"cannot be read ({error})", "must be UTF-8 text")]
    return _File(site, text, placed).poles()


class Records:
    """The records of CSV *text*, each with the line it begins on; remarks and empty lines are left out."""

    def __init__(self, text: str) -> None:
        self._lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        self._next = 0
        self._fresh = True
        self.separator = self._separator()

    def _separator(self) -> str:
        """What stands between the fields, by the first line that is no remark."""
        for number, line in enumerate(self._lines):
            if line[:4].lower() == "sep=":
                self._lines[number] = ""
                return line[4:5] or "\t"
            if line.strip() and not line.startswith("#"):
                return max(_SEPARATORS, key=line.count)
        return ","

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(self._take(), delimiter=self.separator, skipinitialspace=self.separator != "\t")
        while True:
            self._fresh = True
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield self._begun, [f"{error}"]
                return
            yield self._begun, row

    @property
    def line(self) -> int:
        """The last line that was read."""
        return self._next

    def _take(self) -> Iterator[str]:
        lines = self._lines
        while self._next < len(lines):
            line = lines[self._next]
            self._next += 1
            if self._fresh:
                if not line.strip() or line.startswith("#"):
                    continue
                self._fresh = False
                self._begun = self._next
            yield line + "\n"


class _File:
    def __init__(self, site: Site, text: str, placed: bool) -> None:
        self._site = site
        self._near = NEAR if placed else 360.0
        self._records = Records(text)
        self._decimal = "." if self._records.separator == "," else ","
        self._problems: list[Problem] = []
        self._line = 0
        self._sound: set[str] = set()  # names that were looked at
        self._choices = {
            "luminaire": site.luminaires.keys(),
            "board": dict.fromkeys(_boards()),
            "road_class": site.road_classes.keys(),
        }
        self._kinds: dict[str, tuple[str, int]] = {}  # group: the column it was first seen in, and where

    def poles(self) -> tuple[list[Pole], list[Problem]]:
        records = iter(self._records)
        self._line, head = next(records, (0, []))
        if not head:
            return [], [Problem(FILE, 0, "the file", "has no lines", f"must start with {','.join(ORDER)}")]
        head = [name.strip() for name in head]
        width = len(head)
        while head and not head[-1]:
            head.pop()  # columns without a name behind the last, as spreadsheets leave them
        for name in COLUMNS:
            if name not in head:
                self._wrong(name, "is missing", f"must be one of the columns of the first line: {','.join(ORDER)}")
        for name in dict.fromkeys(head):
            known = name in COLUMNS + OPTIONAL
            if not known or head.count(name) > 1:
                self._wrong(name or "a column", "stands twice" if known else "is not a column", "must be left out")
        if self._problems:
            return [], self._problems
        poles = self._rows(records, head, width)
        if not poles:
            self._wrong("the file", "has no poles", "must have at least one")
        return poles, self._problems

    def _rows(self, records: Iterator[tuple[int, list[str]]], head: list[str], width: int) -> list[Pole]:
        seen: dict[str, int] = {}
        poles = []
        for number, row in records:
            self._line = number
            if self._records.line - number >= _QUOTE_LINES:
                last = self._records.line
                self._wrong("the line", f"opens a quotation that ends on line {last}", "must end it on the same line")
                continue
            extra = row[len(head) : width]
            if (len(row) != len(head) and len(row) != width) or any(extra):
                self._wrong("the line", f"has {len(row)} fields", f"must have {len(head)}")
                continue
            pole = self._pole({name: value.strip() for name, value in zip(head, row, strict=False)})
            if pole.name in seen:
                self._wrong("pole", f"is {pole.name!r}", f"must be new: line {seen[pole.name]} has it already")
            seen.setdefault(pole.name, number)
            poles.append(pole)
        return poles

    def _pole(self, row: dict[str, str]) -> Pole:
        site = self._site
        get = row.get
        if not NAME.fullmatch(row["pole"]):
            self._wrong("pole", f"is {quoted(row['pole'])}", NAME_BOUND)
        for name in (*_GROUPS, "access_point"):
            value = get(name, "")
            if value not in self._sound and (value or name == "road_class"):
                if NAME.fullmatch(value):
                    self._sound.add(value)
                else:
                    self._wrong(name, f"is {quoted(value)}", NAME_BOUND)
        for column in _GROUPS:
            value = get(column, "")
            other, line = self._kinds.setdefault(value, (column, self._line))
            if other != column and value:
                # both would be one group, and a command for the one would reach the other
                self._wrong(column, f"is {quoted(value)}", f"must not be a {other} as well, as on line {line}")
        for name, known in self._choices.items():
            if known and row[name] not in known:  # where there are none, that was said, and need not be for each pole
                self._wrong(name, f"is {quoted(row[name])}", f"must be one of {', '.join(known)}")
        label = plain(get("label", ""))
        if label and not (len(label) <= LABEL_MOST and shows_whole(label)):
            self._wrong(
                "label",
                f"is {quoted(label)}",
                f"must be one line of at most {LABEL_MOST} characters that can be printed",
            )
        return Pole(
            row["pole"],
            self._degrees(row, "latitude", site.latitude, 90),
            self._degrees(row, "longitude", site.longitude, 180),
            get("ward", ""), get("zone", ""), get("feeder", ""), row["road_class"], row["luminaire"], row["board"],
            get("access_point", ""), label,
        )  # fmt: skip

    def _degrees(self, row: dict[str, str], name: str, middle: float, most: float) -> float:
        try:
            value = float(row[name] if self._decimal == "." else row[name].replace(",", "."))
        except ValueError:
            value = float("nan")
        low, high = max(middle - self._near, -most), min(middle + self._near, most)
        if not low <= value <= high:
            own = f", the site's own being {middle:g}" if self._near < 360 else ""
            bound = f"must be {low:g} to {high:g} degrees{own}"
            self._wrong(name, f"is {quoted(row[name])}" if value != value else f"is {row[name]}", bound)
        return value if value == value else middle

    def _wrong(self, name: str, value: str, bound: str) -> None:
        self._problems.append(Problem(FILE, self._line, name, value, bound))


def _boards() -> list[str]:
    from host_tools.boards import list_boards

    return list(list_boards())
