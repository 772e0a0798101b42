"""The control loop takes no memory in a turn on the real MicroPython."""

from __future__ import annotations

import pytest

from simulator.benchmarks.pole import turn
from simulator.benchmarks.pole.turn import Turn
from simulator.benchmarks.wasm import missing


@pytest.fixture(scope="module")
def turns() -> list[Turn]:
    return turn.turns()


@pytest.mark.parametrize("kind", ["asks", "reads"])
def test_a_turn_of_the_control_task_takes_no_memory_with_or_without_a_sample(turns: list[Turn], kind: str) -> None:
    found = turn.steady(turns, kind)
    assert found.bytes == 0
    assert found.share > 0.9  # the others write a report, or work a night out


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_on_a_chip_a_turn_takes_but_the_time_of_day() -> None:
    """Unix time is above 2**30, where integers have an object each."""
    found = turn.in_31_bits()
    assert found.keys() == {"asks", "reads"}
    assert max(found.values()) <= 64


def test_a_line_of_the_console_tells_a_turn() -> None:
    assert turn.turn_of("turn 96 410 0 1") == Turn(96, 410, "asks")
    assert turn.turn_of("turn 0 900 1 0").kind == "reads"
    assert turn.turn_of("turn 0 90 0 0").kind == "other"
    assert turn.steady([Turn(0, 5, "asks"), Turn(0, 7, "asks"), Turn(99, 9, "asks")], "asks") == (0, 2 / 3, 7)
