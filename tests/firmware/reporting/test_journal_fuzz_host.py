"""Journals on damaged flash: no crash, no hang, no record that was never raised, and no id with two meanings."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from pole.reporting.upkeep import DROPPED
from tests.firmware.reporting.journal_bench import Bench
from tests.firmware.reporting.memory_store import MemoryStore
from tests.fuzz import MANY

BUDGET = 8192


def grown(puts: int, drained: int) -> tuple[dict[str, bytes], dict[str, object]]:
    """Files of a journal, and what every id in it means."""
    store = MemoryStore()
    bench = Bench(store, BUDGET)
    meanings: dict[str, object] = {}
    for number in range(1, puts + 1):
        bench.put(number, number % 3 == 0, number % 40)
        if number == drained:
            bench.drain()
    copy = MemoryStore()
    copy.files = dict(store.files)
    reader = Bench(copy, BUDGET)
    reader.journal.resend("010001000000", 1, 1000)
    for event in reader.drain():
        meanings[event["id"]] = meaning(event)
    return store.files, meanings


def meaning(event: dict[str, object]) -> str:
    return json.dumps([event["eventType"], event["timestamp"], event.get("attributes")], sort_keys=True)


GROWN = [grown(puts, drained) for puts, drained in ((5, 0), (60, 30), (200, 120), (200, 0))]

damage = st.one_of(
    st.tuples(st.just("flip"), st.integers(0, 1 << 30), st.integers(1, 255)),
    st.tuples(st.just("fill"), st.integers(0, 1 << 30), st.integers(0, 255)),
    st.tuples(st.just("shift"), st.integers(0, 1 << 30), st.integers(1, 64)),
    st.tuples(st.just("noise"), st.integers(0, 1 << 30), st.integers(1, 64)),
    st.tuples(st.just("cut"), st.integers(0, 1 << 30), st.integers(0, 0)),
    st.tuples(st.just("swap"), st.integers(0, 1 << 30), st.integers(0, 1 << 10)),
    st.tuples(st.just("lose"), st.integers(0, 1 << 30), st.integers(0, 0)),
    st.tuples(st.just("stray"), st.integers(0, 1 << 30), st.integers(0, 255)),
)


def harm(files: dict[str, bytes], what: str, where: int, how: int) -> None:
    names = sorted(files)
    if not names:
        return
    name = names[where % len(names)]
    data = files[name]
    at = where // len(names) % max(len(data), 1)
    if what == "flip" and data:
        files[name] = data[:at] + bytes([data[at] ^ how]) + data[at + 1 :]
    elif what == "fill":
        files[name] = data[:at] + bytes([how]) * (len(data) - at)
    elif what == "shift":
        files[name] = data[:at] + data[at + how :]
    elif what == "noise":
        files[name] = data[:at] + bytes((at * 31 + n * how) & 255 for n in range(how)) + data[at:]
    elif what == "cut":
        files[name] = data[:at]
    elif what == "swap":
        other = names[how % len(names)]
        files[name], files[other] = files[other], files[name]
    elif what == "lose":
        del files[name]
    elif what == "stray":
        stray = ["j0000000g.f", "j00000005.x", "journal.going", "jffffffff.f", "j00000001.f.new", "config.json"]
        files[stray[how % len(stray)]] = data[at:]


@MANY
@given(st.integers(0, len(GROWN) - 1), st.lists(damage, min_size=1, max_size=6))
def test_rotten_journals_invent_nothing_and_go_on(which: int, harms: list[tuple[str, int, int]]) -> None:
    files, meanings = GROWN[which]
    store = MemoryStore()
    store.files = dict(files)
    for what, where, how in harms:
        harm(store.files, what, where, how)
    bench = Bench(store, BUDGET, boots=7)  # another epoch than any before, should one be drawn
    bench.journal.resend("010001000000", 1, 1000)
    bench.put(999)
    events = bench.drain()
    bench.boot()
    bench.put(998, True)
    events += bench.drain()
    # an end that is missing altogether, to the byte, cannot be seen: littlefs does not leave one
    seen = not any(what in ("cut", "lose", "shift", "swap") for what, _, _ in harms)
    said = set()
    for event in events:
        said.add(event["timestamp"])
        if event["id"] in meanings and (seen or event["timestamp"] not in (998, 999)):
            if event["eventType"] != DROPPED:
                assert meaning(event) == meanings[event["id"]]
        elif event["eventType"] != DROPPED:
            assert event["timestamp"] in (998, 999)
    assert {998, 999} <= said
    repeated = [event["id"] for event in events if event["timestamp"] in (998, 999) and event["id"] in meanings]
    assert not (seen and repeated)


@MANY
@given(st.binary(max_size=400), st.binary(max_size=200))
def test_files_of_anything_at_all(first: bytes, second: bytes) -> None:
    store = MemoryStore()
    store.files = {"j00000001.f": first, "j00000009.r": b"DJ" + second, "journal.going": second}
    bench = Bench(store)
    bench.put(999)
    assert [event["timestamp"] for event in bench.drain() if event["eventType"] != DROPPED] == [999]
