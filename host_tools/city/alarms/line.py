"""One kind of fault of one pole over time: its turns, and the rows of the store that its alarms are."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from functools import cache

from host_tools.city.alarms.folded import Folded, folded
from host_tools.city.alarms.pulses import NEEDED, pulses
from host_tools.city.alarms.row import Row
from host_tools.city.alarms.rules import Rules
from host_tools.city.alarms.spells import Spell, spells
from host_tools.city.alarms.turns import Turn, ordered
from host_tools.wire.event_types import SUPPLY_LOSS
from pole.health.event_types import EVENT_TYPES
from pole.health.evidence import why  # the sentences that the pole sends with the event

MOST = 32  # turns in memory; then the older half becomes the base
_FOR_EVER = 2**62


@dataclass
class Line:
    """``base`` is the last spell of the turns before those of ``turns``, and ``since`` the place of the first of these.

    ``closings``: when a person closed an alarm of it.  ``folded``: the spells of the turns without those of ``later``,
    where that is known.
    """

    pole: str
    kind: str
    turns: dict[tuple[str, int], Turn] = field(default_factory=dict)
    closings: frozenset[int] = frozenset()
    rows: list[Row] = field(default_factory=list)
    base: Spell | None = None
    since: int = 0
    folded: Folded | None = None
    later: list[Turn] = field(default_factory=list)

    def with_turns(self, turns: Iterable[Turn]) -> Line:
        """A copy that has *turns* as well; one that came twice is there once."""
        own, later = self.turns.copy(), self.later.copy()
        for one in turns:
            if own.setdefault(one.id, one) is one:
                later.append(one)
        return Line(
            self.pole, self.kind, own, self.closings, self.rows, self.base, self.since, self.folded, later
        )  # fmt: skip

    def is_older(self, one: Turn) -> bool:
        """Whether *one* belongs before what is in memory, so that all turns of the line have to be read again."""
        return one.at < self.since and one.id not in self.turns

    def spells(self, rules: Rules) -> list[Spell]:
        told: Collection[Turn] = self.turns.values()
        if self.kind in NEEDED:
            told = pulses(told, self.kind, rules.zone)
        elif self.kind == SUPPLY_LOSS:  # expected by day where a contactor switches the feeder
            told = [one for one in told if not (one.begins and rules.switched.dark(self.pole, one.at))]
        else:
            known = self.folded and not self.closings and self.folded.with_later(self.later)
            self.folded = known or folded(told, self.closings, self.base)
            self.later = []
            if self.folded:
                return self.folded.spells
        return spells(told, self.closings, self.base)

    def derived(self, rules: Rules, now: int) -> tuple[list[Row], list[tuple[Row, Row]]]:
        """The rows that the line's alarms are, by beginning, and (a row that is gone, the row that it is a part of).

        A row goes on as the spell that the time falls into at which it began last.
        """
        found = self.spells(rules)
        of: dict[int, list[Row]] = {}
        for row in self.rows:
            place = _place(found, row.last_began)
            if place is not None:
                of.setdefault(place, []).append(row)
        out, merges = [], []
        for place, spell in enumerate(found):
            own = sorted(of.get(place, ()), key=lambda row: row.id or _FOR_EVER)
            row = self._row(spell, own[0] if own else None, rules, now)
            out.append(row)
            merges += [(other, row) for other in own[1:]]
        return out, merges

    def pruned(self, rules: Rules) -> Line:
        """The same with the older half of its turns as the base, where there are many."""
        if len(self.turns) <= MOST or self.kind in NEEDED:
            return self
        everything = ordered(self.turns.values())
        cut = len(everything) // 2
        old = replace(self, turns={one.id: one for _place, one in everything[:cut]}, folded=None)
        since = everything[cut][0]
        old.closings = frozenset(at for at in self.closings if at < since)
        base = old.spells(rules)[-1:]
        kept = {one.id: one for _place, one in everything[cut:]}
        rows = [row for row in self.rows if not base or row.last_began >= base[0].began]
        return replace(
            self, turns=kept, base=base[0] if base else None, since=since, rows=rows,
            closings=self.closings - old.closings, folded=None,
        )  # fmt: skip

    def _row(self, spell: Spell, row: Row | None, rules: Rules, now: int) -> Row:
        until = now if spell.ended is None else spell.ended
        cause, carry = _words(self.kind, spell)
        return Row(
            self.kind, self.pole, rules.severity(self.kind, spell.began, max(until, spell.began)), spell.began,
            spell.earlier, spell.last_began, spell.ended, spell.proof, spell.times, spell.received, (self.pole,),
            {name: value for name, value in spell.evidence.items() if name not in ("cause", "carry")}, spell.chatter,
            cause, carry, row.swallowed_by if row else "", row.closed if row else spell.by_hand,
            row.id if row else 0,
        )  # fmt: skip


def _place(found: list[Spell], at: int) -> int | None:
    """Which of *found* was there at *at*: the last that began before."""
    place = None
    for number, spell in enumerate(found):
        if spell.began <= at:
            place = number
    return place if place is not None or not found else 0


@cache
def _known(kind: str) -> tuple[str, str]:
    cause, carry = why(EVENT_TYPES.index(kind)) if kind in EVENT_TYPES else ("", "")
    return cause, carry


def _words(kind: str, spell: Spell) -> tuple[str, str]:
    """Probable cause and what to carry: as the pole said, or as it would say."""
    known = _known(kind)
    said = spell.evidence.get("cause"), spell.evidence.get("carry")
    cause, carry = (text if isinstance(text, str) and text else own for text, own in zip(said, known, strict=True))
    return cause, carry
