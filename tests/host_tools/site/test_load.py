"""A site is read as a whole or refused with every mistake at once."""

from pathlib import Path

import pytest

from host_tools.site import SiteError, find_site, load_site
from host_tools.site.load import read_site
from host_tools.site.model import Site

SITE = """\
name = "town"
[place]
latitude = 52.5
longitude = 13.4
timezone = "Europe/Berlin"
[light]
programme = "plain"
[road_classes]
street = "plain"
[programmes]
plain = [{ at = "sunset", level = 100 }, { at = "sunrise", level = 0 }]
[luminaires.led]
rated_w = 50
lumens = 6000
points = [{ level = 0, power_w = 0.5, power_factor = 0.1 }, { level = 100, power_w = 50, power_factor = 0.98 }]
"""
POLES = """\
# synthetic
pole,latitude,longitude,ward,zone,feeder,road_class,luminaire,board
P0001,52.51,13.41,W1,north,F1,street,led,virtual
P0002,52.52,13.42,W1,north,F1,street,led,virtual
"""


def write(folder: Path, site: str = SITE, poles: str = POLES) -> Path:
    (folder / "site.toml").write_text(site)
    (folder / "poles.csv").write_text(poles)
    return folder


def sentences(folder: Path) -> list[str]:
    return [str(problem) for problem in read_site(folder)[1]]


def test_the_site_that_comes_with_diya_is_sound() -> None:
    site = load_site("sagar")
    assert (site.name, site.timezone, site.latitude, site.longitude) == ("sagar", "Asia/Kolkata", 23.84, 78.74)
    assert len(site.poles) == 240
    assert [pole.name for pole in site.poles[:2]] == ["P0001", "P0002"]
    feeders = [sum(pole.feeder == feeder for pole in site.poles) for feeder in {pole.feeder for pole in site.poles}]
    assert feeders == [20] * 12
    assert "synthetic" in (find_site("sagar") / "poles.csv").read_text().splitlines()[0]


def test_a_small_site_needs_little(tmp_path: Path) -> None:
    site = load_site(write(tmp_path))
    assert site.lit_percent == 10
    assert site.root == "diya/1"
    assert site.poles[0].groups == ("street", "north", "W1", "F1")
    assert site.programmes["plain"][0].ramp_s == 2


def test_an_access_point_is_that_of_the_zone_unless_the_file_says_otherwise(tmp_path: Path) -> None:
    assert [pole.access_point for pole in load_site(write(tmp_path)).poles] == ["north", "north"]
    poles = POLES.replace("board\n", "board,access_point\n").replace("led,virtual\n", "led,virtual,ap-7\n", 1)
    poles = poles.replace("led,virtual\n", "led,virtual,\n", 1)
    assert [pole.access_point for pole in load_site(write(tmp_path, poles=poles)).poles] == ["ap-7", "north"]
    assert load_site(tmp_path).poles[0].groups == ("street", "north", "W1", "F1")  # it takes no commands
    (problem,) = sentences(write(tmp_path, poles=poles.replace("ap-7", "ap 7")))
    assert problem.startswith("poles.csv line 3: access_point is 'ap 7' and must be 1 to 32 letters")


def test_every_mistake_of_both_files_is_found_in_one_pass(tmp_path: Path) -> None:
    site = (
        SITE.replace("52.5\n", "152.5\n")
        .replace("Europe/Berlin", "Europe/Nowhere")
        .replace("level = 100 }", "level = 101 }")
        .replace('"sunrise"', '"sunrose"')
        .replace("rated_w = 50", 'rated_w = "fifty"')
        .replace('street = "plain"', 'street = "fancy"')
    )
    poles = POLES.replace("P0002", "P0001").replace("52.51", "x").replace("led,virtual\n", "lead,nothing\n", 1)
    assert sentences(write(tmp_path, site, poles)) == [
        "site.toml line 3: place.latitude is 152.5 and must be -90 to 90 degrees north",
        "site.toml line 5: place.timezone is 'Europe/Nowhere' and must be an IANA time zone such as Asia/Kolkata",
        "site.toml line 9: road_classes.street is 'fancy' and must be a programme: plain",
        "site.toml line 11: programmes.plain[1].level is 101 and must be 0 to 100 percent",
        "site.toml line 11: programmes.plain[2].at is 'sunrose' and must be HH:MM, or sunset, sunrise, dusk or dawn, "
        "with at most 720 minutes added such as sunset-10",
        "site.toml line 13: luminaires.led.rated_w is 'fifty' and must be a number, 1 to 4000 W",
        "poles.csv line 3: luminaire is 'lead' and must be one of led",
        "poles.csv line 3: board is 'nothing' and must be one of esp32-c3-devkitm, esp32-devkitc, "
        "esp32-s3-devkitc, virtual, virtual-holdup",
        "poles.csv line 3: latitude is 'x' and must be -90 to 90 degrees",
        "poles.csv line 4: pole is 'P0001' and must be new: line 3 has it already",
    ]


def test_an_error_names_the_first_mistake_and_counts_the_rest(tmp_path: Path) -> None:
    with pytest.raises(SiteError) as caught:
        load_site(write(tmp_path, SITE.replace("level = 0 }", 'level = "off", lvel = 1 }')))
    assert len(caught.value.problems) == 2
    assert "(and 1 more" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ('name = "town"', 'name = "my town"', 1, "name is 'my town' and must be 1 to 32 letters"),
        ('name = "town"', "", 1, "name is missing and must be given"),
        ("[light]", "[light]\nfloor = 20.5", 7, "light.floor is 20.5 and must be a whole number, 0 to 100 percent"),
        ("[light]", "[light]\nfloor = true", 7, "light.floor is True and must be a whole number"),
        ('programme = "plain"', "", 6, "light.programme is missing"),
        ("[light]", "[light]\nflor = 20", 7, "light.flor is not a field here"),
        ("[light]", "[broker]\nurl = 'mqtt://'\n[light]", 7, "broker.url is 'mqtt://' and must be mqtt://HOST"),
        (
            "level = 100, power_w = 50",
            "level = 90, power_w = 50",
            15,
            "points go from 0 to 90 and must go from 0 to 100",
        ),
        ("power_factor = 0.98", "power_factor = 98", 15, "power_factor is 98 and must be 0 to 1"),
        ("plain = [{", "plain = {points = [], by_day = 1} #", 11, "programmes.plain.by_day is 1 and must be true or"),
        ("plain = [{", "plain = {by_day = true} #", 11, "programmes.plain.points is missing and must be given"),
        ("plain = [{", "plain = {point = 3} #", 11, "programmes.plain.point is not a field here"),
        ("plain = [{", "plain = [] #", 11, "programmes.plain has 0 entries and must have 1 to 24"),
        ("[luminaires.led]", "[[rule]]\nname='x'\nprogramme='plain'\n[luminaires.led]", 12, "rule[1] has no condition"),
        (
            "[luminaires.led]",
            "[[rule]]\nname='x'\nprogramme='plain'\ngroups=['nroth']\n[luminaires.led]",
            15,
            "rule[1].groups[1] is 'nroth' and must be a road class, zone, ward or feeder of poles.csv, such as north",
        ),
        (
            "[luminaires.led]",
            "[[rule]]\nname='x'\nprogramme='plain'\nfrom=2026-05-01\nto=2026-04-01\n[luminaires.led]",
            16,
            "rule[1].to is 2026-04-01 and must be 2026-05-01 or later",
        ),
        (
            "[luminaires.led]",
            "[special_days]\nholi=[2027-03-22, '13-01']\n[luminaires.led]",
            13,
            "special_days.holi[2] is 13-01 and must be a date",
        ),
    ],
)
def test_a_mistake_in_the_toml_is_named_with_its_line(tmp_path: Path, old: str, new: str, line: int, said: str) -> None:
    found = sentences(write(tmp_path, SITE.replace(old, new, 1)))
    assert any(said in sentence and sentence.startswith(f"site.toml line {line}: ") for sentence in found), found


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("52.51,13.41", "13.41,52.51", "line 3: latitude is 13.41 and must be 51.5 to 53.5 degrees"),
        (
            "W1,north,F1,street,led,virtual\nP",
            "W1,north,F1,street,led\nP",
            "line 3: the line has 8 fields and must have 9",
        ),
        ("north", "W1", "line 3: zone is 'W1' and must not be a ward as well, as on line 3"),
        ("P0001", "P/1", "line 3: pole is 'P/1' and must be 1 to 32 letters"),
        ("ward,", "word,", "line 2: word is not a column and must be left out"),
        ("ward,", "word,", "line 2: ward is missing and must be one of the columns"),
    ],
)
def test_a_mistake_in_the_csv_is_named_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    found = sentences(write(tmp_path, poles=POLES.replace(old, new, 1)))
    assert any(sentence.startswith(f"poles.csv {said}") for sentence in found), found


def test_a_text_that_is_no_toml_is_one_mistake_with_its_line(tmp_path: Path) -> None:
    site, problems = read_site(write(tmp_path, SITE.replace("[light]", "[light")))
    assert site is None
    assert [problem.line for problem in problems] == [6]


def test_missing_files_are_said_so(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match=r"has no site\.toml and must be a folder which holds one"):
        load_site(tmp_path)
    (tmp_path / "site.toml").write_text(SITE)
    assert any("poles.csv: the file cannot be read" in sentence for sentence in sentences(tmp_path))


def test_more_poles_than_the_file_has_are_made_up_the_same_each_time() -> None:
    many, fewer = load_site("sagar", 300), load_site("sagar", 260)
    assert [pole.name for pole in many.poles[238:242]] == ["P0239", "P0240", "P0241", "P0242"]
    assert many.poles[:260] == fewer.poles
    assert len({pole.name for pole in many.poles}) == 300
    assert all(abs(pole.latitude - 23.84) < 0.1 and abs(pole.longitude - 78.74) < 0.1 for pole in many.poles)
    street = [pole for pole in many.poles if pole.feeder == "F13"]
    assert len(street) == 20
    assert len({(pole.latitude, pole.longitude) for pole in street}) == 20


def test_fewer_poles_are_the_first_ones() -> None:
    site: Site = load_site("sagar", 3)
    assert [pole.name for pole in site.poles] == ["P0001", "P0002", "P0003"]


def test_ward_zone_feeder_and_access_point_may_be_unknown(tmp_path: Path) -> None:
    poles = "pole,latitude,longitude,ward,zone,road_class,luminaire,board\nP1,52.51,13.41,,,street,led,virtual\n"
    (pole,) = load_site(write(tmp_path, poles=poles)).poles
    assert (pole.groups, pole.feeder, pole.access_point) == (("street",), "", "")


def test_what_the_city_calls_poles_and_groups_is_kept(tmp_path: Path) -> None:
    poles = POLES.replace("board\n", "board,label\n").replace("led,virtual\n", "led,virtual,खंभा 12/अ\n", 1)
    poles = poles.replace("F1,street,led,virtual\n", "F1,street,led,virtual,\n")
    site = load_site(write(tmp_path, SITE + '[names]\nW1 = "वार्ड 1, सदर"\n', poles))
    assert site.poles[0].called == "P0001 (खंभा 12/अ)"
    assert (site.called("W1"), site.called("north")) == ("W1 (वार्ड 1, सदर)", "north")


def test_labels_and_names_have_no_line_ends_or_control_characters(tmp_path: Path) -> None:
    poles = POLES.replace("board\n", "board,label\n").replace("virtual\n", 'virtual,"a\nb"\n')
    found = sentences(write(tmp_path, SITE + '[names]\nW1 = "ward\\u001b[2J"\n', poles))
    assert len(found) == 3
    assert "names.W1 is 'ward?[2J' and must be one line of characters that can be printed" in found[0]
    assert "poles.csv line 3: label is 'a?b' and must be one line" in found[1]
    assert found[2].startswith("poles.csv line 5: ")


EXCEL = POLES.replace("# synthetic\n", "")


@pytest.mark.parametrize(
    "data",
    [
        ("\ufeff" + EXCEL).encode(),
        EXCEL.replace("\n", "\r\n").encode(),
        EXCEL.replace("\n", "\r").encode(),
        EXCEL.replace(",", ";").replace("52.", "52,").replace("13.", "13,").encode(),
        ("sep=;\r\n" + EXCEL.replace(",", ";")).encode(),
        EXCEL.replace(",", "\t").encode("utf-16"),
        EXCEL.replace("board\n", "board,,\n").replace("virtual\n", "virtual,,\n").encode(),
        EXCEL.replace("north", '"north"').encode(),
    ],
)
def test_a_file_as_a_spreadsheet_saves_it_is_read(tmp_path: Path, data: bytes) -> None:
    write(tmp_path)
    (tmp_path / "poles.csv").write_bytes(data)
    site = load_site(tmp_path)
    assert [(pole.name, pole.latitude, pole.zone) for pole in site.poles] == [
        ("P0001", 52.51, "north"),
        ("P0002", 52.52, "north"),
    ]


def test_a_quotation_that_does_not_end_is_named_with_its_line(tmp_path: Path) -> None:
    rows = "".join(f"Q{n},52.51,13.41,W1,north,F1,street,led,virtual\n" for n in range(60))
    poles = POLES.replace("W1,north", 'W1,"north', 1) + rows
    assert (
        "poles.csv line 3: the line opens a quotation that ends on line 65"
        in sentences(write(tmp_path, poles=poles))[0]
    )


def test_a_remark_may_hold_quotation_marks(tmp_path: Path) -> None:
    assert len(load_site(write(tmp_path, poles=POLES.replace("# synthetic", '# a, "b'))).poles) == 2


def test_text_that_is_not_unicode_is_said_to_be(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "poles.csv").write_bytes(POLES.replace("north", "nörd").encode("cp1252"))
    assert "must be UTF-8 text" in sentences(tmp_path)[0]


def test_a_mast_of_four_kilowatts_with_nine_lamps_is_a_luminaire(tmp_path: Path) -> None:
    text = SITE.replace("rated_w = 50", "rated_w = 4000\nlamps = 9").replace("power_w = 50", "power_w = 4480")
    assert load_site(write(tmp_path, text)).luminaires["led"].lamps == 9
    (problem,) = sentences(write(tmp_path, text.replace("4480", "5001")))
    assert "points[2].power_w is 5001 and must be 0 to 5000 W" in problem


def test_power_that_falls_with_the_level_is_named_before_a_pole_refuses_it(tmp_path: Path) -> None:
    (problem,) = sentences(write(tmp_path, SITE.replace("power_w = 0.5", "power_w = 60")))
    assert "points[2].power_w is 50 and must be 60 W or more, as before it" in problem


def test_a_pole_is_found_by_name_without_a_search() -> None:
    site = load_site("sagar")
    assert site.pole("P0240") is site.poles[239]
    with pytest.raises(KeyError):
        site.pole("P9999")


def test_a_luminaire_says_technology_and_driver(tmp_path: Path) -> None:
    def kind(more: str) -> tuple[str, str]:
        site = load_site(write(tmp_path, SITE.replace("rated_w = 50", f"rated_w = 50\n{more}")))
        (luminaire,) = site.luminaires.values()
        return luminaire.technology, luminaire.driver

    assert kind("") == ("led", "constant-power")
    assert kind('driver = "follows-voltage"') == ("led", "follows-voltage")
    assert kind('technology = "hps"') == ("hps", "follows-voltage")  # a ballast of iron
    assert kind('technology = "mh"\ndriver = "constant-power"') == ("mh", "constant-power")
    assert sentences(write(tmp_path, SITE.replace("rated_w = 50", 'rated_w = 50\ntechnology = "oil"\ndriver = 7'))) == [
        "site.toml line 14: luminaires.led.technology is 'oil' and must be a technology: led, hps, mh",
        "site.toml line 15: luminaires.led.driver is 7 and must be text",
    ]


def test_a_feeder_may_be_switched_at_dusk_and_dawn_and_what_is_wrong_with_it_is_said(tmp_path: Path) -> None:
    for name in ("site.toml", "poles.csv"):
        (tmp_path / name).write_text((find_site("sagar") / name).read_text())
    feeder = load_site(tmp_path).poles[0].feeder
    text = (tmp_path / "site.toml").read_text()
    (tmp_path / "site.toml").write_text(f'{text}\n[feeders]\n{feeder} = {{switched = "dusk-dawn"}}\n')
    assert load_site(tmp_path).switched == {feeder}
    (tmp_path / "site.toml").write_text(f'{text}\n[feeders]\n{feeder} = {{switched = "noon"}}\nNOT = {{switch = 1}}\n')
    said = [str(problem) for problem in read_site(tmp_path)[1]]
    assert len(said) == 3 and any("'noon'" in one and "dusk-dawn" in one for one in said), said
    assert any("feeders.NOT is no pole's feeder" in one for one in said)
