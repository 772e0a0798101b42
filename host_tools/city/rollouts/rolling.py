"""What all rollouts share, whatever they bring: begun, followed wave by wave, halted, gone on with, kept over a kill.

The receiver's loop calls, each turn:

    rolling.hear(said, now)                                 what poles said, each with whether it was retained
    messages = rolling.turn(connection, now, wall, steady)  within a transaction
    (commit, then publish the messages, retained)

``load`` comes first, and again after each transaction that was not committed.  What goes out is in the store before:
a receiver that was killed publishes that.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Generic, TypeVar

from sqlalchemy.engine import Connection

from host_tools.city.commands import audit
from host_tools.city.commands.audit import Chain
from host_tools.city.rollouts import requests, rollout_rows, waves
from host_tools.city.rollouts.current import Current
from host_tools.city.rollouts.rollout_rows import BEGUN, Row
from host_tools.city.rollouts.share import Share
from host_tools.city.store.database import raise_revision
from host_tools.city.store.rollout_tables import DONE, GOING, HALT, HALTED, REFUSED, REPLACED
from host_tools.language.sentence import Sentence
from host_tools.wire.from_pole import Said as PoleSaid

IDLE_S = 1.0  # between two looks for new ones

Kind = TypeVar("Kind", bound=Share)


class Rolling(Generic[Kind]):
    """Rollouts of *kind* to the poles of *zone*, that the receiver's *secrets* seal, sent under the name *sender*.

    *say* is called with a sentence that an operator should read.
    """

    def __init__(self, kind: str, sender: str, secrets: Path, zone: str, say: Callable[[str], None]) -> None:
        self._kind, self._sender, self._zone, self._say = kind, sender, zone, say
        self._chain = Chain(secrets, zone)
        self._current: Current[Kind] | None = None
        self._looked = 0.0

    def load(self, connection: Connection, now: int) -> None:
        """Takes the rollout that has begun from the store."""
        self._current, self._looked = None, 0.0
        for row in rollout_rows.begun(connection, self._zone, self._kind):
            if not hmac.compare_digest(self._seal(row), str(row["seal"])):
                why = Sentence("rollouts.row_changed")
                rollout_rows.change(connection, row["id"], raise_revision(connection), state=REFUSED, answer=why)
                self._note(connection, row, now, "rowChanged", {"answer": why})
                self._say(f"rollout {row['id']} does not go on: {why}")
            elif self._current is None:
                self._current = self._begun(connection, row)

    def connected(self) -> None:
        """A session with the broker begins: what poles said meanwhile comes now."""
        if self._current is not None:
            self._current.listened = None

    def hear(self, said: Iterable[tuple[PoleSaid, bool]], now: int) -> None:
        """Takes what poles *said*, in order, each with whether it was retained."""
        if self._current is not None:
            self._current.hear(said, now, self._sender)

    def idle(self, steady: float) -> bool:
        """Whether there is nothing to do at *steady* (s of a clock that is never set)."""
        current = self._current
        going = current is not None and (current.state == GOING or current.changed)
        return not (going or self._busy() or steady >= self._looked + IDLE_S)

    def turn(self, connection: Connection, now: int, wall: float, steady: float) -> list[tuple[str, bytes]]:
        """Decides, and writes what goes out; the messages to publish, retained, once that is committed.

        *now*: Unix s at the site; *wall*: of real time, for codes; *steady*: as for `idle`.
        """
        self._looked = steady
        new, asked = rollout_rows.undecided(connection, self._zone, self._kind)
        for row in asked:
            self._answer(connection, row, now)
        if self._decided(connection, new, now, wall):
            return []  # the decision is on the disk before anything else changes
        current, messages = self._current, list[tuple[str, bytes]]()
        if current is not None:
            messages = self._brought(connection, current, now)
            if current.changed:
                rollout_rows.write_shares(connection, current.id, current.take_changed(), raise_revision(connection))
        return messages

    # -- of a kind

    def _busy(self) -> bool:
        """Whether something is being judged."""
        return False

    def _begun(self, connection: Connection, row: Row) -> Current[Kind] | None:
        """The rollout in *row*, judged before, with its poles; None where the receiver's files are no longer sound."""
        raise NotImplementedError

    def _decided(self, connection: Connection, new: list[Row], now: int, wall: float) -> bool:
        """Decides on one of *new*; whether it did."""
        raise NotImplementedError

    def _brought(self, connection: Connection, current: Current[Kind], now: int) -> list[tuple[str, bytes]]:
        """Brings *current* forward; what goes out."""
        raise NotImplementedError

    def _halted(self, connection: Connection, current: Current[Kind], now: int) -> None:
        """*current* was halted just now."""

    def _gone_on(self, current: Current[Kind], now: int) -> dict[str, Any]:
        """*current* goes on again; what else is written of it."""
        return {}

    def _wave(self, current: Current[Kind], now: int) -> dict[str, Any]:
        """The next wave of *current* begins; what else is written of it."""
        return {}

    def _trouble(self, connection: Connection, current: Current[Kind], now: int, over: bool) -> str:
        """Why *current* is to halt although its poles took it, "" where it need not; *over*: the wave would end."""
        return ""

    def _settled(self, current: Current[Kind], now: int) -> bool:
        """Whether the wave, whose poles have all answered, may end."""
        return True

    # -- decisions

    def _held_up(self, connection: Connection) -> str:
        """Why a rollout of this kind may not go on now: one of the other kind is going; "" where it may."""
        return requests.held_up(connection, self._zone, self._kind)

    def _accept(self, connection: Connection, row: Row, planned: Mapping[str, int], values: dict[str, Any]) -> None:
        """Begins the rollout in *row*, with *values*, to the poles *planned* {name: wave}; it replaces the others."""
        rev = raise_revision(connection)
        for older in rollout_rows.begun(connection, self._zone, self._kind):
            why = Sentence("rollouts.replaced_by", number=row["id"])
            at = values["decided_at"]
            rollout_rows.change(connection, older["id"], rev, state=REPLACED, answer=why, ended_at=at)
        values |= {"state": GOING, "answer": "", "code": ""}
        row = {**row, **values}
        rollout_rows.change(connection, row["id"], rev, seal=self._seal(row), **values)
        ids = rollout_rows.poles(connection, self._zone, planned.keys())
        new = [Share(name, ids[name].id, wave) for name, wave in planned.items()]
        rollout_rows.add_shares(connection, row["id"], new)
        self._current = self._begun(connection, row)

    def _answer(self, connection: Connection, row: Row, now: int) -> None:
        """Does what a person asked of the rollout in *row*."""
        values = dict[str, Any](asked="", asked_by="")
        if self._current is None and row["state"] in BEGUN and hmac.compare_digest(self._seal(row), str(row["seal"])):
            self._current = self._begun(connection, row)  # what kept it from going on may be mended
            if self._current is None and row["asked"] == HALT and row["state"] in self.halts:
                values |= {"state": HALTED, "answer": Sentence("rollouts.halted_by", who=str(row["asked_by"])[:64])}
        current = self._current
        if current is not None and current.id == row["id"]:
            if row["asked"] == HALT and current.state in self.halts:
                values |= {"state": HALTED, "answer": Sentence("rollouts.halted_by", who=str(row["asked_by"])[:64])}
                current.state = HALTED
                self._halted(connection, current, now)
            elif row["asked"] != HALT and current.state == HALTED and (why := self._held_up(connection)):
                values |= {"answer": why}
            elif row["asked"] != HALT and current.state == HALTED:
                current.pardoned = current.tally().bad
                values |= {"state": GOING, "answer": "", "pardoned": current.pardoned, **self._gone_on(current, now)}
                current.state = GOING
        rollout_rows.change(connection, row["id"], raise_revision(connection), **values)

    halts: tuple[str, ...] = (GOING,)  # states in which one can be halted

    def _look(self, connection: Connection, current: Current[Kind], now: int) -> None:
        """Goes on to the next wave, halts or ends, as its poles have answered."""
        current.age(now)
        while current.state in self.halts:
            seen = current.tally()
            if seen.bad < current.pardoned:  # one that a person went on after is good now, and excuses no other
                current.pardoned = seen.bad
                rollout_rows.change(connection, current.id, raise_revision(connection), pardoned=seen.bad)
            said = waves.verdict(current.judged_as(seen), seen, current.pardoned)
            over = said == waves.NEXT and self._settled(current, now)
            if said == waves.STOP:
                bad, poles, some = current.bad()
                self._stop(connection, current, now, Sentence(self.halted_bad, bad=bad, poles=poles, some=some))
                return
            if why := self._trouble(connection, current, now, over):
                self._stop(connection, current, now, why)
                return
            if not over or current.state == DONE:
                return
            values: dict[str, Any] = {"wave": current.wave}
            if current.wave == waves.ALL:
                current.state = DONE
                values |= {"state": DONE, "ended_at": now}
                self._note(connection, current.row, now, "done", current.states())
            else:
                current.wave = values["wave"] = current.wave + 1
                values |= self._wave(current, now)
            rollout_rows.change(connection, current.id, raise_revision(connection), **values)

    halted_bad = "rollouts.halted_bad"  # the sentence where too many poles are bad

    def _stop(self, connection: Connection, current: Current[Kind], now: int, why: str) -> None:
        """Halts *current*, and says *why*."""
        current.state = HALTED
        self._note(connection, current.row, now, "halted", {"answer": why})
        self._say(f"rollout {current.id} is {why}")
        rollout_rows.change(connection, current.id, raise_revision(connection), state=HALTED, answer=why)
        self._halted(connection, current, now)

    def _seal(self, row: Mapping[str, Any]) -> str:
        return self._chain.seal_of(rollout_rows.essence(row))

    def _note(self, connection: Connection, row: Row, now: int, what: str, detail: Mapping[str, Any]) -> None:
        said = {"rollout": row["id"], **{name: value for name, value in detail.items() if value}}
        audit.add(connection, self._zone, now, "receiver", "receiver", what, None, said)
