"""What a site's files say for the doors: read, and each mistake in a sentence."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from host_tools.site.check import check_site
from host_tools.site.load import read_site
from tests.town import SAGAR

LINE = [[78.7317, 23.848], [78.7324, 23.8481]]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    shutil.copytree(SAGAR, folder)
    return folder


def feature(name: Any = "A", geometry: Any = None, **properties: Any) -> dict[str, Any]:
    line = {"type": "LineString", "coordinates": LINE} if geometry is None else geometry
    return {"type": "Feature", "id": name, "properties": properties, "geometry": line}


def test_the_sites_own_files_are_read(site: Path) -> None:
    with (site / "site.toml").open("a") as file:
        file.write('\n[cap]\nsenders = ["SDMA"]\nseverities = ["Extreme"]\nhosts = ["sachet.example"]\n')
    found, problems = read_site(site)
    assert found and problems == []
    assert (found.doors.segments["SEG-14"].metres, len(found.doors.segments["SEG-14"].line)) == (25, 5)
    assert found.doors.cameras["7"].latitude == 23.848253
    assert found.doors.stations["112"].name == "Primary school, F01"
    cap = found.doors.cap
    assert (cap.senders, cap.severities, cap.urgencies) == ({"SDMA"}, {"Extreme"}, {"Immediate", "Expected"})


def test_a_site_without_them_has_none(site: Path) -> None:
    for name in ("segments.geojson", "cameras.csv", "stations.csv"):
        (site / name).unlink()
    found, problems = read_site(site)
    assert found and not problems
    assert not (found.doors.segments or found.doors.cameras or found.doors.stations or found.doors.cap.senders)


@pytest.mark.parametrize(
    ("features", "said"),
    [
        ([feature("a/b")], "the id of feature 1 is 'a/b' and must be 1 to 32 letters"),
        ([feature(None)], "the id of feature 1 is None and must be"),
        ([feature(), feature()], "segment A is there twice and must have an id of its own"),
        (
            [feature(geometry={"type": "Point", "coordinates": LINE[0]})],
            "segment A is 'Point' and must be a LineString",
        ),
        (
            [feature(geometry={"type": "LineString", "coordinates": LINE[:1]})],
            "has 1 positions and must have 2 to 1000",
        ),
        ([feature(geometry={"type": "LineString", "coordinates": [[23.848, 78.731], *LINE]})], "longitude first"),
        ([feature(geometry={"type": "LineString", "coordinates": [[450000, 2637000], *LINE]})], "degrees on the Earth"),
        ([feature(geometry={"type": "LineString", "coordinates": [["78", "23"], *LINE]})], "[longitude, latitude]"),
        ([feature(metres=500)], "metres of segment A is 500 and must be 1 to 200"),
        ([3], "the id of feature 1 is None"),
        ("none", "is no GeoJSON FeatureCollection"),
    ],
)
def test_a_mistake_in_the_segments_is_one_sentence(site: Path, features: Any, said: str) -> None:
    text = json.dumps({"type": "FeatureCollection", "features": features})
    (site / "segments.geojson").write_text(text)
    _found, problems = read_site(site)
    assert len(problems) == 1 and said in str(problems[0]), problems


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("cameras.csv", "id,lat\n7,23.8\n", "cameras.csv line 1: the first line has no lon and must name id,lat,lon"),
        ("cameras.csv", "id,lat,lon\n7,23.8,78.7\n7,23.8,78.7\n", "cameras.csv line 3: id is '7' and must be another"),
        ("cameras.csv", "id,lat,lon\n7,78.7,23.8\n", "line 2: lat, lon is 78.7, 23.8 and must lie within 1 degree"),
        ("cameras.csv", "id,lat,lon\na b,23.8,78.7\n", "line 2: id is 'a b' and must be 1 to 32 letters"),
        ("cameras.csv", "id,lat,lon\n7,north,78.7\n", "line 2: lat is 'north' and must be degrees"),
        ("cameras.csv", "id,lat,lon\n7,nan,78.7\n", "line 2: lat, lon is nan, 78.7 and must be in degrees"),
        ("stations.csv", "id,lat,lon\n7,23.8,78.7\n", "stations.csv line 1: the first line has no name"),
        ("stations.csv", "id,name,lat,lon\n7,\x1b[31m,23.8,78.7\n", "line 2: name is '?[31m' and must be one line"),
    ],
)
def test_a_mistake_in_a_list_is_one_sentence_with_its_line(site: Path, name: str, text: str, said: str) -> None:
    (site / name).write_text(text)
    _found, problems = read_site(site)
    assert len(problems) == 1 and said in str(problems[0]), problems


def test_a_list_as_a_spreadsheet_writes_it_is_read(site: Path) -> None:
    (site / "stations.csv").write_bytes("id;name;lat;lon\r\n7;प्राथमिक शाला;23,84;78,73\r\n".encode("utf-16"))
    found, problems = read_site(site)
    assert found and not problems
    assert found.doors.stations["7"].name == "प्राथमिक शाला" and found.doors.stations["7"].latitude == 23.84


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('senders = "SDMA"', "cap.senders is 'SDMA' and must be a list"),
        ('severities = ["severe"]', "cap.severities[1] is 'severe' and must be one of CAP 1.2: Extreme"),
        ('hosts = ["https://sachet.example/"]', "and must be the name of a host, or HOST:PORT"),
        ("auto = true", "cap.auto is not a field here"),
    ],
)
def test_a_mistake_in_the_settings_of_alerts_is_one_sentence(site: Path, text: str, said: str) -> None:
    with (site / "site.toml").open("a") as file:
        file.write(f"\n[cap]\n{text}\n")
    _found, problems = read_site(site)
    assert len(problems) == 1 and said in str(problems[0]), problems


def test_site_check_warns_of_a_segment_without_poles(site: Path) -> None:
    away = feature("AWAY", {"type": "LineString", "coordinates": [[78.9, 23.9], [78.91, 23.9]]})
    (site / "segments.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [away]}))
    verdict = check_site(site, date(2026, 11, 24))
    assert not verdict.problems
    assert "segment AWAY has no pole within 25 m of its line: its level would light nothing" in verdict.warnings
