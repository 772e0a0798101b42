"""The drivers and the virtual modules do the same on MicroPython as on CPython."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

from simulator.device_modules import hostops
from simulator.hardware.meter.bl0942 import Electrical
from tests.simulator.hardware import on_vm

EXERCISE = Path(__file__).with_name("exercise.py")


def surroundings(bench) -> None:
    """The load and the light change with time, so what is seen depends on when it was looked at."""
    bench.meter._sense = lambda: Electrical(
        180 + bench.now_ms // 60000 % 120, bench.now_ms % 5000003 / 1e6, bench.now_ms % 999983 / 1e3
    )
    bench.lux = 123.0
    bench.celsius = -3.75
    bench.accelerometer._acceleration_g = lambda: (0.3, bench.now_ms % 7919 / 4000 - 1, 0.9)
    bench.shocks = [(ms, ms // 1000003 % 9) for ms in range(0, 100_000_000, 1000003)]
    bench.gear._gears = lambda: bench.now_ms // 60000 % 3
    bench.chip.gpio.contacts[bench.board["door"]["pin"]] = lambda: bench.now_ms // 30000 % 2 == 0
    bench.leakage_a = 0.031


def on_micropython(bench, board: Path) -> list:
    """What the exercise says in a virtual machine whose pipe ends at the bench."""

    def answer(op: int, a: int, b: int, data: bytes) -> tuple[int, bytes]:
        if op == hostops.IDLE:
            bench.wait(a)
            return bench.now_ms & 0x3FFFFFFF, b""
        return bench.chip.handle(op, a, b, data)

    return json.loads(on_vm.run(EXERCISE, str(board), answer=answer))


def test_both_see_the_same(bench, tmp_path):
    surroundings(bench)
    spec = importlib.util.spec_from_file_location("exercise", EXERCISE)
    assert spec
    assert spec.loader
    exercise = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(exercise)
    here = json.loads(json.dumps(exercise.run(bench.board)))

    fresh = type(bench)("esp32-devkitc")
    surroundings(fresh)
    board = tmp_path / "board.json"
    board.write_text(json.dumps(fresh.board))
    assert on_micropython(fresh, board) == here
    assert fresh.outputs == bench.outputs
    assert fresh.resets == bench.resets == [2]
    assert fresh.now_ms == bench.now_ms
    assert here[-1] == "reset"
    assert sum(item[0] is True for item in here if isinstance(item, list) and len(item) == 5) > 150
