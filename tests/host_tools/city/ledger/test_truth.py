"""A night of two poles of real firmware, one with a dead lamp and both shed for an hour: the ledger against the plant.

A month is in `tests/soak/test_ledger_soak.py`.
"""

from __future__ import annotations

from pathlib import Path

from tests.host_tools.city.ledger.plant_truth import check, judge

HAPPENINGS = """
[[happening]]
kind = "feeder_trip"
poles = ["P0001"]
at = "+7h11m"
until = "+8h23m"

[[happening]]
kind = "lamp_open"
poles = ["P0002"]
at = "+10h7m"
until = "+15h31m"
"""


def test_a_night_of_the_ledger_is_what_the_plant_did(tmp_path: Path) -> None:
    judged = judge(tmp_path, 1, 1, 2, HAPPENINGS)
    print(judged)
    assert judged.truth.dark > 300
    assert judged.truth.excluded > 130
    assert len(judged.repairs) == 1
    check(judged)


SHED_FIRST = """
[[happening]]
kind = "feeder_trip"
poles = ["P0001"]
at = "+6h40m"
until = "+8h55m"

[[happening]]
kind = "relay_stuck_open"
poles = ["P0001"]
at = "+7h56m"
until = "+15h31m"
"""


def test_a_fault_that_begins_while_the_feeder_is_shed_counts_from_when_the_supply_is_back(tmp_path: Path) -> None:
    judged = judge(tmp_path, 1, 1, 2, SHED_FIRST)
    print(judged)
    assert judged.truth.excluded > 130
    assert len(judged.repairs) == 1
    check(judged)


CUT_FIRST = """
[[happening]]
kind = "mains_cut"
poles = ["P0002"]
at = "+7h5m"
until = "+14h"

[[happening]]
kind = "feeder_trip"
poles = ["P0001"]
at = "+8h40m"
until = "+10h15m"
"""


def test_a_feeder_that_is_shed_excludes_a_pole_whose_own_mains_were_cut_before(tmp_path: Path) -> None:
    judged = judge(tmp_path, 1, 1, 4, CUT_FIRST)
    print(judged)
    assert judged.truth.dark > 300
    assert judged.truth.excluded > 370
    check(judged)
