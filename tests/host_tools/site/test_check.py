"""`diya site check` as a library: sound sites pass, dark streets are warned of."""

from dataclasses import replace
from datetime import date
from pathlib import Path

from host_tools.site.check import check_site, kinds_of
from host_tools.site.compile import pole_config
from host_tools.site.load import load_site
from host_tools.site.night import Night, courses, energy_wh, power_of

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
