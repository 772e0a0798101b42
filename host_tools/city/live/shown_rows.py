"""The rows that a view shows, in order and in numbers, kept up with each message."""

from __future__ import annotations

import heapq

from host_tools.city.live.formats import natural
from host_tools.city.live.row import Row, Wanted
from host_tools.city.live.totals import Summary, Totals

KEPT_CHANGES = 1000  # poles that changed last


class Shown:
    """The *wanted* ones of all rows that are counted in.  A pole counts as lit from *lit_percent* on."""

    def __init__(self, wanted: Wanted, lit_percent: int) -> None:
        self.wanted = wanted
        self.by_day = False  # whether feeders that are switched may be off
        self._totals = Totals(lit_percent)
        self._rows: dict[str, Row] = {}  # heard of
        self._sorted: list[str] | None = None  # the same, by name
        self._never: set[str] = set()
        self._bad: set[str] = set()  # with a fault, or offline
        self._changed: dict[str, None] = {}  # those that changed last, the newest at the end

    def count(self, row: Row) -> None:
        """Count *row* in, as it is now."""
        if not self.wanted.holds(row):
            return
        self._totals.add(row)
        if not row.heard:
            self._never.add(row.pole)
            return
        self._never.discard(row.pole)
        if row.pole not in self._rows:
            self._rows[row.pole] = row
            self._sorted = None
        if row.faults or row.online is False:
            self._bad.add(row.pole)

    def uncount(self, row: Row) -> None:
        """Count *row* out, before it changes."""
        if not self.wanted.holds(row):
            return
        self._totals.add(row, -1)
        self._bad.discard(row.pole)

    def dropped(self, row: Row) -> None:
        """*row* has changed: where it is no longer wanted it goes."""
        if row.pole in self._rows and not self.wanted.holds(row):
            del self._rows[row.pole]
            self._changed.pop(row.pole, None)
            self._sorted = None

    def changed(self, row: Row) -> None:
        """The light of *row* has just changed."""
        self._changed.pop(row.pole, None)
        self._changed[row.pole] = None
        if len(self._changed) > KEPT_CHANGES:
            del self._changed[next(iter(self._changed))]

    @property
    def names(self) -> list[str]:
        """The poles that were heard of, by name.  Not to be changed."""
        if self._sorted is None:
            self._sorted = sorted(self._rows)
        return self._sorted

    def rows(self, first: int = 0, end: int | None = None) -> list[Row]:
        """Their rows by name, from *first* to before *end*."""
        return [self._rows[name] for name in self.names[first:end]]

    def never(self) -> list[str]:
        """The poles of the site's files that were not heard of, by name."""
        return sorted(self._never, key=natural)

    def urgent(self, now: int, recent_s: float, most: int) -> list[Row]:
        """At most *most* rows that need looking at: with a fault, then offline, then changed in the last *recent_s*."""
        bad = [name for name in self._bad if self._rows[name].faults or self._rows[name].gone(self.by_day)]
        out = heapq.nsmallest(most, bad, key=lambda name: (not self._rows[name].faults, name))
        fresh: list[str] = []
        for name in reversed(self._changed):
            row = self._rows.get(name)
            if row is None or row.changed is None or now - row.changed > recent_s or len(out) + len(fresh) >= most:
                break
            if name not in self._bad:
                fresh.append(name)
        return [self._rows[name] for name in out + sorted(fresh)]

    def summary(self) -> Summary:
        """The street in numbers.  Not to be changed."""
        return self._totals.whole if self.by_day else self._totals.whole.by_night()

    def wards(self) -> list[tuple[str, Summary]]:
        """The street by ward; "" is where no ward is known."""
        wards = sorted(self._totals.wards.items(), key=lambda one: natural(one[0]))
        return wards if self.by_day else [(name, total.by_night()) for name, total in wards]
