"""Programmes as the fields of a form: to a site file and back, and any fields at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_tools.city.console import programme_fields
from host_tools.city.console.programme_form import HOWS, form_of, values_of
from host_tools.errors import CommandError
from host_tools.site import sections
from host_tools.site.load import read_text
from host_tools.site.section_splice import spliced
from tests.town import SAGAR

TEXT = (Path(SAGAR) / "site.toml").read_text()
AT = st.one_of(
    st.builds(lambda h, m: f"{h:02}:{m:02}", st.integers(0, 23), st.integers(0, 59)),
    st.builds(
        lambda event, minutes: event if not minutes else f"{event}{minutes:+}",
        st.sampled_from(["sunset", "sunrise", "dusk", "dawn"]), st.integers(-720, 720),
    ),
)  # fmt: skip
POINTS = st.lists(
    st.fixed_dictionaries({"at": AT, "level": st.integers(0, 100), "ramp_s": st.integers(0, 3600)}), min_size=1,
    max_size=24,
)  # fmt: skip
KEYS = st.one_of(
    st.sampled_from(["p-0-name", "p-0-s-0-how", "p-0-s-0-level", "p-16-s-24-value", "r-0-day-x", "r-1-week-monday",
                     "c-market", "d-0-dates", "d-0-name", "r-0-from", "r-0-groups", "p-0-s-0-ramp", "night", "do"]),
    st.text(max_size=12),
)  # fmt: skip
TYPED = st.one_of(st.sampled_from([*HOWS, "23:30", "99999999", "-1", "\u0663", "2026-02-30", ""]), st.text(max_size=20))


@given(POINTS, st.booleans())
@settings(max_examples=40, deadline=None)
def test_every_switch_point_comes_back_as_it_was(points: list[dict[str, Any]], by_day: bool) -> None:
    programme: Any = {"points": points, "by_day": True} if by_day else points
    values = {"road_classes": {"market": "x"}, "programmes": {"x": programme}}
    form = form_of(values)
    assert not any("sun" in point["value"] or "+" in point["value"] for point in form["programmes"][0]["points"])
    found, wrong = values_of(json.loads(json.dumps(form)))
    assert wrong == [] and found == values


@given(st.dictionaries(KEYS, TYPED, max_size=14))
@settings(max_examples=60, deadline=None)
def test_any_fields_give_a_form_and_what_it_calls_sound_is_sound_for_the_loader(fields: dict[str, str]) -> None:
    form = programme_fields.read(fields)
    assert programme_fields.load(json.dumps(form)) == form
    values, wrong = values_of(form)
    if not wrong:
        _site, problems = read_text(spliced(TEXT, values), Path(SAGAR))
        assert all("light.programme" in one.field or "groups" in one.field for one in problems), problems
    else:
        assert sections.text_of(values) is not None


@pytest.mark.parametrize(
    "deed", ["", "remove_rule", "remove_rule 99", "add_point x", "up 99", "remove_point 0", "drop it"]
)
def test_a_button_that_is_none_is_refused(deed: str) -> None:
    form = form_of(sections.values_of(TEXT))
    before = json.dumps(form)
    with pytest.raises(CommandError, match="nothing that can be done"):
        programme_fields.done(form, deed)
    assert json.dumps(form) == before
