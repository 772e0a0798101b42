"""The blocks that an app takes are those that littlefs takes for it."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st
from littlefs import LittleFS

from host_tools.release import package, space
from tests.host_tools.release.releases import app


def measured(files: dict[str, bytes]) -> int:
    """Blocks in use for a slot with *files*, as MicroPython's file system has them on a pole."""
    little = LittleFS(
        block_size=4096,
        block_count=256,
        read_size=32,
        prog_size=32,
        cache_size=128,
        lookahead_size=32,
        block_cycles=100,
    )
    empty = little.used_block_count
    little.makedirs("a/lib")
    for path, data in {**files, "list": package.make(files).listing}.items():
        with little.open(f"a/{path}", "wb") as file:
            file.write(data)
    return little.used_block_count - empty


@given(st.integers(0, 1 << 30))
@settings(max_examples=12, deadline=None)
def test_no_slot_takes_more_blocks_than_are_counted(seed: int) -> None:
    draw = random.Random(seed)
    files = {
        f"lib/m{number}.mpy": draw.randbytes(draw.choice((9, 128, 129, 900, 4096, 4097, 27_000)))
        for number in range(30)
    }
    files |= {f"n{number:012}.mpy": draw.randbytes(draw.randint(1, 9000)) for number in range(draw.randint(0, 25))}
    found = measured(files)
    assert found <= space.blocks_of(files) <= found + 5


@given(st.lists(st.tuples(st.integers(1, 140), st.integers(1, 24)), min_size=30, max_size=80), st.randoms())
@settings(max_examples=8, deadline=None)
def test_many_small_files_take_no_more_blocks_than_are_counted_in_whatever_order_they_come(
    small: list[tuple[int, int]], draw: random.Random
) -> None:
    named = [(f"lib/{number}{'x' * name}.mpy", bytes(size)) for number, (size, name) in enumerate(small)]
    draw.shuffle(named)
    assert measured(dict(named)) <= space.blocks_of(dict(named))


def test_the_journal_and_two_apps_are_counted() -> None:
    assert space.needed_blocks(app()) == 2 * space.blocks_of(app()) + 64 + space.SETTINGS
    assert space.most_blocks() == 217
