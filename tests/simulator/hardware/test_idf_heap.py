"""ESP-IDF's heap of a virtual chip: where pieces lie, what is left, and what is said of it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.hardware.idf_heap import IdfHeap


def test_the_largest_block_is_said_in_steps_as_the_chip_says_it() -> None:
    # free block: what heap_caps_get_largest_free_block was seen to say
    for size, said in ((110_592, 110_592), (112_208, 110_592), (50_000, 49_152), (14_000, 13_824), (710, 704)):
        assert IdfHeap([size]).largest == said


def test_a_piece_lies_in_the_first_region_with_room_and_in_the_smallest_gap_there() -> None:
    heap = IdfHeap([100, 1000])
    first = heap.take(80)
    assert first is not None and first.region == 0
    large, between, small, after = (heap.take(size) for size in (300, 100, 200, 100))
    assert large is not None and between is not None and small is not None and after is not None
    heap.give_back([large, small])  # gaps of 300, 200 and 300
    assert heap.take(150) == (1, small.at, 150)
    assert heap.take(250) == (1, large.at, 250)
    assert heap.take(400) is None


def test_what_does_not_fit_as_a_whole_takes_nothing() -> None:
    heap = IdfHeap([1000])
    assert heap.take_all([600, 300, 200]) is None
    assert heap.free == 1000
    assert heap.least == [100]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 400), st.integers(0, 9)), max_size=40))
def test_whatever_is_taken_and_given_back_nothing_is_lost_and_nothing_lies_on_another(work) -> None:  # type: ignore[no-untyped-def]
    heap = IdfHeap([700, 1500])
    live = []
    for size, which in work:
        piece = heap.take(size)
        if piece is not None:
            live.append(piece)
        if live and which > 5:
            heap.give_back([live.pop(which % len(live))])
        assert heap.free == 2200 - sum(piece.size for piece in live)
        for one in live:
            for other in live:
                apart = one.region != other.region or one.at + one.size <= other.at or other.at + other.size <= one.at
                assert one is other or apart
    heap.give_back(live)
    assert [heap.largest_in(0), heap.largest_in(1)] == [IdfHeap([700]).largest, IdfHeap([1500]).largest]
