"""From a command to the light: when PWM first gives another level, in virtual time and by real clocks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from statistics import median
from typing import Any, NamedTuple, cast

from host_tools.keys.key import Key
from host_tools.site import load_site
from host_tools.wire import commands, envelope
from pole.wire import contract
from simulator.benchmarks.pole.start import BYTES_PER_US, READ_US, SLOWER
from simulator.device_modules import hostops, ops
from simulator.run import Options, simulate
from simulator.street.pole_runner import VirtualPole
from simulator.street.street import Street

KEY = Key("sagar", b"k" * 32)  # the site's: a command for all stands under it
SETTINGS = {"keys": {KEY.name: KEY.secret.hex()}}
START = datetime(2026, 11, 24, 20)  # the lamps are lit
LEVELS = (70, 100, 60, 90)  # ordered one after the other
JUDGED = ("while a command's JSON is read", "while its envelope is checked", "while it is understood",
          "while it is obeyed")  # fmt: skip
_FIRST_MS, _APART_MS = 600_000, 60_000


class Answered(NamedTuple):
    """Until the light follows: ``waited_ms`` of the pole's own time, ``compute_ms`` and ``read_ms`` of a chip."""

    waited_ms: float
    compute_ms: float
    read_ms: float

    @property
    def ms(self) -> float:
        return self.waited_ms + self.compute_ms + self.read_ms


def order(level: int, now_unix: int, n: int, topic: str) -> bytes:
    """The payload of a command for *level* percent for ten minutes, without a ramp."""
    return envelope.seal(topic, "bench", n, commands.override(level, now_unix + 600, ramp_s=0), KEY)


def on_output(pole: VirtualPole, changed: Callable[[int], None], received: Callable[[], None] | None = None) -> None:
    """Calls *changed* with the duty each time PWM gives another, and *received* whenever the broker's bytes came."""
    handle = pole.handle
    last = [-1]

    def handled(op: int, a: int, b: int, data: bytes) -> tuple[int, bytes]:
        if op == ops.PWM_SET and b != last[0]:
            last[0] = b
            changed(b)
        answer = handle(op, a, b, data)
        if op == hostops.RECV and answer[0] > 0 and received:
            received()
        return answer

    pole.handle = handled  # type: ignore[method-assign]


def computed_s(pole: VirtualPole) -> float:
    """Processor seconds that the MicroPython of *pole* has taken."""
    runner: Any = pole._runner
    return float(runner._vm.computed_s())


def measure(reads: dict[str, tuple[int, int]]) -> Answered:
    """A pole on the real MicroPython; *reads*: of the flash for each of ``JUDGED``, as (count, bytes)."""
    waits: list[int] = []
    computes: list[float] = []
    came = [0, 0.0]  # ms of the run, processor seconds

    def begin(street: Street) -> None:
        kernel, broker = street.kernel, cast(Any, street.network).broker
        topic = contract.all_topic("diya/1", "sagar")

        def received() -> None:
            came[:] = kernel.now_ms, computed_s(pole)

        def changed(_duty: int) -> None:
            if came[0] >= _FIRST_MS and len(waits) < (kernel.now_ms - _FIRST_MS) // _APART_MS + 1:
                waits.append(kernel.now_ms - int(came[0]))
                computes.append(computed_s(pole) - came[1])

        (pole,) = [stage.pole for stage in street.poles.values()]
        on_output(pole, changed, received)
        for place, level in enumerate(LEVELS):
            ms = _FIRST_MS + place * _APART_MS
            unix = street.time.unix(ms)
            payload = order(level, unix, unix * 1000, topic)
            kernel.at(ms, partial(broker.publish, topic, payload, 1))

    hours = (_FIRST_MS + len(LEVELS) * _APART_MS) / 3_600_000
    simulate(Options(load_site("sagar", 1), START, hours, "micropython", settings=SETTINGS), begin=begin)
    assert len(waits) == len(LEVELS), f"{len(waits)} of {len(LEVELS)} commands changed the light"
    read_us = sum(count * READ_US + size / BYTES_PER_US for count, size in (reads[what] for what in JUDGED))
    return Answered(median(waits), min(computes) * 1000 * SLOWER, read_us / 1000)
