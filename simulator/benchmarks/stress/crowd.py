"""A crowd of real MQTT connections, each as a pole's link holds one: the same topics, acks and waits.

One asyncio client holds all of them, so it takes more of the machine than the broker does.
"""

from __future__ import annotations

import asyncio
import random
import socket
import ssl
import sys
import time
from collections.abc import Callable
from functools import partial

from host_tools.errors import BrokerError
from pole.wire import contract
from pole.wire.contract import ACK, COMMAND, CONFIG, PRESENCE
from simulator.network import mqtt_stream as mqtt

ROOT, SITE, GROUP = "diya/1", "stress", "ward"
SPREAD_S, BACKOFF_S, MOST_BACKOFF_S = 30.0, 5.0, 120.0  # report.spread, link.backoff, link.maximumBackoff by default
KEEPALIVE_S = 600  # longer than a trial, so that there are no pings in it
PATIENCE_S = 180.0
BIND_ADDRESS_NO_PORT = 24  # of Linux: the port is chosen by connect(), which is quicker
ADDRESSES = 16  # of the loopback, so that the ports of one do not run out


class Wire(asyncio.Protocol):
    """One connection as the client *name*, subscribed to *topics*; *heard* is called with each message.

    ``ready`` is set once the broker has answered CONNECT, SUBSCRIBE and the *first* message, ``lost`` at its end, and
    ``opened`` with the earlier of them.
    """

    def __init__(
        self, name: str, topics: list[str], heard: Callable[[Wire, mqtt.Publish], None],
        first: tuple[str, bytes] | None = None,
    ) -> None:  # fmt: skip
        self.name = name
        self.ready = asyncio.Event()
        self.lost = asyncio.Event()
        self.opened = asyncio.Event()
        self._topics = topics
        self._heard = heard
        self._first = first
        self._reader = mqtt.PacketReader()
        self._packet_id = 1
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        name = self.name.encode()
        head = b"\0\4MQTT\4\2" + KEEPALIVE_S.to_bytes(2, "big")
        self._write(mqtt.frame(mqtt.CONNECT, 0, head + len(name).to_bytes(2, "big") + name))

    def data_received(self, data: bytes) -> None:
        for packet in self._reader.feed(data):
            if packet.kind == mqtt.CONNACK:
                body = b"".join(len(t.encode()).to_bytes(2, "big") + t.encode() + b"\1" for t in self._topics)
                self._write(mqtt.frame(mqtt.SUBSCRIBE, 2, b"\0\1" + body))
            elif packet.kind == mqtt.SUBACK:
                if self._first is None:
                    self._is_ready()
                else:
                    self.publish(*self._first, retain=True)
            elif packet.kind == mqtt.PUBACK:
                self._is_ready()
            elif packet.kind == mqtt.PUBLISH:
                message = mqtt.parse_publish(packet)
                if message.qos:
                    self._write(mqtt.frame(mqtt.PUBACK, 0, message.packet_id.to_bytes(2, "big")))
                self._heard(self, message)

    def connection_lost(self, error: Exception | None) -> None:
        self.lost.set()
        self.opened.set()

    def _is_ready(self) -> None:
        self.ready.set()
        self.opened.set()

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """Publishes with QoS 1."""
        self._packet_id = self._packet_id % 65535 + 1
        self._write(mqtt.publish_frame(topic, payload, 1, retain, self._packet_id))

    def close(self) -> None:
        """Ends it without a word, as a pole does whose power is cut."""
        if self._transport:
            self._transport.abort()

    def _write(self, data: bytes) -> None:
        if self._transport and not self._transport.is_closing():
            self._transport.write(data)


def config_topic(number: int) -> str:
    """The topic of the configuration of the pole *number* of a crowd."""
    topic: str = contract.topic(ROOT, SITE, f"P{number:05}", CONFIG)
    return topic


def _same(wire: Wire) -> Wire:
    return wire


class Crowd:
    """*many* connections to the broker at *port*, with TLS where there is a *context*.

    All moments are seconds of ``time.monotonic``.
    ``begun``: when connections were begun; ``online``: when each pole was online last; ``commanded``, ``configured``:
    when each had its message.
    """

    def __init__(self, port: int, many: int, seed: int, context: ssl.SSLContext | None = None) -> None:
        self.many = many
        self.context = context
        self.begun: list[float] = []
        self.online: dict[int, float] = {}
        self.commanded: dict[int, float] = {}
        self.configured: dict[int, float] = {}
        self._port = port
        self._random = random.Random(seed)
        self._wires: dict[int, Wire] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def come(self, spread_s: float, backoff_s: float) -> None:
        """All connect, each after a random wait below *spread_s* and one below *backoff_s*, and again when they lose
        their connection; returns once all are online.  Raises BrokerError.
        """
        for number in range(self.many):
            first_s = self._random.uniform(0, spread_s) + self._random.uniform(0, backoff_s)
            self._tasks.append(asyncio.create_task(self._live(number, first_s)))
        await self.until(lambda: len(self.online) == self.many, "are online")

    async def until(self, done: Callable[[], bool], what: str) -> None:
        """Returns once *done*; raises BrokerError after PATIENCE_S."""
        end = time.monotonic() + PATIENCE_S
        while not done():
            if time.monotonic() > end:
                raise BrokerError(f"not all of {self.many} connections {what} within {PATIENCE_S:g} s")
            await asyncio.sleep(0.02)

    async def leave(self) -> None:
        """Ends all connections, and connects no more."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for wire in self._wires.values():
            wire.close()
        self._tasks.clear()
        self._wires.clear()
        self.online.clear()
        await asyncio.sleep(0)

    async def _live(self, number: int, first_s: float) -> None:
        """As firmware/pole/link/session.py: wait, try, and wait for longer after each failure."""
        name = f"P{number:05}"
        topics = [
            contract.topic(ROOT, SITE, name, kind)
            for kind in (COMMAND, CONFIG, contract.UPDATE, contract.TIME_ANSWER)
        ]  # fmt: skip
        topics += [contract.group_topic(ROOT, SITE, GROUP), contract.all_topic(ROOT, SITE)]
        first = contract.topic(ROOT, SITE, name, PRESENCE), b'{"v":1,"online":true}'
        wait_s, failures = first_s, 0
        while True:
            await asyncio.sleep(wait_s)
            wire = Wire(f"{SITE}-{name}", topics, lambda wire, message: self._take(number, wire, message), first)
            self.begun.append(time.monotonic())
            try:
                await self._connect(wire, number)
                self._wires[number] = wire
                await wire.opened.wait()
            except OSError:
                pass
            if wire.ready.is_set():
                self.online[number] = time.monotonic()
                failures = 0
                await wire.lost.wait()
                self.online.pop(number, None)
            failures += 1
            longest = min(MOST_BACKOFF_S, BACKOFF_S * 2 ** min(failures - 1, 16))
            wait_s = self._random.uniform(0, longest)

    async def _connect(self, wire: Wire, number: int) -> None:
        loop = asyncio.get_running_loop()
        sock = socket.socket()
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if sys.platform == "linux":
                sock.setsockopt(socket.IPPROTO_IP, BIND_ADDRESS_NO_PORT, 1)
                sock.bind((f"127.0.1.{1 + number % ADDRESSES}", 0))
            await loop.sock_connect(sock, ("127.0.0.1", self._port))
            name = "broker" if self.context else None
            await loop.create_connection(partial(_same, wire), sock=sock, ssl=self.context, server_hostname=name)
        except BaseException:
            sock.close()
            raise

    def _take(self, number: int, wire: Wire, message: mqtt.Publish) -> None:
        now = time.monotonic()
        if message.topic.endswith("/" + CONFIG):
            self.configured[number] = now
        else:
            self.commanded[number] = now
        ack = b'{"v":1,"at":1795538400,"key":"","sender":"stress","n":1,"outcome":"applied"}'
        wire.publish(contract.topic(ROOT, SITE, f"P{number:05}", ACK), ack)
