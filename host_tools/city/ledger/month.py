"""A month of the ledger: its nights are those that begin, at noon, on its days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from host_tools.city.store.local_time import LocalTime
from host_tools.language.language import Spoken
from host_tools.text import quoted

_MONTH = re.compile(r"(20\d\d)-(0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Month:
    """From *first*, a first day of a month, to before *after*, that of the next."""

    first: date
    after: date

    @classmethod
    def read(cls, text: str) -> Month:
        """Of a text such as 2026-11.  Raises Spoken."""
        found = _MONTH.fullmatch(text)
        if found is None:
            raise Spoken("report.bad_month", value=quoted(text, 20))
        return cls.of(date(int(found[1]), int(found[2]), 1))

    @classmethod
    def of(cls, day: date) -> Month:
        """The month of *day*."""
        first = day.replace(day=1)
        return cls(first, (first + timedelta(days=32)).replace(day=1))

    @property
    def name(self) -> str:
        return f"{self.first:%Y-%m}"

    @property
    def before(self) -> Month:
        return Month.of(self.first - timedelta(days=1))

    @property
    def next(self) -> Month:
        return Month.of(self.after)

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=number) for number in range((self.after - self.first).days)]

    def bounds(self, local: LocalTime) -> tuple[int, int]:
        """When its first night begins and its last one ends (Unix s)."""
        return local.noon(self.first), local.noon(self.after)
