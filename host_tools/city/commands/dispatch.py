"""The receiver's end of the commands: decides on what was ordered, and brings it to the poles.

It trusts no row: who may order what is judged by the receiver's own site, the second person's code is checked here, and
only this has the keys.  The receiver's loop calls, each turn:

    dispatch.hear(said, now)                                 what poles said, each with whether it was retained
    messages = dispatch.turn(connection, now, wall)          within the transaction of the turn
    (commit, then publish the messages with QoS 1)
    dispatch.committed()

``load`` comes first, and again after each transaction that was not committed; ``reconnected`` after each new session
with the broker.  Killed at any moment, it sends what it had given a number again, under the same number.

A pole that was flashed anew has forgotten what it held.  A lock goes out to it once more: it was ordered days before,
and nobody looks whether it is still there.  Who orders another light sees what becomes of it.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection

from host_tools.city.commands import audit, order_rows
from host_tools.city.commands.audit import Chain
from host_tools.city.commands.delivery import NO_KEY, REJECTED
from host_tools.city.commands.due_messages import Send
from host_tools.city.commands.keys_of_deliveries import KeyRing
from host_tools.city.commands.order import CANCEL, Order, read
from host_tools.city.commands.order_judge import OrderJudge, Rules
from host_tools.city.commands.order_rows import Known
from host_tools.city.commands.outbox import Outbox
from host_tools.city.commands.sender_rows import SenderNumbers
from host_tools.city.store.command_tables import ACCEPTED, REFUSED
from host_tools.city.store.database import raise_revision
from host_tools.errors import CommandError
from host_tools.keys.key import Key
from host_tools.language.refusal import Refusal
from host_tools.language.sentence import Sentence
from host_tools.wire import envelope
from host_tools.wire.from_pole import Ack, Birth, Presence, Said, State
from pole.wire import contract

MOST_ORDERS = 20  # decided in one turn
LOCK = "lock"  # the owner, of city_side.OWNERS


class Dispatch:
    """Brings orders to the poles of *site* below *root*, sealed with *keys* under the name *sender*.

    No other program or task may send under that name.  *folder* has the secrets of second persons and the audit's key.
    *zone*: of the poles that this receiver serves.  *simulated*: the name of a simulation, whose numbers count apart.
    *say* is called with a sentence that an operator should read.
    """

    def __init__(
        self, root: str, site: str, keys: Mapping[str, Key], sender: str, rules: Rules, folder: Path, *,
        zone: str = "", simulated: str = "", say: Callable[[str], None] = lambda sentence: None,
    ) -> None:  # fmt: skip
        self._root, self._site, self._keys, self._rules, self._say = root, site, keys, rules, say
        self._sender, self._zone, self._simulated = sender, zone, simulated
        self._ring = KeyRing(keys, site, rules.floor)
        self._judge = OrderJudge(rules, folder)
        self._chain = Chain(folder, zone)
        self._outbox = Outbox(sender)
        self._known: dict[str, Known] = {}
        self._trouble = ""
        self._flashed = False  # a pole may have been, and forgotten a lock

    def load(self, connection: Connection, now: int) -> None:
        """Takes all that is not over from the store."""
        self._known = order_rows.known_poles(connection, self._zone)
        self._flashed = True
        away = [name for name, one in self._known.items() if one.online is False]
        self._outbox.load(order_rows.load_open(connection, self._accepted(connection, now)), now, away)
        if cut_off := self._chain.load(connection, now):
            self._say(cut_off)

    def _accepted(self, connection: Connection, now: int) -> dict[int, Order]:
        """The orders in force that this receiver has accepted; a row that says so and was changed is refused."""
        out = {}
        self._judge.forget()
        for row, poles in order_rows.accepted(connection, self._zone, now):
            order = self._genuine(row, poles)
            if order is not None:
                out[order.id] = order
                self._judge.note(order, dict.fromkeys(poles))
                continue
            why = Sentence("commands.row_changed")
            order_rows.decide(connection, row["id"], 0, state=REFUSED, answer=why)
            audit.add(connection, self._zone, now, "receiver", "receiver", "rowChanged", row["id"], {"answer": why})
            self._say(f"order {row['id']} is not sent: {why}")
        return out

    def _genuine(self, row: Mapping[str, Any], poles: Iterable[str]) -> Order | None:
        """The order in *row*, which says that this receiver accepted it for *poles*; None where it did not."""
        try:
            order = read(row)
        except CommandError:
            return None
        return order if hmac.compare_digest(self._seal(order, poles), str(row["seal"])) else None

    def _give_again(self, connection: Connection, now: int) -> None:
        """Locks that poles applied before they were flashed anew are to go out to them once more."""
        lost: dict[int, list[str]] = {}
        for number, name, nonce in order_rows.applied(connection, self._zone, LOCK, now):
            known = self._known.get(name)
            if known and known.nonce not in ("", nonce):
                lost.setdefault(number, []).append(name)
        for row, poles in order_rows.accepted(connection, self._zone, now) if lost else ():
            names = lost.get(row["id"], [])
            order = self._genuine(row, poles) if names else None
            if order is None:
                continue
            groups = {name: self._groups(name) for name in names}
            again = self._ring.deliveries(order, groups, self._known.keys() | self._rules.groups.keys(), {})
            for one in again:
                one.to_many = ""  # the others have it
            self._outbox.add(again, now)

    def _seal(self, order: Order, poles: Iterable[str]) -> str:
        return self._chain.seal_of([*order.essence(), sorted(poles)])

    def reconnected(self, now: int) -> None:
        """A new session with the broker: births may have been missed."""
        self._outbox.reconnected(now)

    @property
    def open(self) -> int:
        """How many deliveries are not over."""
        return self._outbox.open

    def hear(self, said: Iterable[tuple[Said, bool]], now: int) -> None:
        """Takes what poles *said*, in order, each with whether it was retained."""
        for one, retained in said:
            known = self._known.get(one.pole)
            if isinstance(one, Presence):
                if known:
                    known.online = one.online
                if not one.online:
                    self._outbox.away([one.pole])
                    continue
            elif isinstance(one, Birth):
                known = self._known.setdefault(one.pole, Known(0))
                new = known.nonce != one.flash_nonce  # what was sealed for another nonce was refused
                self._flashed = self._flashed or new
                known.groups, known.nonce = one.groups, one.flash_nonce
                if new or not retained:
                    self._outbox.births([one.pole], now)
                    continue
            elif isinstance(one, Ack):
                self._outbox.acks([one], now)
            elif isinstance(one, State):
                if known:
                    known.target = one.target
                self._outbox.states([one], now)
            if not retained:
                self._outbox.heard([one.pole], now)

    def turn(self, connection: Connection, now: float, wall: float) -> list[tuple[str, bytes]]:
        """Decides on new orders and writes all that has changed; the messages to publish once that is committed.

        *now*: Unix s at the site; *wall*: of real time, for codes.
        """
        rows = order_rows.undecided(connection, self._zone, MOST_ORDERS)
        messages: list[tuple[str, bytes]] = []
        if self._flashed:
            self._give_again(connection, int(now))
            self._flashed = False  # where this transaction fails, `load` comes next
        if rows or not self._outbox.idle(int(now)):
            rev = raise_revision(connection)
            for row in rows:
                self._decide(connection, row, int(now), int(wall), rev)
            numbers = SenderNumbers(connection, self._sender, int(now * 1000), self._simulated)
            sends = self._outbox.due(int(now), numbers)
            for send in sends:
                for one in send.deliveries:
                    one.nonce = self._known[one.pole].nonce if one.pole in self._known else ""
            messages = [message for send in sends if (message := self._sealed(send))]
            changed = self._outbox.take_changed()
            self._find(connection, [one.pole for one in changed])
            ids = {one.pole: self._known[one.pole].id for one in changed}
            order_rows.write_deliveries(connection, changed, ids, rev)
        self._chain.chain(connection)
        return messages

    def committed(self) -> None:
        """The transaction of this turn is on the disk."""
        try:
            self._chain.committed()
            self._trouble = ""
        except CommandError as error:  # the audit goes on; its end is kept as soon as it can be
            if str(error) != self._trouble:
                self._say(str(error))
            self._trouble = str(error)

    # -- decisions

    def _decide(self, connection: Connection, row: Mapping[str, Any], now: int, wall: int, rev: int) -> None:
        number = int(row["id"])
        try:
            order = replace(read({**row, "decided_at": None}), decided_at=now)
            order.body()
            poles = self._poles(connection, order)
            present = {name: self._known[name].target for name in poles}
            state, why, agreed = self._judge.judge(order, present, now, wall)
            order = replace(order, second=agreed)  # a name without a code that was checked says nothing
        except CommandError as error:
            why, state, agreed, poles = str(error), REFUSED, "", {}
        seal = self._seal(order, poles) if state == ACCEPTED else ""
        order_rows.decide(connection, number, rev, state=state, answer=why, decided_at=now, seal=seal, second=agreed)
        detail = {"answer": why, "poles": len(poles), "second": agreed}
        audit.add(
            connection, self._zone, now, "receiver", "receiver", state, number, {k: v for k, v in detail.items() if v}
        )
        if state != ACCEPTED:
            return
        self._judge.note(order, present)
        held = order_rows.may_hold(connection, order, now) if order.kind == CANCEL else {}
        known = self._known.keys() | self._rules.groups.keys()
        self._outbox.add(self._ring.deliveries(order, poles, known, held), now)

    def _poles(self, connection: Connection, order: Order) -> dict[str, Collection[str]]:
        """The poles of *order* with their groups: of a whole group, all that will hear it."""
        named = order_rows.targets(connection, order.id)
        self._find(connection, named)
        wanted = dict.fromkeys(named)
        if (group := order.group) is not None:
            more = [name for name, one in self._known.items() if one.id and group in ("", *self._groups(name))]
            new = [name for name in more if name not in wanted]
            order_rows.add_deliveries(connection, order.id, [self._known[name].id for name in new])
            wanted |= dict.fromkeys(new)
            strange = [name for name in named if group not in ("", *self._groups(name))]
            if strange:
                raise Refusal("commands.not_in_group", group=group, pole=strange[0])
        return {name: self._groups(name) for name in wanted}

    def _groups(self, name: str) -> Collection[str]:
        known = self._known.get(name)
        return {*(known.groups if known else ()), *self._rules.groups.get(name, ())}

    # -- messages

    def _sealed(self, send: Send) -> tuple[str, bytes] | None:
        """The topic and payload of *send*; None, and its deliveries rejected, where its key is no longer there."""
        key = self._keys.get(send.key_name)
        if send.key_name and key is None:
            for one in send.deliveries:
                self._outbox.give_up(one, REJECTED, NO_KEY, f"the key file has no key {send.key_name} any more")
            return None
        known = self._known.get(send.to)
        nonce = known.nonce if known and not send.many and send.key_name == send.to else ""
        topic = f"{self._root}/{self._site}/{send.to}/{contract.COMMAND}"
        return topic, envelope.seal(topic, send.sender, send.n, send.body, key, nonce)

    def _find(self, connection: Connection, names: Iterable[str]) -> None:
        """Sees to it that the keys of the poles *names* are known."""
        new = [name for name in names if name not in self._known or not self._known[name].id]
        for name, number in order_rows.ids_of(connection, new).items() if new else ():
            self._known.setdefault(name, Known(0)).id = number
