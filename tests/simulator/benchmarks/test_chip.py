"""The table of the chip says what the model and the benches say."""

from simulator.benchmarks.chip import BEFORE, memory
from simulator.benchmarks.wasm import missing


def test_the_table_of_the_chip_has_every_session_and_8_kb_to_spare() -> None:
    now = memory()
    assert now["Python's heap in all"] == 104 * 1024
    assert now["sessions of 100 that found their memory"] == 100
    assert now["ESP-IDF's heap, before TLS"] - now["ESP-IDF's heap, in TLS"] == 40_000
    if not missing():
        assert now.keys() == BEFORE.keys()
        assert now["to spare in it"] >= 8 * 1024
