"""A receiver's loop as far as commands go, on a real store: connect, load, turn, commit, publish; and its street."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import sqlalchemy as sa

from host_tools.city.commands import order_rows
from host_tools.city.commands.dispatch import Dispatch
from host_tools.city.commands.order import Order
from host_tools.city.commands.order_judge import Rules
from host_tools.city.store import tables
from host_tools.city.store.command_tables import command, delivery
from host_tools.city.store.database import Database
from host_tools.keys.key import Key
from host_tools.site.limit import roles
from host_tools.wire.from_pole import Birth, Presence, Said
from tests.host_tools.city.commands.model_poles import SENDER, Killed, ModelPole

ROOT, SITE, FLOOR = "diya/1", "sagar", 20
NOW = 1_795_521_600


def introduce(database: Database, names: Iterable[str], groups: Iterable[str] = ()) -> None:
    """Makes the poles *names* known to the store, as the receiver does when they report."""
    rows = [
        {
            "name": name, "groups": json.dumps(list(groups)), "online": True, "target": 100, "level": 100,
            "birth": json.dumps({"flashNonce": "00112233445566aa"}),
        }
        for name in names
    ]  # fmt: skip
    with database.transaction() as connection:
        connection.execute(sa.insert(tables.pole), rows)


class Receiver:
    """``turn`` ends at the stage that *killed* names, as in model_poles.Street."""

    def __init__(
        self, database: Database, names: Iterable[str], folder: Path, keys: Mapping[str, Key] | None = None,
        rules: Rules | None = None,
    ) -> None:  # fmt: skip
        self.database, self.now = database, NOW
        self.poles = {name: ModelPole(name) for name in names}
        self.said = list[str]()
        self.waiting: list[tuple[Said, bool]] = []
        self.published: list[tuple[str, dict[str, object]]] = []
        self._keys, self._folder = keys or {}, folder
        self.rules = rules or Rules(FLOOR, roles(FLOOR), lambda since, until: False)
        self.start()

    def start(self) -> None:
        self.dispatch = Dispatch(
            ROOT, SITE, self._keys, SENDER, self.rules, self._folder, say=self.said.append
        )  # fmt: skip
        with self.database.transaction() as connection:
            self.dispatch.load(connection, self.now)

    def turn(self, killed: str = "", wall: int = 0) -> None:
        self.dispatch.hear(self.waiting, self.now)
        if killed == "before":
            raise Killed
        with self.database.transaction() as connection:
            messages = self.dispatch.turn(connection, self.now, wall or self.now)
        self.waiting = []
        if killed == "after":
            raise Killed
        for at, (topic, payload) in enumerate(messages):
            if killed == "half" and at >= len(messages) // 2:
                raise Killed
            self._publish(topic, payload)
        self.dispatch.committed()

    def go(self, seconds: int, step: int = 1) -> None:
        for _ in range(0, seconds, step):
            self.turn()
            self.now += step

    def appear(self, name: str, online: bool) -> None:
        pole = self.poles[name]
        if online != pole.online:
            self.waiting.append((Presence(name, online), False))
            if online:
                self.waiting.append((born(name), False))
        pole.online = online

    def order(self, order: Order, names: Iterable[str]) -> int:
        """As a page or `diya send` writes it."""
        with self.database.transaction() as connection:
            [number] = order_rows.write(connection, order, names)
        return number

    def answer(self, number: int) -> tuple[str, str]:
        with self.database.transaction() as connection:
            row = connection.execute(sa.select(command).where(command.c.id == number)).mappings().one()
        return str(row["state"]), str(row["answer"])

    def outcomes(self, number: int) -> dict[str, int]:
        """{state: how many deliveries of the order *number*}"""
        many = sa.select(delivery.c.state, sa.func.count()).where(delivery.c.command == number)
        with self.database.transaction() as connection:
            return {str(state): int(count) for state, count in connection.execute(many.group_by(delivery.c.state))}

    def _publish(self, topic: str, payload: bytes) -> None:
        said = json.loads(payload)
        self.published.append((topic, said))
        where = topic.split("/")
        for name in list(self.poles) if "_group" in where or "_all" in where else [where[-2]]:
            pole = self.poles[name]
            if pole.online:
                ack = pole.take(said["key"], said["sender"], said["n"], said["body"], self.now)
                if ack:
                    self.waiting.append((ack, False))


def born(name: str, nonce: str = "00112233445566aa") -> Birth:
    return Birth(name, NOW, (), "", "", "", False, 0, "", nonce, None, {})
