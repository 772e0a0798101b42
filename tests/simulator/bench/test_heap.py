"""The pole's memory on an ESP32: what is in use at any moment stays within the budget."""

from __future__ import annotations

import subprocess

import pytest

from simulator.bench.heap import BUDGET, FOR_A_MOMENT, Measured, measure, missing


@pytest.fixture(scope="module")
def measured() -> Measured:
    if missing():
        pytest.skip(missing())
    try:
        return measure()
    except subprocess.CalledProcessError as error:
        pytest.skip(f"npm could not fetch MicroPython's WebAssembly build: {error}")


def test_the_peak_is_within_the_budget(measured: Measured) -> None:
    peak = measured.peak
    assert peak.live <= BUDGET, f"{peak.live:,} bytes are in use {peak.what}, and {BUDGET:,} are there"


def test_what_is_loaded_for_a_moment_is_given_back(measured: Measured) -> None:
    rows = [row.what for row in measured.rows]
    for what in FOR_A_MOMENT:
        at = rows.index(what)
        assert measured.rows[at].bytes > 800, f"nothing was loaded {what}"
        left = measured.rows[at + 1].live - measured.rows[at - 1].live
        assert left < 500, f"{left} bytes are left of what was loaded {what}"  # names, which MicroPython never forgets
    assert measured.rows[-1].live - measured.steady < 1000
