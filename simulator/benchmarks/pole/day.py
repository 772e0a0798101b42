"""A day of a quiet pole in virtual time: what it puts on the air, how often its chip wakes, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from host_tools.site import load_site
from simulator.benchmarks.pole import air
from simulator.benchmarks.pole.air import Air, Chunk
from simulator.device_modules import hostops, ops
from simulator.network.endpoint import SOCK_STREAM, Endpoint
from simulator.run import Options, simulate
from simulator.street.pole_runner import VirtualPole
from simulator.street.street import Street

START = datetime(2026, 11, 24, 12)
SETTLED_MS = 3_600_000  # the first hour has the start and its birth
HOURS = 24
_DATAGRAM_BYTES = 48  # of SNTP, each way

# what a wake-up did, by the calls to its chip and to its sockets: the first that it made is why it woke
REASONS = {
    hostops.RECV: "the broker sends",
    hostops.SEND: "a report or a ping",
    ops.UART_WRITE: "the meter is asked",
    ops.UART_READ: "the meter is read",
    ops.ADC_READ: "the photocell is read",
    ops.PWM_SET: "a turn without a sample: ramp, counters, photocell",
}
NOTHING = "nothing was due: asyncio alone"


@dataclass(frozen=True)
class Day:
    """``air``: bytes of the day; ``wakes``: of the day, by reason."""

    air: Air
    wakes: Counter[str]
    hours: int

    @property
    def wakes_an_hour(self) -> float:
        return self.wakes.total() / self.hours


class _Listened:
    """An endpoint of a pole, which notes what it carries."""

    def __init__(self, of: Endpoint, note: Callable[[bool, bytes], None]) -> None:
        self._of, self._note = of, note
        self.ready, self.close, self.vanish = of.ready, of.close, of.vanish

    def send(self, data: bytes) -> int:
        taken = self._of.send(data)
        if taken > 0:
            self._note(True, data[:taken])
        return taken

    def recv(self, limit: int) -> bytes | int:
        out = self._of.recv(limit)
        if isinstance(out, bytes) and out:
            self._note(False, out)
        return out


def live(hours: int = HOURS, engine: str = "cpython", settings: Mapping[str, Any] | None = None) -> Day:
    """Lives *hours* of one pole of Sagar on which nothing happens, after its first hour; *settings* over its own."""
    connections: list[list[Chunk]] = []
    datagrams: Counter[bool] = Counter()
    wakes: Counter[str] = Counter()
    end_ms = SETTLED_MS + hours * 3_600_000

    def begin(street: Street) -> None:
        kernel, network = street.kernel, cast(Any, street.network)
        connect = network.connect

        def listened(pole: str, kind: int, address: str, port: int, changed: Callable[[], None]) -> Any:
            found = connect(pole, kind, address, port, changed)
            if kind != SOCK_STREAM:
                return _Listened(found, lambda up, _data: datagrams.update([up] if kernel.now_ms >= SETTLED_MS else []))
            chunks: list[Chunk] = []
            connections.append(chunks)
            return _Listened(found, lambda up, data: chunks.append(Chunk(kernel.now_ms, up, data)))

        network.connect = listened
        for stage in street.poles.values():
            _watch(stage.pole, lambda: kernel.now_ms >= SETTLED_MS, wakes)

    site = load_site("sagar", 1)
    simulate(Options(site, START, hours + SETTLED_MS / 3_600_000, engine, settings=settings or {}), begin=begin)
    whole = Air()
    for chunks in connections:
        _add(whole, air.count(chunks, SETTLED_MS, end_ms))
    for up, many in datagrams.items():
        cost = whole.of(up, "time servers")
        cost.payload, cost.header, cost.messages = many * _DATAGRAM_BYTES, many * air.DATAGRAM, many
    return Day(whole, wakes, hours)


def _watch(pole: VirtualPole, counts: Callable[[], bool], wakes: Counter[str]) -> None:
    """Counts in *wakes* why *pole* wakes, as long as *counts* says so."""
    called: set[int] = set()
    handle, step = pole.handle, pole._step

    def handled(op: int, a: int, b: int, data: bytes) -> tuple[int, bytes]:
        called.add(op)
        return handle(op, a, b, data)

    def stepped(plan: int) -> None:
        before = pole.steps
        called.clear()
        step(plan)
        if pole.steps > before and counts():
            wakes[reason(called)] += 1

    pole.handle = handled  # type: ignore[method-assign]
    pole._step = stepped  # type: ignore[method-assign]


def reason(called: set[int]) -> str:
    """Why a pole woke that made the calls *called* until it slept again."""
    return next((REASONS[op] for op in REASONS if op in called), NOTHING)


def _add(whole: Air, part: Air) -> None:
    for up, costs in ((True, part.up), (False, part.down)):
        for kind, cost in costs.items():
            into = whole.of(up, kind)
            for name, value in vars(cost).items():
                setattr(into, name, getattr(into, name) + value)
