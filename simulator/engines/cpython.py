"""The engine that runs poles inside this process, under CPython: breakpoints, coverage, thousands of poles.

Drivers import ``machine`` and its like; here those names are the virtual modules, which use the chip of the pole that
is being stepped.  The firmware's own modules are shared by all poles, which is why none of them keeps state of its own.
"""

from __future__ import annotations

import gc
import importlib
import io
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from host_tools.firmware_build.sources import start_module
from simulator.device_modules import ops
from simulator.engines import cpython_timers, releases
from simulator.engines.cpython_console import TypedLines
from simulator.engines.cpython_net import CpythonNet
from simulator.engines.engine import Hardware, PoleDied, Runner
from simulator.engines.signals import WaitingSignals
from simulator.engines.virtual_loop import VirtualLoop
from simulator.hardware.flash import Flash
from simulator.hardware.little_files import LittleFiles

VIRTUAL = "simulator.device_modules."
YOUNG_OBJECTS = 50_000  # poles leave few circles behind: the collector need not look for them at each 700th object
REPLACED = ("machine", "network", "esp32", "pulse_counter")
TIMERS = "timers"  # where machine.py finds its Timer


class _Stepped:
    """The pole that is being stepped: one at a time in a process, so the virtual modules use its chip."""

    def __init__(self) -> None:
        self.handle: Callable[[int, int, int, bytes], tuple[int, bytes]] = _none

    def call(self, op: int, a: int = 0, b: int = 0, data: bytes = b"") -> int:
        return self.handle(op, a, b, data if type(data) is bytes else bytes(data))[0]

    def post(self, op: int, a: int = 0, b: int = 0, data: bytes = b"") -> None:
        self.handle(op, a, b, data if type(data) is bytes else bytes(data))

    def read(self, op: int, a: int = 0, b: int = 0, data: bytes = b"") -> bytes:
        value, out = self.handle(op, a, b, bytes(data))
        if value < 0:
            raise OSError(-value)
        return out

    def read_into(self, op: int, buffer: bytearray, a: int = 0, b: int = 0) -> int:
        value, out = self.handle(op, a, b, b"")
        if out:
            buffer[: len(out)] = out
        return value


def _none(_op: int, _a: int, _b: int, _data: bytes) -> tuple[int, bytes]:
    raise RuntimeError("a virtual module was called while no pole was being stepped")


_stepped = _Stepped()
_signals = WaitingSignals()


class _NoHardware:
    """The hardware of a pole without power: no call of its unwinding code has an effect."""

    name = ""
    folder = Path()
    flash = Flash(0)
    loud = False

    def handle(self, op: int, a: int, b: int, data: bytes) -> tuple[int, bytes]:
        return 0, b""


class CPythonEngine:
    """Puts the virtual modules in the place of ``machine``, ``network`` and ``esp32`` for as long as it is open."""

    name = "cpython"

    def __init__(self) -> None:
        self._before = {name: sys.modules.get(name) for name in (*REPLACED, TIMERS, "_chip", "ops")}
        chip = ModuleType("_chip")
        chip.call = _stepped.call  # type: ignore[attr-defined]
        chip.post = _stepped.post  # type: ignore[attr-defined]
        chip.read = _stepped.read  # type: ignore[attr-defined]
        chip.read_into = _stepped.read_into  # type: ignore[attr-defined]
        sys.modules["_chip"] = chip
        sys.modules["ops"] = importlib.import_module(VIRTUAL + "ops")
        sys.modules[TIMERS] = cpython_timers
        for name in REPLACED:
            sys.modules[name] = importlib.import_module(VIRTUAL + name)
        _signals.install()
        self._thresholds = gc.get_threshold()
        gc.set_threshold(YOUNG_OBJECTS, *self._thresholds[1:])

    def start(self, hardware: Hardware) -> Runner:
        return CPythonRunner(hardware)

    def close(self) -> None:
        gc.set_threshold(*self._thresholds)
        _signals.remove()
        for name, module in self._before.items():
            if module is None:
                sys.modules.pop(name, None)
            else:
                sys.modules[name] = module


class Console(io.TextIOBase):
    """What a pole prints goes to the end of its console.log."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.error: OSError | None = None  # of this machine's disk, of which the firmware must not learn

    def write(self, text: str) -> int:
        try:
            with self._path.open("a") as file:
                return file.write(text)
        except OSError as error:
            self.error = error
            return len(text)


class CPythonRunner:
    """One run of one pole, from start to reset: its own event loop, stepped."""

    def __init__(self, hardware: Hardware) -> None:
        self._hardware = hardware
        self._loop = VirtualLoop()  # type: ignore[abstract]  # a pole needs no subprocesses and signals
        self._net = CpythonNet(self._loop, self._handle)
        self._data = LittleFiles(hardware.flash)
        self._life: Any = None
        self._typed = TypedLines()
        self._console = Console(hardware.folder / "console.log")

    def step(self, ticks: int, ready: list[tuple[int, int]]) -> int:
        _stepped.handle = self._hardware.handle
        out, err = sys.stdout, sys.stderr
        sys.stdout = sys.stderr = self._console
        _signals.stepping = True
        try:
            if self._life is None:
                self._life = self._loop.create_task(self._live())
            if ready:
                self._net.ready(ready)
            wait = self._loop.step(ticks)
            if self._console.error is not None:
                raise self._console.error
            if self._life.done():
                raise PoleDied(f"the firmware ended: {self._life.exception()!r}")
            return wait
        finally:
            _stepped.handle = _none
            sys.stdout, sys.stderr = out, err
            _signals.stepping = False
            if _signals.waiting is not None:
                _signals.step_over()

    async def _live(self) -> None:
        # here and not above: they import machine, which is only now the virtual one
        boot, main = start_module("boot"), start_module("main")
        heap = importlib.import_module(VIRTUAL + "python_heap").Heap()
        folder = self._hardware.folder
        vfs, data = f"{folder}/vfs", f"{folder}/data"
        ports = boot.boot(vfs, data, self._net, self._nonce, self._data, self._typed, heap)
        handed = getattr(ports, "handed", None)  # a test's own firmware may have other ports
        if handed:
            main, ports = self._handed_over(handed)
        await main.live(ports)

    def _handed_over(self, handed: tuple[Any, ...]) -> tuple[ModuleType, Any]:
        """The module ``main`` and the ports of the app in a slot: what pole/update/hand_over.py does on MicroPython."""
        found = releases.release(self._data.read(handed[1] + "/list") or b"")
        try:
            main = found.module("main")
            return main, found.module("boot").take_over(handed)
        except Exception as error:
            importlib.import_module("pole.update.hand_over").give_up(handed, error)
            raise  # it resets

    def type(self, data: bytes) -> None:
        """*data* comes in on the console."""
        self._typed.type(data)

    def _nonce(self, n: int) -> bytes:
        return self._handle(ops.ENTROPY, n, 0, b"")[1]

    def _handle(self, op: int, a: int, b: int, data: bytes) -> tuple[int, bytes]:
        return self._hardware.handle(op, a, b, data)

    def kill(self) -> None:
        self._data.cut()
        self._hardware = _NoHardware()
        _stepped.handle = self._hardware.handle
        try:
            self._loop.abandon()
        finally:
            _stepped.handle = _none

    def heap(self) -> tuple[int, int] | None:
        return None
