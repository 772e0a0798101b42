"""Thirty days of a street with faults, outages and load shedding: the ledger against the plant's own truth.

Several seeds, each another month; nothing is tuned to one of them.  `tests/host_tools/city/ledger/plant_truth.py` says
what the truth is.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.host_tools.city.ledger.plant_truth import check, judge

DAYS, POLES = 30, 4


@pytest.mark.parametrize("seed", [7, 23, 2026])
def test_a_month_of_the_ledger_is_what_the_plant_did(tmp_path: Path, seed: int) -> None:
    judged = judge(tmp_path, seed, DAYS, POLES)
    print(f"seed {seed}, {POLES} poles, {DAYS} days: {judged}")
    check(judged)
