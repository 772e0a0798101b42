"""Orders through a real Mosquitto to poles that judge as the firmware does; the receiver is killed and comes back.

``MqttReceiver`` does what the receiver's loop does: connect, load, and each turn take, decide, commit, publish.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import paho.mqtt.client as mqtt
import pytest
import sqlalchemy as sa
from paho.mqtt.enums import CallbackAPIVersion

from host_tools.broker.embedded import embedded_broker
from host_tools.broker.mosquitto import Mosquitto
from host_tools.city.commands import order_rows
from host_tools.city.commands.dispatch import Dispatch
from host_tools.city.commands.order import CANCEL, CANCEL_S, Order
from host_tools.city.commands.order_judge import Rules
from host_tools.city.record.sessions import Sessions
from host_tools.city.store.command_tables import delivery
from host_tools.city.store.database import Database
from host_tools.city.store.tables import pole as pole_table
from host_tools.keys.key import Key
from host_tools.site.broker_address import BrokerAddress
from host_tools.site.limit import roles
from host_tools.wire.from_pole import Unreadable, read
from pole.commands.judge import Commands
from pole.lighting import overrides
from pole.lighting.arbiter import Arbiter
from pole.security import replay
from tests.host_tools.city.commands.receiver_bench import introduce
from tests.patience import until
from tests.postgres import sqlite_file

ROOT, SITE, FLOOR = "diya/1", "sagar", 20
NAMES = ["P0001", "P0002", "P0003"]
KEYS = {name: Key(name, name.encode().ljust(32, b".")) for name in ("P0001", "P0002", "W21")}


class Pole:
    """A pole at *address* with a session that the broker does not keep; what it takes is judged by the firmware."""

    def __init__(self, name: str, address: BrokerAddress) -> None:
        self.name, self.applied, self.deaf = name, list[int](), False
        self._address = address
        keys = {one: KEYS[one].secret.hex() for one in (name, "W21") if one in KEYS}
        self._nonce = f"{name[-4:]:0>16}"
        self.marks: dict[str, int] = {}
        self._judge = Commands(keys, self.marks, name, self._nonce)
        self.arbiter = Arbiter()
        self._client: mqtt.Client | None = None

    def begin(self) -> None:
        client = self._client = mqtt.Client(CallbackAPIVersion.VERSION2, self.name, protocol=mqtt.MQTTv311)
        client.will_set(self._topic("presence"), b'{"v":1,"online":false}', 1, True)
        client.on_message = lambda _client, _data, message: self._take(message.topic, message.payload)
        ready = threading.Event()
        client.on_subscribe = lambda *_: ready.set()
        client.connect(self._address.host, self._address.port, 30)
        client.subscribe([(self._topic("command"), 1), (f"{ROOT}/{SITE}/_group/W21/command", 1)])
        client.loop_start()
        assert ready.wait(20)
        self._say("presence", {"v": 1, "online": True}, True)
        self._say("birth", {"v": 1, "groups": ["W21"], "flashNonce": self._nonce}, True)

    def end(self) -> None:
        if self._client:
            self._say("presence", {"v": 1, "online": False}, True)
            self._client.disconnect()
            self._client.loop_stop()
            self._client = None

    def _take(self, topic: str, payload: bytes) -> None:
        now = int(time.time())
        verdict = self._judge.take(topic, payload, now, FLOOR)
        outcome = verdict.outcome, verdict.reason, verdict.detail
        if verdict.mark:
            replay.remember(self.marks, verdict.mark)
        if verdict.cancel and not overrides.cancel(self.arbiter, verdict.cancel.owner, verdict.cancel.ref):
            outcome = "rejected", "unknownReference", "nothing"
        if verdict.override:
            overrides.hold(self.arbiter, verdict.override)
        if outcome[0] == "applied":
            self.applied.append(verdict.n)
        if not self.deaf:
            fields = {"outcome": outcome[0], "reason": outcome[1], "detail": outcome[2]}
            mark = {"mark": verdict.held} if verdict.held else {}
            self._say("ack", {"v": 1, "at": now, "sender": verdict.sender, "n": verdict.n, **fields, **mark})
            decided = self.arbiter.decide(now, None, None, None, 0)
            light = {"level": decided.level, "target": decided.level, "owner": decided.owner}
            self._say("state", {"v": 1, "at": now, "reason": decided.reason, "until": decided.until, **light}, True)

    def _say(self, kind: str, values: dict[str, object], retain: bool = False) -> None:
        if self._client:
            self._client.publish(self._topic(kind), json.dumps(values), 1, retain)

    def _topic(self, kind: str) -> str:
        return f"{ROOT}/{SITE}/{self.name}/{kind}"


class MqttReceiver(threading.Thread):
    """``kill``: it ends after its next commit, before anything of that turn is published."""

    def __init__(self, database: Database, address: BrokerAddress, folder: Path) -> None:
        super().__init__(daemon=True)
        rules = Rules(FLOOR, roles(FLOOR), lambda since, until: False)
        self._dispatch = Dispatch(ROOT, SITE, KEYS, "receiver/orders", rules, folder)
        self._database = database
        self._sessions = Sessions(address, "receiver", f"{ROOT}/{SITE}", f"{ROOT}/{SITE}/_sim/clock")
        self.over = threading.Event()
        self.kill = False

    def run(self) -> None:
        with self._database.transaction() as connection:
            self._dispatch.load(connection, int(time.time()))
        self._sessions.connect(20)
        self._dispatch.reconnected(int(time.time()))
        while not self.over.is_set():
            messages = self._sessions.take(0.05)
            said = [(one, message.retained) for message in messages if not isinstance(one := read(
                message.topic, message.payload), Unreadable)]  # fmt: skip
            now = time.time()
            self._dispatch.hear(said, int(now))
            with self._database.transaction() as connection:
                out = self._dispatch.turn(connection, now, now)
            if self.kill and out:
                break
            self._sessions.acknowledge()
            for topic, payload in out:
                self._sessions.publish(topic, payload)
            self._dispatch.committed()
        self._sessions.close()


@pytest.fixture(scope="module")
def broker() -> Iterator[BrokerAddress]:
    server, _warning = embedded_broker()
    if not isinstance(server, Mosquitto):
        pytest.skip("no Mosquitto on this machine")
    with server as running:
        yield running.address


def order(
    kind: str = "override", scope: dict[str, object] | None = None, seconds: int = 900, **fields: object
) -> Order:
    now = int(time.time())
    ends = now + (CANCEL_S if kind == CANCEL else seconds)
    values: dict[str, object] = {} if kind == CANCEL else {"level": 60, "reason": "festival"}
    return Order("asha", "operator", kind, "operator", ends, written_at=now,
                 scope=scope or {"group": "W21"}, **{**values, **fields})  # type: ignore[arg-type]  # fmt: skip


def test_orders_reach_real_sessions_over_a_kill_and_an_absence(
    database: Database, broker: BrokerAddress, tmp_path: Path
) -> None:
    introduce(database, NAMES, ["W21"])
    with database.transaction() as connection:
        connection.execute(sa.update(pole_table).values(online=None, birth=None))
    poles = {name: Pole(name, broker) for name in NAMES}
    own = database if database.postgresql else sqlite_file(tmp_path / "store.db")
    receiver = MqttReceiver(own, broker, tmp_path)

    def give(given: Order) -> int:
        with database.transaction() as connection:
            [number] = order_rows.write(connection, given, NAMES)
        return number

    def become(number: int, states: dict[str, str]) -> None:
        found = (
            sa.select(pole_table.c.name, delivery.c.state).join(delivery, delivery.c.pole == pole_table.c.id)
            .where(delivery.c.command == number)
        )  # fmt: skip

        def now() -> bool:
            with database.transaction() as connection:
                return dict(connection.execute(found).all()) == states  # type: ignore[arg-type]

        until(now, f"order {number} is {states}", 0.05)

    try:
        for name in NAMES[:2]:
            poles[name].begin()
        receiver.start()
        each = {"poles": NAMES}
        first = give(order(ref="A", scope=dict(each), seconds=3600))  # to each under its own key, or the group's
        become(first, {"P0001": "applied", "P0002": "applied", "P0003": "sent"})
        receiver.kill = True
        second = give(order(ref="B", level=80))  # one message to the group, of which nothing goes out
        receiver.join(20)
        poles["P0001"].deaf = True
        receiver = MqttReceiver(own, broker, tmp_path)
        receiver.start()
        become(second, {"P0001": "sent", "P0002": "applied", "P0003": "sent"})
        poles["P0001"].deaf = False
        poles["P0003"].begin()
        become(first, dict.fromkeys(NAMES, "applied"))
        third = give(order(CANCEL, ref="B"))
        become(third, dict.fromkeys(NAMES, "applied"))
        for name in NAMES:
            assert len(set(poles[name].applied)) == len(poles[name].applied) == 3
            assert [one.ref.partition("\n")[2] or one.ref for one in poles[name].arbiter.held] == ["A"]
    finally:
        receiver.over.set()
        receiver.join(20)
        for one in poles.values():
            one.end()
        if own is not database:
            own.close()
