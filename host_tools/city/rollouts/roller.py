"""The receiver's end of rollouts: judges what was drafted, files it, and brings it to the poles in waves.

It trusts no row: programmes are judged by the loader and with the poles' own code against the receiver's own folder of
the site, and nothing but them may differ; the second person's code is checked here; only this has the keys.  The
receiver's loop calls, each turn:

    roller.hear(said, now)                                 what poles said, each with whether it was retained
    messages = roller.turn(connection, now, wall, steady)  within a transaction
    (commit, then publish the messages, retained)

``load`` comes first, and again after each transaction that was not committed.  What goes out is in the store before,
as what the broker is to retain: a receiver that was killed publishes that (record/configurations.py).
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from host_tools.city.commands import audit
from host_tools.city.commands.audit import Chain
from host_tools.city.rollouts import rollout_rows, waves
from host_tools.city.rollouts.current import Current
from host_tools.city.rollouts.examine import Examined, read_file
from host_tools.city.rollouts.filing import file_sections, site_with
from host_tools.city.rollouts.rollout_judge import Decision, RolloutJudge, Run
from host_tools.city.rollouts.rollout_rows import Row
from host_tools.city.rollouts.ruling import RECENT_S
from host_tools.city.rollouts.sending import Sending
from host_tools.city.rollouts.share import WAITING, Share
from host_tools.city.rollouts.waves import Member
from host_tools.city.store.database import raise_revision
from host_tools.city.store.rollout_tables import DONE, GOING, HALT, HALTED, REFUSED, REPLACED
from host_tools.errors import CommandError
from host_tools.keys.key import Key
from host_tools.language.refusal import Refusal
from host_tools.language.sentence import Sentence
from host_tools.site import sections
from host_tools.wire.from_pole import Said as PoleSaid

IDLE_S = 1.0  # between two looks for new ones


class Roller:
    """Rolls out to the poles of *site* below *root*, sealed with *keys* under the name *sender*, which is its alone.

    *folder* has the site's files (None: they are not here), *secrets* what second persons' codes are checked with.
    *zone*: of the poles that this receiver serves.  *simulated*: the name of a simulation, whose numbers count apart.
    *say* is called with a sentence that an operator should read; *run* runs what takes seconds beside the loop.
    """

    def __init__(
        self, root: str, site: str, keys: Mapping[str, Key], sender: str, folder: Path | None, secrets: Path, *,
        zone: str = "", simulated: str = "", timezone: ZoneInfo | None = None,
        say: Callable[[str], None] = lambda sentence: None, run: Run | None = None,
    ) -> None:  # fmt: skip
        self._folder, self._zone, self._say = folder, zone, say
        self._timezone = timezone or ZoneInfo("UTC")
        self._sending = Sending(root, site, keys, sender, zone, simulated)
        self._judge = RolloutJudge(folder, secrets, run)
        self._chain = Chain(secrets, zone)
        self._current: Current | None = None
        self._present: str | None = None
        self._looked = 0.0

    def load(self, connection: Connection, now: int) -> None:
        """Takes the rollout that has begun from the store, and says which programmes the receiver's files have."""
        self._judge.forget()
        self._present, self._current, self._looked = None, None, 0.0
        self._say_present(connection)
        for row in rollout_rows.begun(connection, self._zone):
            if not hmac.compare_digest(self._seal(row), str(row["seal"])):
                why = Sentence("rollouts.row_changed")
                rollout_rows.change(connection, row["id"], raise_revision(connection), state=REFUSED, answer=why)
                self._note(connection, row, now, "rowChanged", {"answer": why})
                self._say(f"rollout {row['id']} does not go on: {why}")
            elif self._current is None:
                self._current = self._begun(connection, row)

    def hear(self, said: Iterable[tuple[PoleSaid, bool]], now: int) -> None:
        """Takes what poles *said*, in order, each with whether it was retained."""
        if self._current is not None:
            self._current.hear(said, now, self._sending.sender)

    def idle(self, steady: float) -> bool:
        """Whether there is nothing to do at *steady* (s of a clock that is never set)."""
        current = self._current
        going = current is not None and (current.state == GOING or current.changed)
        return not (going or self._judge.busy or steady >= self._looked + IDLE_S)

    def turn(self, connection: Connection, now: int, wall: float, steady: float) -> list[tuple[str, bytes]]:
        """Decides, files, and writes what goes out; the messages to publish, retained, once that is committed.

        *now*: Unix s at the site; *wall*: of real time, for codes; *steady*: as for `idle`.
        """
        self._looked = steady
        new, asked = rollout_rows.undecided(connection, self._zone)
        for row in asked:
            self._answer(connection, row)
        if new and not self._judge.busy:
            self._say_present(connection, str(new[0]["text"]))
        today = datetime.fromtimestamp(now, self._timezone).date()
        if taken := self._judge.take(new, today, self._present or ""):
            recent = rollout_rows.darkened_since(connection, self._zone, now - RECENT_S)
            self._decide(connection, taken[0], self._judge.decide(*taken, recent, wall), now)
            return []  # the decision is on the disk before the receiver's files change
        current, messages = self._current, list[tuple[str, bytes]]()
        if current is not None and current.state == GOING and self._filed(connection, current, now):
            self._look(connection, current, now)
            messages = self._sending.send(connection, current, now)
        if current is not None and current.changed:
            rollout_rows.write_shares(connection, current.id, current.take_changed(), raise_revision(connection))
        return messages

    # -- decisions

    def _decide(self, connection: Connection, row: Row, decision: Decision, now: int) -> None:
        members: list[Member] = []
        if decision.found is not None:
            try:
                members = self._members(connection, row, decision.found)
            except CommandError as error:
                decision = Decision(REFUSED, str(error))
        rev, found = raise_revision(connection), decision.found
        if found is None:
            kept = {"state": decision.state, "answer": decision.why, "decided_at": now, "code": ""}
            rollout_rows.change(connection, row["id"], rev, **kept)
            self._note(connection, row, now, decision.state, {"answer": decision.why})
            return
        for older in rollout_rows.begun(connection, self._zone):
            why = Sentence("rollouts.replaced_by", number=row["id"])
            rollout_rows.change(connection, older["id"], rev, state=REPLACED, answer=why, ended_at=now)
        values: dict[str, Any] = {
            "before": sections.text_of(found.before), "decided_at": now, "second": decision.agreed,
            "darkens": 0 if decision.agreed else len(found.darker), "state": GOING, "answer": "", "code": "",
        }  # fmt: skip
        row = {**row, **values}
        rollout_rows.change(connection, row["id"], rev, seal=self._seal(row), **values)
        detail = {"poles": len(members), "second": decision.agreed, "darker": len(found.darker)}
        self._note(connection, row, now, "accepted", detail)
        planned = waves.plan(members)
        ids = rollout_rows.poles(connection, self._zone, planned.keys())
        new = [Share(name, ids[name].id, wave) for name, wave in planned.items()]
        rollout_rows.add_shares(connection, row["id"], new)
        self._current = self._begun(connection, row)

    def _members(self, connection: Connection, row: Row, found: Examined) -> list[Member]:
        """The poles that *row* is brought to: those that get other settings, and have ever reported."""
        known = rollout_rows.poles(connection, self._zone)
        by_name = found.site.by_name if found.site else {}
        touched = {name: kind for name, kind in found.touched.items() if name in known}
        if row["takes_back"]:  # a pole that the former one has not come to lives by these programmes still
            sent = {one.pole for one in rollout_rows.shares(connection, row["takes_back"]) if one.state != WAITING}
            touched = {name: kind for name, kind in touched.items() if name in sent} or touched
        if not touched:
            raise Refusal("rollouts.never_heard", poles=len(found.touched))
        return [
            Member(name, kind, by_name[name].feeder, known[name].online is not False)
            for name, kind in touched.items()
        ]  # fmt: skip

    def _answer(self, connection: Connection, row: Row) -> None:
        """Does what a person asked of the rollout in *row*."""
        current, values = self._current, dict[str, Any](asked="", asked_by="")
        if current is not None and current.id == row["id"]:
            if row["asked"] == HALT and current.state == GOING:
                values |= {"state": HALTED, "answer": Sentence("rollouts.halted_by", who=str(row["asked_by"])[:64])}
            elif row["asked"] != HALT and current.state == HALTED:
                current.pardoned = current.tally().bad
                values |= {"state": GOING, "answer": "", "pardoned": current.pardoned}
            current.state = values.get("state", current.state)
        rollout_rows.change(connection, row["id"], raise_revision(connection), **values)

    def _look(self, connection: Connection, current: Current, now: int) -> None:
        """Goes on to the next wave, halts or ends, as its poles have answered."""
        current.age(now)
        while current.state == GOING:
            said = waves.verdict(current.wave, current.tally(), current.pardoned)
            if said == waves.WAIT:
                return
            values: dict[str, Any] = {"wave": current.wave}
            if said == waves.STOP:
                bad, poles, some = current.bad()
                why = Sentence("rollouts.halted_bad", bad=bad, poles=poles, some=some)
                values |= {"state": HALTED, "answer": why}
                self._note(connection, current.row, now, "halted", {"answer": why})
                self._say(f"rollout {current.id} is {why}")
            elif current.wave == waves.ALL:
                values |= {"state": DONE, "ended_at": now}
                self._note(connection, current.row, now, "done", current.states())
            else:
                current.wave = values["wave"] = current.wave + 1
            current.state = values.get("state", current.state)
            rollout_rows.change(connection, current.id, raise_revision(connection), **values)

    # -- the receiver's files

    def _filed(self, connection: Connection, current: Current, now: int) -> bool:
        """Whether the receiver's site.toml has the programmes, which are written there; it halts where that fails."""
        if current.row["filed_at"] is not None:
            return True
        values: dict[str, Any] = {"filed_at": now}
        try:
            if self._folder is None:
                raise Refusal("rollouts.no_files")
            file_sections(self._folder, sections.read(current.row["text"]), now, self._timezone)
            current.row["filed_at"] = now
            self._say_present(connection)
        except (CommandError, OSError) as error:
            why = Sentence("rollouts.not_filed", why=str(error))
            current.state = HALTED
            values = {"state": HALTED, "answer": why}
            self._say(f"rollout {current.id}: {why}")
        rollout_rows.change(connection, current.id, raise_revision(connection), **values)
        return current.state == GOING

    def _say_present(self, connection: Connection, drafted: str = "") -> None:
        """Lets who rolls out see which programmes the receiver's files have, unless that is what is *drafted*."""
        try:
            text = sections.text_of(sections.values_of(read_file(self._folder))) if self._folder else ""
        except (CommandError, ValueError) as error:
            self._say(f"no programmes can be rolled out: {error}")
            return
        if text not in (self._present, drafted):
            self._present = text
            rollout_rows.say_present(connection, self._zone, text)

    def _begun(self, connection: Connection, row: Row) -> Current | None:
        """The rollout in *row*, judged before, with its poles; None where the receiver's files are no longer sound."""
        try:
            site = site_with(self._folder, str(row["text"]))
        except CommandError as error:
            self._say(f"rollout {row['id']} does not go on: {error}")
            return None
        shares = rollout_rows.shares(connection, row["id"])
        return Current(row, site, shares, rollout_rows.poles(connection, self._zone))

    def _seal(self, row: Mapping[str, Any]) -> str:
        return self._chain.seal_of(rollout_rows.essence(row))

    def _note(self, connection: Connection, row: Row, now: int, what: str, detail: Mapping[str, Any]) -> None:
        said = {"rollout": row["id"], **{name: value for name, value in detail.items() if value}}
        audit.add(connection, self._zone, now, "receiver", "receiver", what, None, said)
