"""Folds the turns of one condition into spells: from its beginning to its end, the same again within a day included.

Pure.  A spell is what an alarm is made of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from host_tools.city.alarms.turns import POWER, STATE, Turn, ordered
from host_tools.wire.chatter import Chatter, together

REOPEN_S = 86400  # what comes again within this time is the same alarm, open again

EVENT_PROOF, STATE_PROOF, POWER_PROOF = "event", "state", "power"
_PROOFS = {STATE: STATE_PROOF, POWER: POWER_PROOF}


@dataclass
class Spell:
    """From ``began`` (Unix s; ``earlier``: before that, the city had no message of it) to ``ended``, None: it goes on.

    ``last_began``: when it came the last time; ``episodes``: how often.  ``proof`` says by what it ended.  ``by_hand``:
    when a person closed it, and nothing came after that.
    """

    began: int
    earlier: bool
    last_began: int
    received: int
    ended: int | None = None
    proof: str = ""
    by_hand: int | None = None
    evidence: Mapping[str, Any] = field(default_factory=dict)
    beginnings: list[int] = field(default_factory=list)
    chatters: list[Chatter] = field(default_factory=list)

    @property
    def open(self) -> bool:
        return self.ended is None and self.by_hand is None

    @property
    def over(self) -> int | None:
        """When it was over, by proof or by hand."""
        if self.ended is None or self.by_hand is None:
            return self.by_hand if self.ended is None else self.ended
        return max(self.ended, self.by_hand)

    @property
    def chatter(self) -> Chatter | None:
        return together(self.chatters) if self.chatters else None

    @property
    def times(self) -> int:
        """How often it began, those that are only counted in a chatter included."""
        told = self.chatter if self.chatters else None
        if told is None:
            return len(self.beginnings)
        if told.first is None or told.last is None:
            return max(told.count, len(self.beginnings))
        first, last = told.first, told.last
        return told.count + sum(not first <= at <= last for at in self.beginnings)


def spells(turns: Iterable[Turn], closings: Iterable[int] = (), base: Spell | None = None) -> list[Spell]:
    """The spells of one condition of one pole by all its *turns*, and the times at which a person closed its alarm.

    *base* is the last spell of the turns before, where those are not among *turns*.
    """
    told = ordered(turns)
    marks: list[tuple[int, int, Turn | None]] = [(place, 0, one) for place, one in told]
    marks += [(at, 1, None) for at in set(closings)]
    out = [] if base is None else [replace(base, beginnings=[*base.beginnings], chatters=[*base.chatters])]
    there = base is not None and base.ended is None  # by the pole: that a person closes the alarm does not change it
    if len(marks) > len(told):
        marks.sort(key=lambda mark: mark[:2])  # stable: turns stay in their order
    for at, _rank, one in marks:
        spell = out[-1] if out else None
        if one is None:
            if spell and spell.open and at >= spell.last_began:
                spell.by_hand = at
        elif one.begins is None:  # it is there until a person closes it
            if spell and spell.open:
                spell.beginnings.append(at)
            else:
                _begun(out, one, at)
        elif one.begins:
            chatter = one.chatter
            if spell is None or not there or spell.by_hand is not None:
                spell = _begun(out, one, at)
            if chatter:
                spell.chatters.append(chatter)
                if chatter.first is not None and spell.last_began - REOPEN_S <= chatter.first < spell.began:
                    spell.began = chatter.first
            if one.epoch != STATE:
                spell.evidence = spell.evidence or one.attributes
            there = True
        else:
            there = False
            if spell and spell.ended is None:
                spell.ended, spell.proof = max(at, spell.last_began), _PROOFS.get(one.epoch, EVENT_PROOF)
                if one.chatter:
                    spell.chatters.append(one.chatter)
    return out


def _begun(out: list[Spell], one: Turn, at: int) -> Spell:
    """The spell that *one* begins, or that it opens again."""
    last = out[-1] if out else None
    if last is not None and last.over is not None and at - last.over <= REOPEN_S:
        last.last_began, last.ended, last.proof, last.by_hand = max(at, last.over), None, "", None
        last.evidence = one.attributes if one.epoch != STATE else {}
        last.beginnings.append(at)
        return last
    evidence = one.attributes if one.epoch != STATE else {}
    began = one.at if last is None or last.over is None or one.at > last.over else at  # a clock was put back
    spell = Spell(began, one.epoch == STATE, at, one.received, evidence=evidence, beginnings=[at])
    out.append(spell)
    return spell


def observed(turns: Iterable[Turn], pole: str, kind: str, at: int, listed: bool, received: int) -> Turn | None:
    """The turn that a state of *pole* at *at* tells of, which lists *kind* or does not; None: it tells nothing new.

    A turn of the same second decides, and so does one that ends or begins a chatter: the pole sends that up to five
    minutes after the turn itself, and lists the condition meanwhile as it was.
    """
    before: tuple[int, Turn] | None = None
    for place, one in ordered(turns):
        if place > at:
            break
        before = place, one
    there = before is not None and before[1].begins is True
    if there == listed or (before and at <= before[0] + (CHATTER_S if before[1].chatter else 0)):
        return None
    return Turn(pole, kind, at, listed, STATE, at, received)


CHATTER_S = 360  # a condition that chatters must have lasted for 300 s before its end is sent
