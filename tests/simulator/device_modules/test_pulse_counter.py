"""``machine.Counter`` does on both runtimes what MicroPython's own source says (ports/esp32/modules/machine.py)."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from simulator import device_modules
from simulator.device_modules import hostops
from simulator.hardware.pulses import Counters
from tests.simulator.hardware import on_vm

EXERCISE = """
import _chip
from machine import Counter, Pin

def says(call, *arguments):
    try:
        return call(*arguments)
    except (ValueError, RuntimeError) as error:
        return type(error).__name__ + ": " + str(error)

counter, other = Counter(0, Pin(34, Pin.IN), filter_ns=12000), Counter(1, Pin(35, Pin.IN), direction=Counter.DOWN)
seen = [counter.value(), other.value()]
_chip.idle(1000)
seen += [counter.value(), other.value(), Counter(0).value()]
seen += [counter.value(0), counter.value()]  # setting it gives what it was, and loses nothing
_chip.idle(40000000)
seen += [counter.value(5), counter.value(-7), counter.value()]  # beyond the 16 bits of the unit
counter.init(Pin(34, Pin.IN))
seen += [counter.value(), says(Counter, 8), Counter(2, Pin(33)).value()]
counter.deinit()
seen += [says(counter.value), Counter.RISING, Counter.FALLING, Counter.UP, Counter.DOWN]
print(seen)
"""
EXPECTED = [
    0, 0, 3, -7, 3, 3, 0, 120000, 5, -7, 0, "ValueError: invalid id", 0, "RuntimeError: not initialised", 1, 2, 1, 2,
]  # fmt: skip


class Pulses:
    """3 a second on pin 34, 7 on pin 35."""

    def pulses(self, pin: int, now_ms: int) -> int:
        return now_ms * {34: 3, 35: 7}[pin] // 1000

    def power_on(self, now_ms: int) -> None:
        pass


class Host:
    """The chip's end."""

    def __init__(self) -> None:
        self.now_ms = 500
        counters = Counters(lambda: self.now_ms)
        for pin in (34, 35):
            counters.attach(pin, Pulses())
        self._operations = counters.operations()

    def answer(self, op: int, a: int, b: int, data: bytes) -> tuple[int, bytes]:
        if op == hostops.IDLE:
            self.now_ms += a
            return self.now_ms, b""
        return self._operations[op](a, b, bytes(data)) if op in self._operations else (0, b"")


def test_under_cpython(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    host = Host()
    chip: Any = ModuleType("_chip")
    chip.call = chip.post = lambda op, a=0, b=0, data=b"": host.answer(op, a, b, data)[0]
    chip.read = chip.read_into = None
    chip.idle = lambda ms: host.answer(hostops.IDLE, ms, 0, b"")
    monkeypatch.setitem(sys.modules, "_chip", chip)
    for name in ("ops", "machine", "pulse_counter"):
        spec = importlib.util.spec_from_file_location(name, Path(device_modules.__path__[0]) / f"{name}.py")
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, module)
        spec.loader.exec_module(module)
    exec(EXERCISE, {})
    assert eval(capsys.readouterr().out) == EXPECTED


def test_under_micropython(tmp_path: Path) -> None:
    script = tmp_path / "exercise.py"
    script.write_text(EXERCISE)
    assert eval(on_vm.run(script, answer=Host().answer)) == EXPECTED
