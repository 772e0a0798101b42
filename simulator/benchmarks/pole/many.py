"""Many poles live, as fast as real time, on real MicroPython with a real Mosquitto: processors, memory, commands.

Processor time is counted, which other load on the computer does not change; when a command reaches the light is by the
clock, which it does.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from host_tools.broker.client import Client
from host_tools.site import load_site
from host_tools.site.broker_address import BrokerAddress
from pole.wire import contract
from simulator.benchmarks import processor_time
from simulator.benchmarks.pole.command import SETTINGS, START, on_output, order
from simulator.nearest_rank import rank
from simulator.network.real import RealNetwork
from simulator.run import Options, simulate
from simulator.street.street import Street

POLES = 200
SETTLED_S, COUNTED_S, APART_S = 90, 90, 30  # from the start; then processor time is counted; then commands come
LEVELS = (70, 100)  # ordered one after the other


@dataclass
class Many:
    """``cores``: by what runs; ``pss_bytes``: proportional set size of all; ``command_ms``: until each PWM changed."""

    poles: int
    cores: dict[str, float] = field(default_factory=dict)
    pss_bytes: int = 0
    reporting: int = 0  # poles that have told their level
    load: float = 0.0
    command_ms: list[float] = field(default_factory=list)
    ordered: int = 0  # lights that commands should have changed
    burst_s: float = 0.0  # processor seconds of all, from the first command to its last light

    def changed_ms(self, share: float) -> float:
        """Milliseconds within which *share* (0 to 1) of the changes of a PWM came; infinite without any."""
        return rank(self.command_ms, share) if self.command_ms else float("inf")


def measure(poles: int = POLES) -> Many:
    """Lives *poles* for some five minutes.  Raises what ``simulate`` raises."""
    found = Many(poles)
    ordered_at = [0.0, 0.0]  # by the clock, and of the processors
    waits: set[str] = set()

    def begin(street: Street) -> None:
        kernel = street.kernel
        site = street.site
        topic = contract.all_topic(site.root, site.name)
        assert isinstance(street.network, RealNetwork)
        client = Client(BrokerAddress(*street.network.broker), wait_s=10)
        before: dict[str, float] = {}

        def changed(pole: str) -> None:
            if pole in waits:
                waits.discard(pole)
                found.command_ms.append((time.monotonic() - ordered_at[0]) * 1000)
                if not waits and not found.burst_s:
                    found.burst_s = sum(processor_s().values()) - ordered_at[1]

        def send(level: int) -> None:
            waits.clear()
            waits.update(street.poles)
            found.ordered += len(waits)
            unix = street.unix_ms()
            ordered_at[1] = sum(processor_s().values())
            ordered_at[0] = time.monotonic()
            client.publish(topic, order(level, unix // 1000, unix, topic), 1)

        def first() -> None:
            before.update(processor_s())
            client.call()
            client.loop_start()

        def last() -> None:
            after = processor_s()
            found.cores = {what: (after[what] - before.get(what, 0.0)) / COUNTED_S for what in after}
            found.pss_bytes = sum(pss(pid) for pid in _family())
            found.reporting = len(street.recorder.levels)
            found.load = os.getloadavg()[0]

        for name, stage in street.poles.items():
            on_output(stage.pole, lambda _duty, name=name: changed(name))  # type: ignore[misc]
        kernel.at(SETTLED_S * 1000, first)
        kernel.at((SETTLED_S + COUNTED_S) * 1000, last)
        for place, level in enumerate(LEVELS):
            kernel.at((SETTLED_S + COUNTED_S + (place + 1) * APART_S) * 1000, lambda level=level: send(level))  # type: ignore[misc]
        kernel.at((SETTLED_S + COUNTED_S + (len(LEVELS) + 1) * APART_S) * 1000 - 500, client.leave)

    hours = (SETTLED_S + COUNTED_S + (len(LEVELS) + 1) * APART_S) / 3600
    site = load_site("sagar", poles)
    simulate(Options(site, START, hours, "micropython", 1.0, broker="embedded", settings=SETTINGS), begin=begin)
    return found


def processor_s() -> dict[str, float]:
    """Processor seconds until now: of the poles' machines, the broker, and the simulator itself."""
    out: dict[str, float] = {}
    for pid in _family():
        name = Path(f"/proc/{pid}/comm").read_text().strip()
        what = "simulator" if pid == os.getpid() else "broker" if name.startswith("mosquitto") else "poles"
        out[what] = out.get(what, 0.0) + (processor_time.used_s(pid) or 0.0)
    return out


def pss(pid: int) -> int:
    """Proportional set size of a process: what it shares with others counts in part."""
    return pss_of(Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines())


def pss_of(lines: Iterable[str]) -> int:
    """Bytes of Pss in *lines* of smaps_rollup."""
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def _family() -> list[int]:
    """This process and its children."""
    own = os.getpid()
    found = [own]
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            if parent == own:
                found.append(int(entry.name))
    return found
