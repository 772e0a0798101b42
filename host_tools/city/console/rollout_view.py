"""A rollout as pages show it: its waves with how many poles are where, and the poles that something is wrong with."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.engine import Connection

from host_tools.city.console.page import STORED
from host_tools.city.rollouts import rollout_rows
from host_tools.city.rollouts.rollout_rows import Row
from host_tools.city.rollouts.share import NO_ANSWER, REJECTED, REVERTED, SENT, Share
from host_tools.city.rollouts.waves import SHARES
from host_tools.city.store.rollout_tables import GOING, HALTED
from host_tools.language.language import Language
from host_tools.language.sentence import retold

SHOWN = ("applied", "there", "sent", "offline", "silent", "rejected", "reverted", "replaced", "waiting")
MOST_BAD = 200


@dataclass(frozen=True)
class WaveLine:
    """The wave *number*, 0 the first; *percent* of the poles by its end; {what: poles} of SHOWN; *now*: it is on."""

    number: int
    percent: int
    states: dict[str, int]
    now: bool

    @property
    def poles(self) -> int:
        return sum(self.states.values())


@dataclass(frozen=True)
class RolloutView:
    """*row* of the store, its *answer* in the reader's language, and its waves."""

    row: Row
    answer: str
    waves: tuple[WaveLine, ...]
    bad: tuple[Share, ...] = ()

    @property
    def states(self) -> dict[str, int]:
        """{what: poles} of all waves, in the order of SHOWN."""
        sums = {name: sum(wave.states.get(name, 0) for wave in self.waves) for name in SHOWN}
        return {name: many for name, many in sums.items() if many}

    @property
    def poles(self) -> int:
        return sum(self.states.values())


def view(connection: Connection, row: Row, said: Language) -> RolloutView:
    """The rollout in *row* with the poles that refused it, went back or are silent."""
    bad = [one for one in rollout_rows.shares(connection, row["id"]) if _what(one.state, one.reason, one.away) in _BAD]
    [found] = lines(connection, [row], said)
    some = sorted(bad, key=lambda one: (one.wave, one.pole))[:MOST_BAD]
    return RolloutView(row, found.answer, found.waves, tuple(some))


def lines(connection: Connection, rows: list[Row], said: Language) -> list[RolloutView]:
    """The rollouts in *rows*."""
    counted = rollout_rows.counts(connection, [row["id"] for row in rows])
    return [_line(row, counted[row["id"]], said) for row in rows]


def _line(row: Row, counted: dict[tuple[int, str, str, bool], int], said: Language) -> RolloutView:
    waves: dict[int, dict[str, int]] = {}
    for (wave, state, reason, away), many in sorted(counted.items()):
        states = waves.setdefault(wave, {})
        what = _what(state, reason, away)
        states[what] = states.get(what, 0) + many
    going = row["state"] in (GOING, HALTED)
    made = [
        WaveLine(
            number, SHARES[number] if number < len(SHARES) else 100,
            {name: states[name] for name in SHOWN if name in states}, going and number == row["wave"],
        )
        for number, states in sorted(waves.items())
    ]  # fmt: skip
    return RolloutView(row, retold(row["answer"], said, *STORED), tuple(made))


_BAD = (REJECTED, REVERTED, "silent")


def _what(state: str, reason: str, away: bool) -> str:
    """One of SHOWN."""
    if state == SENT:
        return "silent" if reason == NO_ANSWER else "offline" if away else "sent"
    return state
