"""The parts of a start, worked out from what is counted."""

from __future__ import annotations

import pytest

from simulator.benchmarks.flash_reads import Reads
from simulator.benchmarks.pole import start


def test_a_start_is_reads_and_computing_each_from_the_step_before() -> None:
    mounted, lit = start.steps([Reads("mounted", 100, 2200, 10), Reads("lit", 300, 24_200, 1010)])
    assert mounted.read_ms == pytest.approx(100 * 0.05 + 1.0) and mounted.compute_ms == pytest.approx(0.38)
    assert lit.reads == 200 and lit.read_ms == pytest.approx(200 * 0.05 + 10.0) and lit.compute_ms == pytest.approx(38)
    assert start.lit_ms([mounted, lit]) == pytest.approx(mounted.ms + lit.ms)
