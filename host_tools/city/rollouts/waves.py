"""In which wave a pole gets changed programmes, and when the next wave begins; pure.

A few poles first, at least one of each kind (those that get the same settings); then 5 and 25 percent, and then all.
Each wave is spread over the feeders, and of a feeder with several poles never all are under way at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

CANARY, TWENTIETH, QUARTER, ALL = range(4)
SHARES = (0, 5, 25, 100)  # percent of the poles that have their turn by the end of a wave
LEAST, FEW = 3, 10  # poles of the first wave, where there are more than FEW
BAD_PERCENT = 5  # of poles that rejected, reverted or fell silent: with more it halts

GONE = "gone"  # the standing of a pole that counts in no Tally
WAIT, NEXT, STOP = "wait", "next", "stop"


@dataclass(frozen=True)
class Member:
    """A pole that is to get other settings; poles of one *kind* get the same."""

    name: str
    kind: str
    feeder: str
    online: bool


@dataclass(frozen=True)
class Tally:
    """The poles of a wave and of those before it.

    *waiting*: nothing was sent yet; *flying*: sent, online then, no answer yet; *away*: sent while it was offline;
    *good*: it lives by it; *bad*: rejected, reverted, or silent for too long.
    """

    waiting: int = 0
    flying: int = 0
    away: int = 0
    good: int = 0
    bad: int = 0

    @property
    def poles(self) -> int:
        return self.waiting + self.flying + self.away + self.good + self.bad


def plan(members: Iterable[Member]) -> dict[str, int]:
    """The wave of each of *members*, in the order in which they have their turn."""
    rest = _spread(members)
    many = len(rest)
    chosen = _canary(rest)
    out = {one.name: CANARY for one in chosen}
    names = [one.name for one in rest if one.name not in out]
    for wave in (TWENTIETH, QUARTER, ALL):
        until = -(-many * SHARES[wave] // 100)
        while names and len(out) < until:
            out[names.pop(0)] = wave
    return out


def _canary(rest: Sequence[Member]) -> list[Member]:
    kinds: dict[str, list[Member]] = {}
    for one in rest:
        kinds.setdefault(one.kind, []).append(one)
    chosen: list[Member] = []
    used: dict[str, int] = {}

    def choose(among: Iterable[Member]) -> None:
        left = [one for one in among if one not in chosen]
        if left:
            best = min(left, key=lambda one: (not one.online, used.get(one.feeder, 0)))
            used[best.feeder] = used.get(best.feeder, 0) + 1
            chosen.append(best)

    for kind in sorted(kinds):
        choose(kinds[kind])
    while len(chosen) < LEAST and len(rest) > FEW:
        choose(rest)
    return chosen


def _spread(members: Iterable[Member]) -> list[Member]:
    """*members* so that each piece of the list has some of each feeder, which stand apart from each other there."""
    feeders: dict[str, list[Member]] = {}
    for one in members:
        feeders.setdefault(one.feeder, []).append(one)
    placed = [
        ((turn + 0.5) / len(each), feeder, each[at])
        for feeder, each in sorted(feeders.items()) for turn, at in enumerate(_apart(len(each)))
    ]  # fmt: skip
    return [one for _place, _feeder, one in sorted(placed, key=lambda each: each[:2])]


def _apart(count: int) -> list[int]:
    """0 to *count* - 1, each far from those just before it: by their bits in reverse."""
    bits = max(1, (count - 1).bit_length())
    return sorted(range(count), key=lambda number: int(f"{number:0{bits}b}"[::-1], 2))


def at_once(poles: int) -> int:
    """How many of the *poles* of a feeder may be under way at once."""
    return max(1, poles // 2)


def verdict(wave: int, tally: Tally, pardoned: int) -> str:
    """WAIT, NEXT (the wave is over) or STOP (it is to halt); *pardoned*: bad ones after which a person went on."""
    bad = max(0, tally.bad - pardoned)
    if bad * 100 > BAD_PERCENT * tally.poles:
        return STOP
    if tally.waiting or tally.flying:
        return WAIT
    if bad * 100 > BAD_PERCENT * (tally.good + tally.bad):
        return STOP
    if wave == CANARY and tally.away and not tally.good:
        return WAIT  # nothing was learnt yet: none of them is online
    return NEXT


def tally_of(states: Mapping[str, int]) -> Tally:
    """The tally of {standing: poles}, the standings being the fields of a Tally."""
    return Tally(**{name: states.get(name, 0) for name in Tally.__dataclass_fields__})
