"""What an update costs a pole."""

import pytest

from simulator.benchmarks import heap, updates
from simulator.benchmarks.wasm import missing


def test_a_change_of_one_file_costs_less_than_a_fifth_of_the_whole_app() -> None:
    whole, one = updates.air()
    assert whole.down > 100_000  # the app's files, and what MQTT adds
    assert 0 < one.bytes < 0.2 * whole.bytes
    assert 0 < one.tried_ms < whole.tried_ms < whole.confirmed_ms


@pytest.mark.skipif(bool(missing()), reason=missing())
def test_there_is_room_for_the_large_integers_of_a_signature() -> None:
    needs, *_ms = updates.verification()
    live = {row.what: row.live for row in heap.measure().rows}["while an update's signature is checked"]
    assert needs > 2_000 and live + needs <= heap.BUDGET
