"""What one Mosquitto takes of a crowd of real connections: rates, times and its processor time."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from host_tools.broker.mosquitto import Mosquitto
from host_tools.wire import commands, envelope
from pole.wire import contract
from simulator.benchmarks.processor_time import used_s
from simulator.benchmarks.stress.crowd import BACKOFF_S, GROUP, ROOT, SITE, SPREAD_S, Crowd, Wire, config_topic
from simulator.network import mqtt_stream as mqtt

CONFIG_BYTES = 1200  # of a configuration, as those of Sagar
DOWN_S = 1.0  # without a broker: as a supervisor starts it again
SPARE_FILES = 200
PER_WRITE = 100  # configurations that the city publishes before others have a turn


@dataclass
class Taken:
    """Of *many* connections; all times in ms from the beginning of that step, one for each connection.

    ``spread_begun``, ``spread``: begun and online as poles come after a start; ``storm``: online where all come at
    once; ``connect_ms``: the broker's processor time of one connection, None where the system does not say it.
    ``commanded``, ``acked``: a command to the group, and its acks with the city; ``configured``: a retained
    configuration of CONFIG_BYTES for each.  ``again_begun``, ``again``: begun and online after the broker was killed
    and came back after DOWN_S, as poles come.
    """

    many: int
    spread_begun: list[int] = field(default_factory=list)
    spread: list[int] = field(default_factory=list)
    storm: list[int] = field(default_factory=list)
    connect_ms: float | None = None
    commanded: list[int] = field(default_factory=list)
    acked: list[int] = field(default_factory=list)
    configured: list[int] = field(default_factory=list)
    again_begun: list[int] = field(default_factory=list)
    again: list[int] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """Connections a second that were taken where all came at once."""
        return 1000 * self.many / max(1, *self.storm)


def most(asked: int) -> int:
    """As many connections as asked for, or as this system allows a process to have files."""
    try:
        import resource
    except ImportError:  # Windows
        return min(asked, 400)
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY:
        asked = min(asked, hard - SPARE_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(_soft, min(asked + SPARE_FILES, 1 << 20)), hard))
    return asked


def measured(many: int, seed: int) -> Taken:
    """What a Mosquitto of our own takes of *many* connections.  Raises BrokerError."""
    with Mosquitto(queued=max(20000, 2 * many)) as broker:
        return asyncio.run(_Measuring(broker, most(many), seed).run())


def measured_secure(many: int, seed: int) -> Taken | None:
    """The same with TLS, and a certificate of the curve P-256; None where there is no OpenSSL to make one."""
    program = shutil.which("openssl")
    if program is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = Path(folder) / "broker.pem", Path(folder) / "broker.key"
        words = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
        words += ["-subj", "/CN=broker", "-keyout", str(key), "-out", str(certificate)]
        subprocess.run([program, *words], check=True, capture_output=True)
        context = ssl.create_default_context(cafile=certificate)
        context.check_hostname = False
        with Mosquitto(queued=max(20000, 2 * many), tls=(certificate, key)) as broker:
            return asyncio.run(_Measuring(broker, most(many), seed, context).run())


class _Measuring:
    def __init__(self, broker: Mosquitto, many: int, seed: int, context: ssl.SSLContext | None = None) -> None:
        self._broker = broker
        self._crowd = Crowd(broker.port, many, seed, context)
        self._taken = Taken(many)
        self._acks: list[float] = []

    async def run(self) -> Taken:
        crowd, taken = self._crowd, self._taken
        try:
            began, used = time.monotonic(), used_s(self._broker.pid)
            await crowd.come(0.0, 0.0)
            taken.storm = _since(began, crowd.online.values())
            now = used_s(self._broker.pid)
            if used is not None and now is not None:
                taken.connect_ms = 1000 * (now - used) / taken.many
            await crowd.leave()
            await asyncio.sleep(1)
            crowd.begun.clear()
            began = time.monotonic()
            await crowd.come(SPREAD_S, BACKOFF_S)
            taken.spread_begun, taken.spread = _since(began, crowd.begun), _since(began, crowd.online.values())
            await self._command()
            await self._replace()
        finally:
            await crowd.leave()
        return taken

    async def _command(self) -> None:
        """The city's command to the group, and a configuration for each."""
        crowd, taken = self._crowd, self._taken
        city = Wire("city", [f"{ROOT}/{SITE}/+/{contract.ACK}"], self._acked)
        await asyncio.get_running_loop().create_connection(
            lambda: city, "127.0.0.1", self._broker.port, ssl=crowd.context
        )
        await city.ready.wait()
        topic = contract.group_topic(ROOT, SITE, GROUP)
        began = time.monotonic()
        city.publish(topic, envelope.seal(topic, "stress", 1, commands.override(40, 1795538400)))
        await crowd.until(lambda: len(self._acks) >= taken.many, "have acknowledged the command")
        taken.commanded, taken.acked = _since(began, crowd.commanded.values()), _since(began, self._acks)
        began = time.monotonic()
        body = b"x" * CONFIG_BYTES
        for number in range(taken.many):
            city.publish(config_topic(number), body, retain=True)
            if number % PER_WRITE == 0:
                await asyncio.sleep(0)
        await crowd.until(lambda: len(crowd.configured) >= taken.many, "have their configuration")
        taken.configured = _since(began, crowd.configured.values())
        city.close()

    async def _replace(self) -> None:
        """The broker is killed and another one starts."""
        crowd, taken = self._crowd, self._taken
        crowd.begun.clear()
        self._broker.crash()
        await crowd.until(lambda: not crowd.online, "have noticed the end of the broker")
        await asyncio.sleep(DOWN_S)
        began = time.monotonic()
        await asyncio.to_thread(self._broker.start)
        await crowd.until(lambda: len(crowd.online) == taken.many, "are online with the new broker")
        taken.again_begun = [ms for ms in _since(began, crowd.begun) if ms >= 0]
        taken.again = _since(began, crowd.online.values())

    def _acked(self, wire: Wire, message: mqtt.Publish) -> None:
        self._acks.append(time.monotonic())


def _since(began: float, moments: Iterable[float]) -> list[int]:
    return [round(1000 * (moment - began)) for moment in moments]
