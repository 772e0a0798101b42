"""The receiver's end of rollouts of releases: judges what is wished, and brings it to the poles in waves.

It trusts no row: role, second person, release, its signature and poles are judged here, by the receiver's own files; a
pole verifies the signature itself as well, and no key that signs releases is here.  Beside what halts a rollout of
programmes, new faults do: of poles that run it, against those that do not yet (`control_group.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection

from host_tools.city.commands.second_person import SecondPersons
from host_tools.city.rollouts import rollout_rows
from host_tools.city.rollouts.current import Current
from host_tools.city.rollouts.rolling import IDLE_S, Rolling
from host_tools.city.rollouts.rollout_rows import Row
from host_tools.city.rollouts.ruling import RECENT_S
from host_tools.city.rollouts.share import SENT, SILENT_S
from host_tools.city.store.database import raise_revision
from host_tools.city.store.rollout_tables import ASKS, DONE, GOING, HALTED, REFUSED, RELEASE
from host_tools.city.updates import confirmed, control_group, fault_rows, kept_release, update_key
from host_tools.city.updates.key_change_rows import Changing
from host_tools.city.updates.plan import Plan, plan, ruling
from host_tools.city.updates.reached import reached, reached_alone
from host_tools.city.updates.update_current import UpdateCurrent
from host_tools.city.updates.update_sending import UpdateSending
from host_tools.city.updates.update_share import ACCEPTED, UpdateShare
from host_tools.city.updates.wish import Wish, wish_of
from host_tools.errors import DiyaError
from host_tools.keys.key import Key
from host_tools.language.refusal import Refusal, refusal
from host_tools.language.sentence import Sentence
from host_tools.site.load import load_site
from host_tools.site.model import Site
from host_tools.wire.envelope import flash_nonce
from host_tools.wire.payload import parsed

LOOK_S = 3600  # between two comparisons with the control group


class UpdateRoller(Rolling[UpdateShare]):
    """Rolls out to the poles of *site* below *root*, sealed with *keys* under the name *sender*, which is its alone.

    *folder* has the site's files (None: they are not here), *secrets* what second persons' codes are checked with.
    *zone*: of the poles that this receiver serves.  *simulated*: the name of a simulation, whose numbers count apart.
    *say* is called with a sentence that an operator should read.
    """

    halts = (GOING, DONE)
    halted_bad = "updates.halted_bad"

    def __init__(
        self, root: str, site: str, keys: Mapping[str, Key], sender: str, folder: Path | None, secrets: Path, *,
        zone: str = "", simulated: str = "", say: Callable[[str], None] = lambda sentence: None,
    ) -> None:  # fmt: skip
        super().__init__(RELEASE, sender, secrets, zone, say)
        self._site, self._folder = site, folder
        self._persons = SecondPersons(secrets)
        self._sending = UpdateSending(root, site, keys, sender, zone, simulated)
        self._changing = Changing(zone)
        self._now = 0
        self._arrival = 0  # key of the newest event that was looked at

    def load(self, connection: Connection, now: int) -> None:
        """Takes the rollout that has begun from the store."""
        self._now, self._arrival = now, 0
        self._sending.connected()
        self._changing.forget()
        super().load(connection, now)

    def connected(self) -> None:
        self._sending.connected()

    def idle(self, steady: float) -> bool:
        changed = self._current is not None and self._current.changed
        return steady < self._looked + IDLE_S and not changed

    # -- decisions

    def _decided(self, connection: Connection, new: list[Row], now: int, wall: float) -> bool:
        current = self._current
        stopping = isinstance(current, UpdateCurrent) and current.state == HALTED and bool(current.to_stop(1))
        if not new or stopping:
            return False
        row = new[0]
        state, why, agreed, found = self._judged(connection, row, now, wall)
        if found is None:
            kept = {"state": state, "answer": why, "decided_at": now, "code": ""}
            rollout_rows.change(connection, row["id"], raise_revision(connection), **kept)
            self._note(connection, row, now, state, {"answer": why})
            return True
        self._now, self._arrival = now, 0
        values: dict[str, Any] = {
            "before": "", "decided_at": now, "second": agreed, "darkens": 0 if agreed else len(found.waves),
            "watched_from": now,
        }  # fmt: skip
        self._note(connection, row, now, "accepted", {"poles": len(found.waves), "second": agreed})
        self._accept(connection, row, found.waves, values)
        return True

    def _judged(self, connection: Connection, row: Row, now: int, wall: float) -> tuple[str, str, str, Plan | None]:
        """The state that the rollout in *row* gets, why, who agreed, and its plan where it begins."""
        try:
            if held := self._held_up(connection):
                raise refusal(held)
            wish = wish_of(row["text"])
            release, site = kept_release.kept(connection, self._site, wish.serial), self._files()
            update_key.check(release, self._folder or Path())
            kept_release.check_age(release, max(now, wall))
            found = self._plan(connection, row, site, release, wish)
            alone = reached_alone(connection, self._zone, now - RECENT_S)
            ruled = ruling(row["role"], found, len(alone - found.waves.keys()))
            if ruled.refused:
                return REFUSED, ruled.refused, "", None
            if not ruled.second:
                return GOING, "", "", found
            if not row["second"]:
                return ASKS, Sentence("rollouts.second", why=ruled.second), "", None
            digest = hashlib.sha256(rollout_rows.as_json(row).encode()).hexdigest()
            wrong = self._persons.check(row["second"], row["code"], row["who"], digest, int(wall))
        except DiyaError as error:
            return REFUSED, str(error), "", None
        return (ASKS, wrong, "", None) if wrong else (GOING, "", str(row["second"]), found)

    def _plan(
        self, connection: Connection, row: Row, site: Site, release: kept_release.Release, wish: Wish
    ) -> Plan:  # fmt: skip
        known = confirmed.poles(connection, self._zone)
        meant = wish.meant(site)
        if self._zone:
            meant &= known.keys()
        if row["takes_back"]:
            if not release.downgrade:
                raise Refusal("updates.not_downgrade", version=release.version, number=row["takes_back"])
            meant &= reached(connection, row["takes_back"])
        return plan(site, release, meant, known)

    def _files(self) -> Site:
        if self._folder is None:
            raise Refusal("updates.no_files")
        return load_site(self._folder)

    def _begun(self, connection: Connection, row: Row) -> UpdateCurrent | None:
        try:
            wish, site = wish_of(row["text"]), self._files()
            release = kept_release.kept(connection, self._site, wish.serial)
        except DiyaError as error:
            self._say(f"rollout {row['id']} does not go on: {error}")
            rollout_rows.change(connection, row["id"], raise_revision(connection), answer=str(error))
            return None
        if row["state"] == GOING and row["answer"]:  # it could not go on before
            rollout_rows.change(connection, row["id"], raise_revision(connection), answer="")
        shares = rollout_rows.shares_as(UpdateShare, connection, row["id"])
        sent = kept_release.messages(connection, [one.id for one in shares if one.state in (SENT, ACCEPTED)])
        nonces = {one.pole: flash_nonce(parsed(sent[one.id][1].encode()) or {}) for one in shares if one.id in sent}
        known = rollout_rows.poles(connection, self._zone)
        return UpdateCurrent(row, site, release, wish, shares, known, nonces, self._now)

    # -- waves

    def _brought(self, connection: Connection, current: Current[UpdateShare], now: int) -> list[tuple[str, bytes]]:
        assert isinstance(current, UpdateCurrent)
        events, self._arrival = fault_rows.undone(connection, self._zone, current.row["decided_at"], self._arrival)
        current.undo(events, now)
        current.change_keys(self._changing.read(connection))
        if current.state == HALTED:
            current.age(now)
            return self._sending.stop(connection, current, now) + self._sending.again(connection, current)
        if messages := self._sending.pieces(connection, current.release.serial):
            return messages
        if messages := self._sending.again(connection, current):
            return messages
        self._look(connection, current, now)
        if current.state == HALTED:
            return self._sending.stop(connection, current, now)
        return self._sending.send(connection, current, now)

    def _settled(self, current: Current[UpdateShare], now: int) -> bool:
        assert isinstance(current, UpdateCurrent)
        last, listened = current.last_answer(), current.listen(now)
        if now - listened < min(current.wish.soak, SILENT_S):
            return False  # faults of the time in which nobody listened may come late
        return last is None or now - (listened if last > now else last) >= current.wish.soak

    def _trouble(self, connection: Connection, current: Current[UpdateShare], now: int, over: bool) -> str:
        assert isinstance(current, UpdateCurrent)
        if current.watched_from > now:  # the clock was set back
            rollout_rows.change(connection, current.id, raise_revision(connection), **self._watch(current, now))
        if current.state != GOING or not (over or now - current.looked_at >= LOOK_S):
            return ""
        faults = fault_rows.new_faults(connection, self._zone, current.watched_from)
        shares = current.shares
        here = [one.pole for one in shares if current.online(one.pole)]
        seen = fault_rows.compared(shares, here, faults, current.watched_from)
        current.looked_at, current.looks = now, current.looks + 1
        kept = {"looked_at": now, "looks": current.looks}
        rollout_rows.change(connection, current.id, raise_revision(connection), **kept)
        if not control_group.worse(seen, current.looks):
            return ""
        some = ", ".join(sorted(one.pole for one in shares if one.pole in faults and one.standing == "good")[:5])
        return Sentence(
            "updates.halted_faults", faulty=seen.updated_faulty, updated=seen.updated, others_faulty=seen.others_faulty,
            others=seen.others, times=round(1 / max(control_group.chance(seen), 1e-12)), some=some,
        )  # fmt: skip

    def _wave(self, current: Current[UpdateShare], now: int) -> dict[str, Any]:
        return self._watch(current, now)

    def _gone_on(self, current: Current[UpdateShare], now: int) -> dict[str, Any]:
        return self._watch(current, now)

    @staticmethod
    def _watch(current: Current[UpdateShare], now: int) -> dict[str, Any]:
        """New faults are compared from *now* on."""
        assert isinstance(current, UpdateCurrent)
        current.watched_from = current.looked_at = now
        return {"watched_from": now, "looked_at": now}
