"""What is known of a pole before it is asked: from its site's files or its bundle, or nothing."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from host_tools.field.bundle import Bundle, Damaged
from host_tools.field.commission.known_pole import Knowledge, NotThere, known
from host_tools.site import find_site, load_site
from host_tools.site.pole_settings import pole_config


class StubBundle:
    """As much of a bundle as is asked for."""

    poles = ("P0001",)

    def files(self, pole: str) -> dict[str, bytes]:
        site = load_site("sagar", 1)
        return {"config.json": json.dumps(pole_config(site, site.pole(pole), 1_795_000_000)).encode()}


def test_a_site_and_the_bundle_made_of_it_know_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Bundle, "open", lambda path, trust=None: StubBundle())
    of_site = known("sagar", None, None, "sagar", "P0001")
    of_bundle = known(None, Path("sagar.diya"), None, "sagar", "P0001")
    assert of_site.type and of_bundle.type
    assert of_site.type.points == of_bundle.type.points
    assert of_site.position == of_bundle.position
    with pytest.raises(NotThere, match=r"P9999 by itself, and that is not among the poles of sagar\.diya"):
        known(None, Path("sagar.diya"), None, "sagar", "P9999")


def test_without_a_word_the_site_of_the_poles_own_name_is_taken_where_there_is_one() -> None:
    assert known(None, None, None, "sagar", "P0001").position is not None
    assert known(None, None, None, "nowhere", "P0001") == Knowledge()
    assert known(None, None, None, "sagar", "P9999") == Knowledge()


def test_a_site_that_was_named_must_have_the_pole() -> None:
    with pytest.raises(NotThere, match="P9999 by itself, and that is not among the poles of sagar"):
        known("sagar", None, None, "sagar", "P9999")


@pytest.mark.parametrize("config", [b"[]", b"{}", b'{"latitude": [], "longitude": 1}', b'{"latitude": NaN}'])
def test_a_configuration_that_makes_no_sense_is_one_sentence(config: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(StubBundle, "files", lambda self, pole: {"config.json": config})
    monkeypatch.setattr(Bundle, "open", lambda path, trust=None: StubBundle())
    with pytest.raises(Damaged, match="makes no sense"):
        known(None, Path("sagar.diya"), None, "sagar", "P0001")


def test_between_the_points_of_a_type_are_straight_lines() -> None:
    kind = known("sagar", None, None, "", "P0001").type
    assert kind is not None
    assert kind.at(10) == (19.5, 0.6)
    watts, factor = kind.at(17.5)
    assert abs(watts - 30.4) < 1e-9 and abs(factor - 0.66) < 1e-9
    assert kind.at(5) == kind.at(10) and kind.at(100) == (150.0, 0.98)


def test_a_type_whose_power_is_a_guess_is_not_known(tmp_path: Path) -> None:
    shutil.copytree(find_site("sagar"), tmp_path / "s")
    toml = tmp_path / "s" / "site.toml"
    toml.write_text(re.sub(r"(?m)^rated_w = ", "assumed = true\nrated_w = ", toml.read_text()))
    found = known(str(tmp_path / "s"), None, None, "", "P0001")
    assert found.type is None and found.position is not None
