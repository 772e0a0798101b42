"""The receiver's end of rollouts of programmes: judges what was drafted, files it, and brings it to the poles in waves.

It trusts no row: programmes are judged by the loader and with the poles' own code against the receiver's own folder of
the site, and nothing but them may differ; the second person's code is checked here; only this has the keys.  What the
broker is to retain is kept by record/configurations.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.engine import Connection

from host_tools.city.rollouts import rollout_rows, waves
from host_tools.city.rollouts.current import Current
from host_tools.city.rollouts.examine import Examined, read_file
from host_tools.city.rollouts.filing import file_sections, site_with
from host_tools.city.rollouts.rolling import Rolling
from host_tools.city.rollouts.rollout_judge import Decision, RolloutJudge, Run
from host_tools.city.rollouts.rollout_rows import Row
from host_tools.city.rollouts.ruling import RECENT_S
from host_tools.city.rollouts.sending import Sending
from host_tools.city.rollouts.share import WAITING, Share
from host_tools.city.rollouts.waves import Member
from host_tools.city.store.database import raise_revision
from host_tools.city.store.rollout_tables import GOING, HALTED, PROGRAMMES, REFUSED
from host_tools.errors import CommandError
from host_tools.keys.key import Key
from host_tools.language.refusal import Refusal
from host_tools.language.sentence import Sentence
from host_tools.site import sections


class Roller(Rolling[Share]):
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
        super().__init__(PROGRAMMES, sender, secrets, zone, say)
        self._folder = folder
        self._timezone = timezone or ZoneInfo("UTC")
        self._sending = Sending(root, site, keys, sender, zone, simulated)
        self._judge = RolloutJudge(folder, secrets, run)
        self._present: str | None = None

    def load(self, connection: Connection, now: int) -> None:
        """Takes the rollout that has begun from the store, and says which programmes the receiver's files have."""
        self._judge.forget()
        self._present = None
        self._say_present(connection)
        super().load(connection, now)

    def _busy(self) -> bool:
        return self._judge.busy

    def _decided(self, connection: Connection, new: list[Row], now: int, wall: float) -> bool:
        if new and not self._judge.busy:
            self._say_present(connection, str(new[0]["text"]))
        today = datetime.fromtimestamp(now, self._timezone).date()
        taken = self._judge.take(new, today, self._present or "")
        if taken:
            recent = rollout_rows.darkened_since(connection, self._zone, now - RECENT_S)
            self._decide(connection, taken[0], self._judge.decide(*taken, recent, wall), now)
        return taken is not None

    def _brought(self, connection: Connection, current: Current[Share], now: int) -> list[tuple[str, bytes]]:
        if current.state != GOING or not self._filed(connection, current, now):
            return []
        self._look(connection, current, now)
        return self._sending.send(connection, current, now)

    # -- decisions

    def _decide(self, connection: Connection, row: Row, decision: Decision, now: int) -> None:
        members: list[Member] = []
        if decision.state != REFUSED and (why := self._held_up(connection)):
            decision = Decision(REFUSED, why)
        if decision.found is not None:
            try:
                members = self._members(connection, row, decision.found)
            except CommandError as error:
                decision = Decision(REFUSED, str(error))
        found = decision.found
        if found is None:
            kept = {"state": decision.state, "answer": decision.why, "decided_at": now, "code": ""}
            rollout_rows.change(connection, row["id"], raise_revision(connection), **kept)
            self._note(connection, row, now, decision.state, {"answer": decision.why})
            return
        values: dict[str, Any] = {
            "before": sections.text_of(found.before), "decided_at": now, "second": decision.agreed,
            "darkens": 0 if decision.agreed else len(found.darker),
        }  # fmt: skip
        detail = {"poles": len(members), "second": decision.agreed, "darker": len(found.darker)}
        self._note(connection, row, now, "accepted", detail)
        self._accept(connection, row, waves.plan(members), values)

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

    # -- the receiver's files

    def _filed(self, connection: Connection, current: Current[Share], now: int) -> bool:
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

    def _begun(self, connection: Connection, row: Row) -> Current[Share] | None:
        """The rollout in *row*, judged before, with its poles; None where the receiver's files are no longer sound."""
        try:
            site = site_with(self._folder, str(row["text"]))
        except CommandError as error:
            self._say(f"rollout {row['id']} does not go on: {error}")
            return None
        shares = rollout_rows.shares(connection, row["id"])
        return Current(row, site, shares, rollout_rows.poles(connection, self._zone))
