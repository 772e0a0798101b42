"""The registry as a technician uses it: bind, be asked, answer, merge, export; a file that keeps what it was told."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from host_tools.errors import Question, RegistryError
from host_tools.registry import Registry, registry_path
from tests.patience import PATIENCE_S

FIRST, SECOND = "24:6f:28:aa:bb:01", "24:6f:28:aa:bb:02"
EVENING = 1_795_525_200  # 2026-11-24 13:00 UTC


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    return Registry(tmp_path / "folder" / "registry.sqlite")


def test_a_board_is_found_by_its_pole_and_a_pole_by_its_board(registry: Registry) -> None:
    assert registry.pole_of(FIRST) is None and registry.mac_of("P1", "sagar") is None
    registry.bind("24-6F-28-AA-BB-01", "P1", "sagar", EVENING, "Ravi")
    assert registry.pole_of("246f28aabb01") == "P1"
    assert registry.mac_of("P1", "sagar") == FIRST
    assert registry.mac_of("P1", "bhopal") is None and registry.pole_of(FIRST, "bhopal") is None


def test_saying_the_same_again_adds_nothing_but_a_new_position_does(registry: Registry) -> None:
    registry.bind(FIRST, "P1", "sagar", EVENING)
    registry.bind(FIRST, "P1", "sagar", EVENING + 9)
    assert len(registry.entries()) == 1
    registry.bind(FIRST, "P1", "sagar", EVENING + 9, position=(23.8388, 78.7378))
    registry.bind(FIRST, "P1", "sagar", EVENING + 10, position=(23.8388, 78.7378))
    assert len(registry.entries()) == 2
    assert registry.bindings().position_of("sagar", "P1") == (23.8388, 78.7378)


@pytest.mark.parametrize(("mac", "pole"), [(FIRST, "P2"), (SECOND, "P1")])
def test_a_board_or_a_pole_seen_twice_is_a_question_and_changes_nothing(
    registry: Registry, mac: str, pole: str
) -> None:
    registry.bind(FIRST, "P1", "sagar", EVENING, "Ravi")
    with pytest.raises(Question, match=r"2026-11-24, by Ravi.*from now on\?") as caught:
        registry.bind(mac, pole, "sagar", EVENING + 60, "Asha")
    assert caught.value.code == 12
    assert len(registry.entries()) == 1
    assert registry.pole_of(FIRST) == "P1"


def test_the_answer_takes_the_place_of_what_was_known_and_keeps_it(registry: Registry) -> None:
    registry.bind(FIRST, "P1", "sagar", EVENING, position=(23.8, 78.7))
    registry.bind(SECOND, "P1", "sagar", EVENING + 60, reason="node replaced", replace=True)
    assert registry.mac_of("P1", "sagar") == SECOND
    assert registry.pole_of(FIRST) is None  # it is in a bag, and may go anywhere
    registry.bind(FIRST, "P2", "sagar", EVENING + 90)
    assert [entry.mac for entry in registry.entries()] == [FIRST, SECOND, FIRST]
    assert registry.bindings().position_of("sagar", "P1") == (23.8, 78.7)


def test_back_on_its_old_pole_in_the_same_second_it_holds_again(registry: Registry) -> None:
    registry.bind(FIRST, "P1", "sagar", EVENING)
    registry.bind(SECOND, "P1", "sagar", EVENING, replace=True)
    registry.bind(SECOND, "P2", "sagar", EVENING, replace=True)
    registry.bind(FIRST, "P1", "sagar", EVENING)
    assert registry.pole_of(FIRST) == "P1" and registry.pole_of(SECOND) == "P2"


def test_two_laptops_that_did_not_know_of_each_other_leave_a_question_until_it_is_answered(tmp_path: Path) -> None:
    ours, theirs = Registry(tmp_path / "ours.sqlite"), Registry(tmp_path / "theirs.sqlite")
    ours.bind(FIRST, "P1", "sagar", EVENING, "Ravi")
    theirs.bind(SECOND, "P1", "sagar", EVENING + 60, "Asha")
    theirs.bind("24:6f:28:aa:bb:03", "P3", "sagar", EVENING + 70, "Asha")
    merged = ours.merge(theirs.path)
    assert merged.new == 2
    (conflict,) = merged.questions
    assert "Ravi" in conflict.sentence and "Asha" in conflict.sentence
    for ask in (lambda: ours.mac_of("P1", "sagar"), lambda: ours.pole_of(FIRST), lambda: ours.pole_of(SECOND)):
        with pytest.raises(Question, match="which one holds"):
            ask()
    assert ours.pole_of("24:6f:28:aa:bb:03") == "P3"  # others are not in question
    with pytest.raises(Question):
        ours.bind(SECOND, "P1", "sagar", EVENING + 90)
    ours.bind(SECOND, "P1", "sagar", EVENING + 90, replace=True)
    theirs.merge(ours.path)
    for laptop in (ours, theirs):
        assert laptop.mac_of("P1", "sagar") == SECOND
        assert laptop.questions() == []


def test_a_merge_needs_a_sound_registry_and_takes_all_of_it_or_nothing(registry: Registry, tmp_path: Path) -> None:
    registry.bind(FIRST, "P1", "sagar", EVENING)
    other = Registry(tmp_path / "other.sqlite")
    for number in range(3):
        other.bind(f"24:6f:28:00:00:0{number}", f"Q{number}", "sagar", EVENING)
    with sqlite3.connect(other.path) as db:
        db.execute("DROP TRIGGER unchanged")
        db.execute("UPDATE entry SET content = replace(content, 'Q1', 'Q7')")
    db.close()
    (tmp_path / "text").write_text("no registry at all" * 100)
    with sqlite3.connect(tmp_path / "foreign.sqlite") as db:
        db.execute("CREATE TABLE thing (a)")
    db.close()
    for file, said in {
        "other.sqlite": "entry 2 .* is damaged", "text": "not a database", "foreign.sqlite": "not a registry",
        "nowhere": "no registry .*nowhere",
    }.items():  # fmt: skip
        with pytest.raises(RegistryError, match=said):
            registry.merge(tmp_path / file)
    assert len(registry.entries()) == 1


def test_nobody_changes_or_removes_an_entry(registry: Registry) -> None:
    registry.bind(FIRST, "P1", "sagar", EVENING)
    db = sqlite3.connect(registry.path)
    for statement in ("UPDATE entry SET content = '{}'", "DELETE FROM entry"):
        with pytest.raises(sqlite3.IntegrityError, match="only added"):
            db.execute(statement)
    db.close()


def test_several_processes_write_at_once_and_lose_nothing(registry: Registry) -> None:
    code = (
        "import sys; from pathlib import Path; from host_tools.registry.store import Registry\n"
        "for n in range(8): Registry(Path(sys.argv[1])).bind(f'{sys.argv[2]}00000000{n:02x}', f'P{sys.argv[2]}{n}',"
        " 'sagar', 1)"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, registry.path, f"0{n}"]) for n in range(3)]
    assert [writer.wait(PATIENCE_S) for writer in writers] == [0, 0, 0]
    assert len(registry.bindings().holding) == 24


def test_a_commissioning_is_kept_whole_and_shown_with_its_pole(registry: Registry) -> None:
    registry.bind(FIRST, "P1", "sagar", EVENING, "Ravi")
    record = {
        "site": "sagar", "pole": "P1", "mac": FIRST, "when": EVENING + 600, "by": "Ravi", "passed": True,
        "position": [23.8388123, 78.7378], "checks": [{"check": "ramp", "value": 99.5}],
    }  # fmt: skip
    registry.commissioned(record)
    assert registry.entries()[-1].record == record
    (row,) = csv.DictReader(io.StringIO(registry.export_csv()))
    assert (row["commissioned"], row["passed"]) == ("2026-11-24T13:10:00Z", "yes")
    assert (row["latitude"], row["longitude"], row["since"]) == ("23.8388123", "78.7378", "2026-11-24T13:00:00Z")
    registry.bind(SECOND, "P1", "sagar", EVENING + 900, replace=True)
    (row,) = csv.DictReader(io.StringIO(registry.export_csv()))
    assert row["commissioned"] == ""  # that was another board


def test_geojson_has_longitude_first_and_poles_without_a_position_too(registry: Registry) -> None:
    registry.bind(FIRST, "P1", "sagar", EVENING, position=(23.8388, 78.7378))
    registry.bind(SECOND, "P2", "sagar", EVENING, reason="बदला गया")
    said = registry.export_geojson()
    one, two = json.loads(said)["features"]
    assert one["geometry"] == {"type": "Point", "coordinates": [78.7378, 23.8388]}
    assert one["properties"]["mac"] == FIRST and "latitude" not in one["properties"]
    assert two["geometry"] is None
    assert "बदला गया" in said


def test_the_history_has_every_entry_and_says_which_hold(registry: Registry) -> None:
    registry.bind(FIRST, "P1", "sagar", EVENING)
    registry.bind(SECOND, "P1", "sagar", EVENING + 1, replace=True)
    rows = list(csv.DictReader(io.StringIO(registry.export_csv(history=True))))
    assert [(row["mac"], row["holds"]) for row in rows] == [(FIRST, "no"), (SECOND, "yes")]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ({"mac": "24:6f:28"}, "the MAC is '24:6f:28' and must be six bytes"),
        ({"pole": "P 1"}, "the pole is 'P 1' and must be 1 to 32 letters"),
        ({"site": ""}, "the site is '' and must be"),
        ({"position": (123.0, 78.0)}, "the position is 123.0, 78.0 and must be latitude -90 to 90"),
        ({"position": (float("nan"), 78.0)}, "must be latitude"),
        ({"reason": "x" * 201}, "the reason has 201 characters and must have at most 200"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_bound(registry: Registry, what: dict[str, object], said: str) -> None:
    values = {"mac": FIRST, "pole": "P1", "site": "sagar", "when": EVENING, **what}
    with pytest.raises(RegistryError, match=said.replace("(", r"\(")):
        registry.bind(**values)  # type: ignore[arg-type]
    assert registry.entries() == []


def test_a_record_without_its_pole_is_refused(registry: Registry) -> None:
    with pytest.raises(RegistryError, match="lacks something"):
        registry.commissioned({"site": "sagar", "when": 1})


def test_the_file_is_where_it_was_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DIYA_REGISTRY", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert registry_path() == tmp_path / "diya" / "registry.sqlite"
    monkeypatch.setenv("DIYA_REGISTRY", str(tmp_path / "named.sqlite"))
    assert registry_path() == tmp_path / "named.sqlite"
    assert registry_path(Path("chosen.sqlite")) == Path("chosen.sqlite")


def test_a_place_that_takes_nothing_is_said_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RegistryError, match="cannot be made"):
        Registry(tmp_path / "file" / "registry.sqlite").bind(FIRST, "P1", "sagar", EVENING)
