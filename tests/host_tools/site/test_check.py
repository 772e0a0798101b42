"""`diya site check` as a library: sound sites pass, dark streets are warned of."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from host_tools.site import time_witnesses
from host_tools.site.check import check_site, kinds_of
from host_tools.site.load import load_site
from host_tools.site.night_preview import Night, courses, energy_wh, power_of
from host_tools.site.pole_settings import pole_config
from host_tools.site.time_witnesses import lone_witnesses
from pole.settings import schema

FOLDER = Path(__file__).parents[3] / "simulator" / "sites" / "sagar"


def test_sagar_is_lit_from_dusk_to_dawn_on_every_night_of_a_year() -> None:
    verdict = check_site(FOLDER, date(2026, 11, 1))
    assert verdict.problems == []
    assert verdict.warnings == []


def test_a_programme_that_leaves_a_street_dark_is_warned_of(tmp_path: Path) -> None:
    text = (FOLDER / "site.toml").read_text().replace('"22:00", level = 30', '"22:00", level = 5')
    (tmp_path / "site.toml").write_text(text)
    (tmp_path / "poles.csv").write_text((FOLDER / "poles.csv").read_text())
    verdict = check_site(tmp_path, date(2026, 11, 1))
    assert verdict.problems == []
    assert len(verdict.warnings) == 1
    assert "(park) are dark on " in verdict.warnings[0]
    assert "on the night of 2026-11-01 the level is 5 at 22:00, and lit is 10 or more" in verdict.warnings[0]


PART_NIGHT = """
residential = { points = [
  { at = "sunset", level = 90 }, { at = "23:00", level = 0 },
  { at = "05:30", level = 90 }, { at = "sunrise", level = 0 },
] }
"""


def changed(folder: Path, residential: str) -> Path:
    """Sagar with five poles and another programme for its residential streets."""
    text = (FOLDER / "site.toml").read_text()
    start = text.index("residential = [\n")
    end = text.index("]\n", start) + 2
    (folder / "site.toml").write_text(text[:start] + residential + text[end:])
    lines = [line for line in (FOLDER / "poles.csv").read_text().splitlines() if not line.startswith("#")]
    only = [line for line in lines[1:] if ",residential," in line][:5]
    rules = text[text.index("[[rule]]") : text.index("# Power and power factor")]
    (folder / "site.toml").write_text((folder / "site.toml").read_text().replace(rules, ""))
    (folder / "poles.csv").write_text("\n".join([lines[0], *only]) + "\n")
    return folder


def test_the_days_on_which_a_fixed_time_comes_by_day_are_named(tmp_path: Path) -> None:
    verdict = check_site(changed(tmp_path, PART_NIGHT), date(2026, 1, 1))
    assert verdict.problems == []
    dark, by_day = verdict.warnings  # it is part-night lighting, and that is said as well
    assert "are dark on 366 nights" in dark
    assert by_day == (
        "residential: 05:30 comes by day on 35 days of the coming year (2026-05-23 to 2026-06-26), and poles keep the "
        "lamp off then; by_day = true in the programme lets it burn"
    )


def test_a_programme_without_an_end_burns_by_day_and_is_warned_of_unless_it_says_so(tmp_path: Path) -> None:
    endless = "residential = {%s points = [{ at = 'sunset', level = 90 }] }\n"
    verdict = check_site(changed(tmp_path, endless % ""), date(2026, 1, 1))
    assert verdict.problems == []
    assert len(verdict.warnings) == 1
    assert "(residential) burn by day on 366 days of the coming year (2026-01-01 to 2027-01-01)" in verdict.warnings[0]
    assert "at 90 percent, because of residential: sunset" in verdict.warnings[0]
    assert check_site(changed(tmp_path, endless % " by_day = true,"), date(2026, 1, 1)).warnings == []


def test_a_programme_that_burns_by_day_is_told_to_the_pole(tmp_path: Path) -> None:
    tunnel = "residential = { by_day = true, points = [{ at = '12:00', level = 60 }] }\n"
    site = load_site(changed(tmp_path, tunnel))
    given = pole_config(site, site.poles[0], 1795000000)
    assert given["byDay"] == ["residential"]
    assert schema.check(given) == []
    assert {one.level for one in Night(site, site.poles[0], date(2026, 6, 1)).switches()} == {60}
    assert "byDay" not in pole_config(load_site(FOLDER), load_site(FOLDER).poles[0], 1795000000)  # for older firmware


def test_sagar_s_programmes_are_right_from_8_to_60_degrees() -> None:
    """Never below the lit level between dusk and dawn, never burning by day but for the minutes that they ask for."""
    sagar = load_site(FOLDER)
    for latitude in (8.0, 24.0, 40.0, 52.0, 60.0, -35.0):
        pole = replace(sagar.poles[0], latitude=latitude, longitude=0.0)
        for name in sagar.programmes:
            site = replace(sagar, programme=name, road_classes={}, rules=(), timezone="UTC", latitude=latitude)
            calendar = None
            for day in range(0, 366, 23):
                night = Night(site, pole, date(2026, 1, 1) + timedelta(days=day), calendar)
                calendar = night.calendar
                where = (latitude, name, night.date)
                assert night.first_below(site.lit_percent) is None, where
                lit = night.burns_by_day()
                assert lit is None or lit[1] <= 31 * 60, (*where, lit)


def test_poles_with_one_witness_of_time_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    site = load_site(FOLDER, 3)
    assert list(lone_witnesses(site)) == []
    monkeypatch.setattr(time_witnesses, "_parts", lambda board: frozenset({"relay", "dimmer"}))
    (said,) = lone_witnesses(site)  # its broker is on this machine, which no pole reaches
    assert said.startswith("P0001, P0002, P0003 have only time servers to tell the time or the day by: ")
    assert list(lone_witnesses(replace(site, broker="mqtts://broker.sagar.example"))) == []
    monkeypatch.setattr(time_witnesses, "_parts", lambda board: frozenset({"photocell"}))
    assert list(lone_witnesses(site)) == []


def test_a_night_runs_from_noon_to_noon_and_names_its_reasons() -> None:
    site = load_site(FOLDER)
    night = Night(site, site.pole("P0002"), date(2026, 11, 24))
    assert [(one.level, one.reason) for one in night.switches()] == [
        (0, "main-road: sunrise+10min"),
        (100, "main-road: sunset-10min"),
        (70, "main-road: 23:30"),
        (100, "main-road: 04:30"),
        (0, "main-road: sunrise+10min"),
    ]
    sunset, dusk, dawn, sunrise = (mark.at for mark in night.sun())
    assert night.start < sunset < dusk < dawn < sunrise < night.end
    assert night.end - night.start == 86400


def test_poles_that_will_do_the_same_are_one_course_and_their_power_adds_up() -> None:
    site = load_site(FOLDER)
    shown = courses(site, site.poles, date(2026, 11, 8))
    assert [(course.name, len(course.poles)) for course in shown] == [("diwali", 240)]
    power = power_of(site, shown)
    rated = sum(site.luminaires[pole.luminaire].rated_w for pole in site.poles)
    assert max(power.values) == rated
    assert power.values[0] == power.values[-1] == 0
    assert rated * 12 < energy_wh(power, shown[0].night.end) < rated * 14


def test_kinds_stand_for_all_poles() -> None:
    site = load_site(FOLDER)
    assert len(kinds_of(site.poles, site)) == 5


def test_two_poles_at_one_place_and_names_alike_but_for_capitals_are_warnings(tmp_path: Path) -> None:
    (tmp_path / "site.toml").write_text((FOLDER / "site.toml").read_text())
    head, *rows = [line for line in (FOLDER / "poles.csv").read_text().splitlines() if not line.startswith("#")]
    rows = [*rows, rows[0].replace("P0001", "p0001"), *(rows[1].replace("P0002", f"Q{n}") for n in range(8))]
    (tmp_path / "poles.csv").write_text("\n".join([head, *rows]) + "\n")
    verdict = check_site(tmp_path, date(2026, 11, 1))
    assert verdict.problems == []
    place, name = verdict.warnings
    assert place.startswith(
        "two poles stand within 1 m of each other (9 pairs of poles do): P0001 and p0001, P0002 and Q0"
    )
    assert place.endswith(" and 4 more")
    assert name.startswith("two names differ in capitals only") and name.endswith("P0001 and p0001")


def test_a_guessed_luminaire_is_not_told_to_the_pole() -> None:
    site = load_site(FOLDER)
    pole = site.poles[0]
    kind = replace(site.luminaires[pole.luminaire], assumed=True)
    guessed = replace(site, luminaires={**site.luminaires, pole.luminaire: kind})
    assert pole_config(site, pole, 1795000000)["luminaire"]
    assert pole_config(guessed, pole, 1795000000)["luminaire"] == []
