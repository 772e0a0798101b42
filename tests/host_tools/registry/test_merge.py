"""With any entries on three laptops and any order of merging, all registries end up the same."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from functools import reduce
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_tools.errors import Question, RegistryError
from host_tools.registry import Bindings, Entry, Registry
from host_tools.registry.entry import BIND, COMMISSION, from_content, id_of
from host_tools.text import shows_whole

MACS = [f"24:6f:28:00:00:{n:02x}" for n in range(4)]
POLES = ["P1", "P2", "P3"]

ACTS = st.tuples(
    st.integers(0, 2),  # which laptop
    st.sampled_from(["bind", "bind", "bind", "replace", "commission", "merge"]),
    st.sampled_from(MACS), st.sampled_from(POLES), st.integers(0, 3), st.integers(0, 2),
)  # fmt: skip


class Laptop:
    """What a laptop's registry does, in memory."""

    def __init__(self) -> None:
        self.entries: frozenset[Entry] = frozenset()

    @property
    def known(self) -> Bindings:
        return Bindings(self.entries)


def live(acts: list[tuple[int, str, str, str, int, int]]) -> list[Laptop]:
    """Three laptops after *acts*; each act is by what that laptop knows then."""
    laptops = [Laptop() for _ in range(3)]
    for number, (which, act, mac, pole, at, other) in enumerate(acts):
        laptop = laptops[which]
        if act == "merge":
            laptop.entries |= laptops[other].entries
            continue
        against = laptop.known.otherwise(mac, "sagar", pole)
        if act == "commission":
            laptop.entries |= {Entry(COMMISSION, "sagar", pole, mac, at, record={"passed": True}, nonce=str(number))}
        elif act == "replace" or not against:
            gone = tuple(entry.id for entry in against + laptop.known.same(mac, "sagar", pole))
            laptop.entries |= {Entry(BIND, "sagar", pole, mac, at, replaces=gone, nonce=str(number))}
    return laptops


def told(entries: frozenset[Entry]) -> tuple[object, ...]:
    known = Bindings(entries)
    return known.entries, known.holding, known.conflicts()


@settings(deadline=None)
@given(st.lists(ACTS, max_size=25), st.permutations(range(3)))
def test_what_holds_depends_on_the_set_of_entries_alone(acts: list[tuple[int, str, str, str, int, int]],
                                                        order: list[int]) -> None:  # fmt: skip
    a, b, c = (laptop.entries for laptop in live(acts))
    assert told((a | b) | c) == told(a | (b | c))
    assert told(reduce(lambda one, other: one | other, [(a, b, c)[n] for n in order])) == told(a | b | c)
    assert told(a | a) == told(a)


@settings(deadline=None)
@given(st.lists(ACTS, max_size=25))
def test_a_contradiction_is_always_a_question_and_a_question_always_a_contradiction(
    acts: list[tuple[int, str, str, str, int, int]],
) -> None:
    known = Bindings(frozenset().union(*(laptop.entries for laptop in live(acts))))
    asked = {entry for conflict in known.conflicts() for entry in conflict.entries}
    sound = [entry for entry in known.holding if entry not in asked]
    by_mac = {entry.mac: entry.pole for entry in sound}
    assert all(by_mac[entry.mac] == entry.pole for entry in sound)
    assert all(entry.mac == other.mac for entry in sound for other in sound if entry.pole == other.pole)
    for conflict in known.conflicts():
        ties = {(entry.mac, entry.pole) for entry in conflict.entries}
        assert len(ties) > 1
        assert len({mac for mac, _ in ties}) == 1 or len({pole for _, pole in ties}) == 1


@settings(deadline=None)
@given(st.lists(ACTS, min_size=1, max_size=25))
def test_one_laptop_alone_never_has_a_question(acts: list[tuple[int, str, str, str, int, int]]) -> None:
    (laptop, *_) = live([(0, act, mac, pole, at, 0) for _, act, mac, pole, at, _ in acts])
    assert not laptop.known.conflicts()


@settings(deadline=None)
@given(st.lists(ACTS, max_size=12))
def test_an_entry_is_what_it_says(acts: list[tuple[int, str, str, str, int, int]]) -> None:
    for laptop in live(acts):
        for entry in laptop.entries:
            again = from_content(entry.content())
            assert again == entry and again.id == entry.id


@settings(max_examples=25, deadline=None)
@given(st.lists(ACTS, max_size=15), st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), max_size=6))
def test_files_merged_in_any_order_and_any_number_of_times_are_the_same(
    acts: list[tuple[int, str, str, str, int, int]], merges: list[tuple[int, int]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        laptops = [Registry(Path(folder) / f"{n}.sqlite") for n in range(3)]
        for laptop in laptops:
            laptop.commissioned({"site": "sagar", "pole": "P9", "when": 0})  # a file that is there
        for which, act, mac, pole, at, other in acts:
            _act(laptops[which], act, mac, pole, at, laptops[other].path)
        every = {entry for laptop in laptops for entry in laptop.entries()}
        rounds = [(a, b) for a in range(3) for b in range(3)]
        for into, other in [*merges, *rounds, *rounds]:
            laptops[into].merge(laptops[other].path)
        assert laptops[0].entries() == laptops[1].entries() == laptops[2].entries()
        assert set(laptops[0].entries()) == every  # nothing lost, nothing made up
        _same(lambda laptop: laptop.export_csv(), laptops)
        _same(lambda laptop: laptop.export_geojson(), laptops)
        assert laptops[0].merge(laptops[1].path).new == 0


def _act(laptop: Registry, act: str, mac: str, pole: str, at: int, other: Path) -> None:
    try:
        if act == "merge":
            laptop.merge(other)
        elif act == "commission":
            laptop.commissioned({"site": "sagar", "pole": pole, "mac": mac, "when": at, "passed": at > 1})
        else:
            laptop.bind(mac, pole, "sagar", at, replace=act == "replace")
    except Question:
        pass


def _same(what: Callable[[Registry], str], laptops: list[Registry]) -> None:
    assert what(laptops[0]) == what(laptops[1]) == what(laptops[2])


def _file(path: Path, content: str | bytes) -> Path:
    """Another laptop's registry with one entry that says *content*."""
    path.unlink(missing_ok=True)
    Registry(path).bind(MACS[0], "P9", "sagar", 5)
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("DROP TRIGGER unchanged")
        db.execute(
            "UPDATE entry SET id = ?, content = ?", (id_of(content) if isinstance(content, str) else "", content)
        )
    return path


SAID = {
    "kind": "bind", "site": "sagar", "pole": "P1", "mac": MACS[1], "at": 1790000000, "by": "Ravi", "position": None,
    "reason": "", "replaces": [], "record": None, "nonce": "a1",
}  # fmt: skip


def _content(**other: object) -> str:
    return json.dumps({**SAID, **other}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


@pytest.mark.parametrize(("other", "words"), [
    ({"kind": "evil"}, "kind must be"), ({"site": "a b"}, "site must be"), ({"pole": "../\x1b[2J"}, "pole must be"),
    ({"mac": "zz"}, "mac must be"), ({"mac": ""}, "mac must be"), ({"mac": MACS[1].upper()}, "mac must be"),
    ({"at": 10**18}, "at must be"), ({"at": -1}, "at must be"), ({"by": "\x1b[2J\nRavi"}, "by must have"),
    ({"by": "x" * 201}, "by must have"), ({"reason": "a\u202eb"}, "reason must have"), ({"nonce": "\n"}, "nonce must"),
    ({"position": ["a", "b"]}, "position must be"), ({"position": [91, 0]}, "position must be"),
    ({"replaces": ["x"]}, "replaces must be"), ({"record": [1]}, "record must be"), ({"record": "x"}, "record must be"),
    ({"at": "1790000000"}, "its hash is another"), ({"at": True}, "its hash is another"),
    ({"replaces": [{}]}, "its hash is another"), ({"by": ["x"]}, "its hash is another"),
    ({"position": {"a": 1}}, "damaged"),
])  # fmt: skip
def test_an_entry_that_no_registry_writes_is_refused_and_nothing_of_it_stays(
    tmp_path: Path, other: dict[str, object], words: str
) -> None:
    mine = Registry(tmp_path / "mine.sqlite")
    mine.bind(MACS[0], "P1", "sagar", 5)
    before = mine.entries()
    with pytest.raises(RegistryError, match=words) as said:
        mine.merge(_file(tmp_path / "theirs.sqlite", _content(**other)))
    assert shows_whole(str(said.value))
    assert mine.entries() == before


@pytest.mark.parametrize("content", [
    "{", "[]", "null", "[" * 100_000, '{"at":' + "9" * 5000 + "}", b"\xff\xfe", _content().replace("null", "NaN"),
    "\ud800".encode("utf-8", "surrogatepass"),
])  # fmt: skip
def test_an_entry_that_is_damaged_is_refused_and_said(tmp_path: Path, content: str | bytes) -> None:
    with pytest.raises(RegistryError, match=r"entry 1 of the registry .* is damaged|cannot be read"):
        Registry(tmp_path / "mine.sqlite").merge(_file(tmp_path / "theirs.sqlite", content))


def test_a_sound_entry_from_another_laptop_is_taken_over(tmp_path: Path) -> None:
    content = _content(by="श्\u200dरी", position=[23.8, 78.7])
    assert Registry(tmp_path / "mine.sqlite").merge(_file(tmp_path / "theirs.sqlite", content)).new == 1


def test_a_file_that_is_empty_or_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    mine, theirs = Registry(tmp_path / "mine.sqlite"), tmp_path / "theirs.sqlite"
    theirs.write_bytes(b"")
    with pytest.raises(RegistryError, match="is empty"):
        mine.merge(theirs)
    _file(theirs, _content())
    with closing(sqlite3.connect(theirs)) as db:
        db.execute("PRAGMA user_version = 2")
    with pytest.raises(RegistryError, match="is of version 2, and this diya knows 1"):
        mine.merge(theirs)


def test_what_an_older_diya_merged_can_still_be_listed_and_exported(tmp_path: Path) -> None:
    mine = Registry(_file(tmp_path / "mine.sqlite", _content(at=10**18, by="\x1b[2J\n=1+1")))
    assert "'?[2J =1+1" not in mine.export_csv()
    assert "\x1b" not in mine.export_csv() and "\x1b" not in mine.export_geojson()
    assert len(mine.export_csv().splitlines()) == 2


def test_a_registry_that_somebody_else_writes_is_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("host_tools.registry.store.WAIT_S", 0.05)
    mine = Registry(tmp_path / "mine.sqlite")
    mine.bind(MACS[0], "P1", "sagar", 5)
    with closing(sqlite3.connect(mine.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RegistryError, match="is being written by another program: try again"):
            mine.bind(MACS[1], "P2", "sagar", 5)
