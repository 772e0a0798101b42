"""The size of Python's heap: set once while a UART holds the chip's memory; after any failure the pole starts."""

import sys

try:
    from tests.firmware.drivers.chip.heap_bench import Bench
except ImportError:  # MicroPython
    from heap_bench import Bench

BOARD = {"chip": "esp32", "meter": {"uart": 2, "tx": 17, "rx": 16}, "heap": {"uart": 1, "tx": 32, "rx": 33}}


def changed(**tables):
    return {name: table for name, table in dict(BOARD, **tables).items() if table}


def test_wifi_comes_first_then_a_uart_holds_all_but_50000_bytes_until_the_heap_has_grown():
    bench = Bench()
    kept = bench.bound(BOARD)
    assert bench.log == ["radio on", "uart 1 on 32 and 33: 48304", "grown", "uart closed", "collected"]
    assert kept is bench.last and bench.kept is kept


def test_what_is_kept_in_the_new_area_is_small():
    bench = Bench()
    bench.bound(BOARD)
    assert bench.taken, bench.said
    assert bench.taken[-1] == 32
    assert sum(bench.taken) <= 57344 + 32


def test_a_board_without_pins_of_its_own_for_it_uses_the_meters():
    bench = Bench()
    assert bench.bound(changed(heap=None)) is not None
    assert bench.log[1] == "uart 2 on 17 and 16: 48304"


def test_where_nothing_was_measured_nothing_is_done():
    pulses = changed(heap=None, meter={"driver": "hlw8012", "cf": 34, "cf1": 35, "sel": 32})  # a meter without a UART
    for board in (changed(chip="esp32c3"), changed(chip="esp32s3"), changed(heap=None, meter=None), pulses):
        bench = Bench()
        assert bench.bound(board) is None
        assert [line for line in bench.log if line != "collected"] == []
    bench = Bench(size=112 * 1024)  # one that takes all at once (before 1.23), or lies in SPIRAM
    assert bench.bound(BOARD) is None
    assert bench.log == []


def test_where_the_largest_block_is_another_the_heap_is_left_alone():
    for largest in (4000, 50000, 58191, 115536, 4000000):
        bench = Bench(largest=largest)
        assert bench.bound(BOARD) is None
        assert bench.log == ["radio on", "collected"]


def test_whatever_fails_the_pole_starts_and_says_so_and_nothing_is_held():
    for what in ("radio", "idf", "uart", "heap"):
        for error in (OSError(12), ValueError("invalid pin"), MemoryError(), AttributeError("idf_heap_info")):
            bench = Bench(fails=(what, error))
            assert bench.bound(BOARD) is None
            assert not bench.held
            assert bench.said


def test_a_heap_that_does_not_grow_is_given_up_after_a_while():
    bench = Bench(grows=False)
    assert bench.bound(BOARD) is None
    assert not bench.held
    assert len(bench.taken) <= 256


def test_what_it_prints_is_one_line():
    bench = Bench(fails=("uart", OSError(12)))
    bench.bound(BOARD)
    assert bench.said.startswith("diya: the size of the heap could not be set:")
    assert bench.said.count("\n") == 1


if sys.implementation.name == "micropython":

    def test_on_the_machine_itself_its_own_heap_is_asked():
        from pole.drivers.chip.heap import Heap

        heap = Heap()
        heap.collect(None)
        free = heap.mem_free()
        assert len(heap(1000)) == 1000
        assert 900 < free - heap.mem_free() < 4000
        assert heap.mem_alloc() > 0


def test_what_fails_once_does_not_cost_the_bound_and_a_meters_uart_is_told_of():
    for what in ("radio", "idf", "uart", "heap"):
        bench = Bench(fails=(what, OSError(12)), once=True)
        assert bench.bound(changed(heap=None)) is bench.last
        assert bench.kept is bench.last and not bench.held
        assert bench.said == ""
        assert bench.noted == (["meter"] if what == "uart" else [])
