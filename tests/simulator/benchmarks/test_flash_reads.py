"""How often a pole reads its flash, by MicroPython's own littlefs over the image that is flashed."""

import pytest

from simulator.benchmarks.flash_reads import IN_SLOT, LIGHT, MOMENT, Reads, measure
from simulator.benchmarks.heap import FOR_A_MOMENT


@pytest.fixture(scope="module")
def rows() -> dict[str, Reads]:
    return {row.what: row for row in measure()}


def test_the_lamp_is_lit_after_at_most_1000_reads(rows: dict[str, Reads]) -> None:
    assert 100 < rows["lit"].reads <= LIGHT


def test_the_app_is_made_after_twice_as_many(rows: dict[str, Reads]) -> None:
    assert rows["lit"].reads < rows["ports open"].reads < rows["started"].reads <= 2 * LIGHT


def test_what_is_loaded_for_a_moment_takes_at_most_50_reads(rows: dict[str, Reads]) -> None:
    assert set(FOR_A_MOMENT) <= set(rows)
    many = {what: rows[what].reads for what in FOR_A_MOMENT if not 0 < rows[what].reads <= MOMENT}
    assert not many, f"in more files than three, or the list of the root's files has more than 1,024 bytes: {many}"


def test_an_app_in_a_slot_is_read_in_small_pieces_and_the_lamp_waits_for_none_of_them() -> None:
    """The data partition keeps its small units, which the heap can afford: 32 bytes at once, 128 kept."""
    seen = measure(in_slot=True)
    lit = next(row for row in seen if row.what == "lit")  # by golden
    assert lit.reads <= LIGHT
    in_slot = {row.what: row for row in seen}
    assert in_slot["started"].reads <= IN_SLOT * LIGHT
    assert not {what for what in FOR_A_MOMENT if not 0 < in_slot[what].reads <= IN_SLOT * MOMENT}
