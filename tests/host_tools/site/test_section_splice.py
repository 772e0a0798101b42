"""Other programmes in a site file: its remarks and all else stay as they are."""

from __future__ import annotations

import copy
import random
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_tools.errors import CommandError
from host_tools.site import sections
from host_tools.site.section_splice import spliced
from tests.town import SAGAR

TEXT = (Path(SAGAR) / "site.toml").read_text()
VALUES = sections.values_of(TEXT)
NAME = st.sampled_from(["market", "park", "residential", "new", "late_2", "odd name", "umlaut-ä"])
POINT = st.fixed_dictionaries({
    "at": st.sampled_from(["23:30", "sunset-10", "dawn"]), "level": st.integers(0, 100), "ramp_s": st.integers(0, 60)
})  # fmt: skip


def changed(values: dict[str, Any], seed: int, name: str, points: list[Any]) -> dict[str, Any]:
    """*values* with a few random edits."""
    dice, out = random.Random(seed), copy.deepcopy(values)
    for _ in range(dice.randint(1, 4)):
        match dice.randint(0, 6):
            case 0:
                out["programmes"][name] = copy.deepcopy(points)
            case 1 if len(out["programmes"]) > 1:
                del out["programmes"][dice.choice(list(out["programmes"]))]
            case 2:
                out["road_classes"][name] = "market"
            case 3:
                out.setdefault("special_days", {})[name] = ["01-26", "08-15"]
            case 4 if out.get("rule"):
                del out["rule"][dice.randrange(len(out["rule"]))]
            case 5:
                dice.shuffle(out["rule"])
            case 6:
                out["rule"].insert(dice.randrange(len(out["rule"]) + 1), {"name": "r", "programme": "market"})
    return out


@given(st.integers(0, 10**6), NAME, st.lists(POINT, min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_any_edit_gives_exactly_these_sections_and_leaves_all_else(seed: int, name: str, points: list[Any]) -> None:
    wanted = changed(VALUES, seed, name, points)
    made = spliced(TEXT, wanted)
    found = tomllib.loads(made)
    assert sections.digest(sections.values_of(made)) == sections.digest(wanted)
    assert found.get("rule", []) == wanted["rule"]
    others = tomllib.loads(TEXT)
    assert all(found[key] == value for key, value in others.items() if key not in sections.SECTIONS)
    for remark in ("# Sagar, Madhya Pradesh", "# percent; no command", "# A programme spans noon", "# Power and power"):
        assert remark in made
    assert spliced(made, wanted) == made
    assert sections.read(sections.text_of(wanted)) == wanted


def test_what_did_not_change_stays_byte_for_byte_and_a_changed_row_keeps_its_neighbours_remarks() -> None:
    assert spliced(TEXT, VALUES) == TEXT
    wanted = copy.deepcopy(VALUES)
    wanted["programmes"]["park"][1]["level"] = 35
    wanted["special_days"]["elections"] = wanted["special_days"]["elections"][:1]
    made = spliced(TEXT, wanted)
    expected = TEXT.replace('"22:00", level = 30', '"22:00", level = 35').replace(
        "2026-12-12, 2027-07-03", "2026-12-12"
    )
    assert made == expected  # "the morning walkers" and "made up" stand where they stood


@pytest.mark.parametrize(
    "text",
    [
        'name = "x"\nprogrammes.a = [{at = "12:00", level = 1}]\nroad_classes = {a = "a"}\n[place]\nx = 1\n',
        '[programmes.a]\n# why\npoints = [{at = "12:00", level = 1}]\nby_day = true\n\n[programmes.b]\npoints = []\n',
        '[[programmes.a]]\nat = "12:00"\nlevel = 1\n[[programmes.a]]\nat = "13:00"\nlevel = 2\n[place]\nx = 1\n',
        '[place]\r\nx = 1\r\n[programmes]\r\na = [{at = "12:00", level = 1}]\r\n',
        "# nothing yet\n", "", '[place]\nx = """\n[programmes]\n"""\n',
    ],
)  # fmt: skip
def test_other_forms_of_toml_are_taken_as_well(text: str) -> None:
    rule = {"name": "r", "programme": "c", "weekdays": ["monday"]}
    programmes = {"a": [{"at": "12:00", "level": 2}], "c": [{"at": "12:00", "level": 0}]}
    wanted = {"programmes": programmes, "road_classes": {"a": "c"}, "rule": [rule]}
    made = spliced(text, wanted)
    others = {key: value for key, value in tomllib.loads(text).items() if key not in sections.SECTIONS}
    assert tomllib.loads(made) == wanted | others
    assert all(line in made for line in text.splitlines() if line.startswith("#"))
    assert ("\r\n" in made) == ("\r\n" in text)


def test_what_is_no_section_or_no_toml_is_refused_in_a_sentence() -> None:
    with pytest.raises(CommandError, match="section 'light'"):
        sections.read("[light]\nfloor = 0\n")
    with pytest.raises(CommandError, match="are not TOML"):
        sections.read("programmes = [")
    with pytest.raises(CommandError, match="at most 100000"):
        sections.read("#" * 100_001)
    with pytest.raises(CommandError, match="must hold texts"):
        sections.text_of({"programmes": {"a": [{"level": 0.5}]}})
    with pytest.raises(CommandError, match="is not TOML"):
        spliced("x = [", {})
