"""The power of a pole is cut at its writes: in any state it starts again and keeps its promises.

A reduced run: one of every 25 cuts.  All of them are tried in tests/soak/test_pole_cuts.py.
"""

from functools import cache
from itertools import groupby

import pytest

from simulator.hardware.flash import Flash
from tests.simulator.cuts.afterwards import one_in, sequence, sweep
from tests.simulator.cuts.story import CUTS, Story, full_journal
from tests.simulator.streets import stored

ENGINES = ("cpython", "micropython")
story = cache(Story)


def segments(image: bytes | bytearray) -> list[str]:
    return sorted(name for name in stored(Flash(image=image)).names() if name[0] == "j")


def test_the_story_has_every_kind_of_write_in_it() -> None:
    told = story("cpython")
    (_, after), *_ = told.images([told.cuts - 1])
    before, left = segments(full_journal()), segments(after)
    assert len(before) == len(left) == 16
    assert set(before) - set(left) == {before[1]}  # the oldest of which all is released had to go
    events = {sequence(event): event["eventType"] for event in told.events()}
    assert sorted(events) == list(range(min(events), min(events) + len(events)))
    assert list(events.values()).count("supplyLoss") == 2 * len(CUTS)
    assert [version for version, _ in groupby(told.versions())] == [1, 2, 4]
    assert {order.n for order in told.orders} < set(told.acks())
    names = stored(Flash(image=after)).names()
    assert {"commands.json", "counters.json", "config.json", "config.good.json", "config.state.json"} <= set(names)
    erases = [operation for operation in told.log if operation.data is None]
    assert len(erases) > 20


def test_both_engines_write_as_much_and_as_often() -> None:
    # not to the same places: littlefs chooses them by what is written, and JSON has no order on MicroPython
    ours, theirs = ([operation.data and len(operation.data) for operation in story(engine).log] for engine in ENGINES)
    assert ours == theirs


@pytest.mark.parametrize("engine", ENGINES)
def test_a_pole_survives_every_25th_cut(engine: str) -> None:
    told = story(engine)
    numbers = [*one_in(told, 25), told.cuts - 1]
    assert sweep(told, engine, numbers) == len(numbers)
    print(f"{len(numbers)} of {told.cuts} cut points on {engine}")
