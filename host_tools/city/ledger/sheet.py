"""A table of a report, in one language, for every way in which it is shown: page, CSV, XLSX, PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

# what a column holds: text and date; a whole number; a number with one or two decimals
TEXT, COUNT, TENTH, PERCENT, RUPEES, MOMENT = "text", "count", "tenth", "percent", "rupees", "moment"
NUMBERS = (COUNT, TENTH, PERCENT, RUPEES)

Value = str | int | float | date | datetime | None


@dataclass(frozen=True)
class Column:
    """``name`` for programs, ``title`` for people, and what kind of value is in it."""

    name: str
    title: str
    kind: str = TEXT


@dataclass(frozen=True)
class Sheet:
    """``links`` are the addresses, on the console, of the rows that each row comes from; empty: there are none."""

    name: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    links: Sequence[str] = ()


@dataclass(frozen=True)
class Figure:
    """A figure of the month; ``note`` says what it counts, ``link`` leads to the rows that it comes from."""

    name: str
    title: str
    value: Value
    kind: str
    unit: str = ""
    note: str = ""
    link: str = ""


def shown(value: Value, kind: str) -> str:
    """*value* as text: Western numerals, grouped as in India (12,34,567); a dash where there is none."""
    if value is None:
        return "–"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, str | date):
        return str(value)
    if kind == PERCENT:
        return f"{value:.2f}"
    return grouped(value, 1 if kind == TENTH else 0)


def grouped(value: float, decimals: int = 0) -> str:
    """*value* with commas after three digits, and then after each two."""
    whole, _, part = f"{abs(value):.{decimals}f}".partition(".")
    head, tail = whole[:-3], whole[-3:]
    while head:
        head, tail = head[:-2], f"{head[-2:]},{tail}"
    sign = "-" if value < 0 and any(digit in "123456789" for digit in whole + part) else ""
    return f"{sign}{tail}{'.' + part if part else ''}"
