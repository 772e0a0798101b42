"""GIS in: lists as GIS really writes them are compared, shown, and written into the site's folder when asked again."""

from __future__ import annotations

import base64
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from host_tools.city.doors import gis_import
from host_tools.errors import DiyaError
from host_tools.site import load_site
from tests.host_tools.city.console.console_bench import Bench
from tests.town import SAGAR

NOW = datetime(2026, 11, 24, 23, 10)
SHIFT = 0.0001  # degrees east, 10.2 m in Sagar


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAGAR, tmp_path / "sagar"))


def listed(site: Path, count: int = 240, **members: Any) -> dict[str, Any]:
    """Sagar's own poles as a GIS writes them, P0003 measured again and P0004 in another ward."""
    return {
        "type": "FeatureCollection", **members,
        "features": [
            {
                "type": "Feature", "id": one.name,
                "geometry": {
                    "type": "Point",
                    "coordinates": [one.longitude + (SHIFT if one.name == "P0003" else 0), one.latitude],
                },
                "properties": {
                    "name": one.name, "ward": "W99" if one.name == "P0004" else one.ward, "feeder": one.feeder,
                },
            }
            for one in load_site(site).poles[:count]
        ],
    }  # fmt: skip


def tried(site: Path, content: Any, keep: bool = True, name: str = "gis.geojson") -> gis_import.DryRun:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    return gis_import.dry_run(data, name, site, keep)


def test_a_dry_run_names_what_moved_and_what_changed_and_writes_nothing(site: Path) -> None:
    before = {file.name: file.read_bytes() for file in site.iterdir()}
    run = tried(site, listed(site))
    assert [(name, round(away, 1)) for name, away in run.differences.moved] == [("P0003", 10.2)]
    assert run.differences.changed == [("ward", "P0004", "W21", "W99")]
    assert (run.differences.added, run.differences.gone, run.missing) == ([], [], ())
    assert {file.name: file.read_bytes() for file in site.iterdir()} == before


def test_our_own_export_says_nothing_new(site: Path, bench: Bench) -> None:
    with bench.client("viewer") as client:
        content = client.get("/gis/poles.geojson").content
    run = tried(site, content)
    assert not run.changes and run.differences.same == 240


def test_with_metres_of_utm_three_coordinates_one_id_for_all_and_ids_with_a_slash(site: Path) -> None:
    pyproj = pytest.importorskip("pyproj")
    to = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:32644", always_xy=True)
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32644"}}
    metres = listed(site, crs=crs)
    for one in metres["features"]:
        east, north = to.transform(*one["geometry"]["coordinates"])
        one["geometry"]["coordinates"] = [east, north, 412.5]
        one["id"] = "poles"
    run = tried(site, metres)
    assert [(name, round(away)) for name, away in run.differences.moved] == [("P0003", 10)]
    slashed = listed(site, 3)
    for number, one in enumerate(slashed["features"]):
        one["id"] = f"node/{number}"
        one["properties"] = {"@id": f"node/{number}", "highway": "street_lamp"}
    run = tried(site, slashed)
    assert run.differences.added == ["node-0", "node-1", "node-2"]  # other numbers than ours: a person sees it
    for one in slashed["features"]:
        one["id"], one["properties"] = "poles", {"highway": "street_lamp"}
    slashed["features"][2]["geometry"]["coordinates"][0] -= SHIFT
    assert not tried(site, slashed).changes  # without a number of its own each is known by its place


def test_poles_that_the_list_does_not_have_stay_unless_a_person_says_otherwise(site: Path) -> None:
    gis_import.write(tried(site, listed(site)), site, NOW)
    part = listed(site, 10)
    kept, dropped = tried(site, part), tried(site, part, keep=False)
    assert len(kept.missing) == len(dropped.missing) == 230
    assert kept.differences.gone == [] and len(dropped.differences.gone) == 230
    assert kept.digest != dropped.digest


def test_what_is_written_is_sound_and_what_was_there_has_a_dated_copy(site: Path) -> None:
    old = (site / "poles.csv").read_text(encoding="utf-8")
    content = listed(site)
    run = tried(site, content)
    copies = gis_import.write(run, site, NOW)
    assert copies and copies[-1] == "poles.csv.before-20261124-231000"
    assert (site / copies[-1]).read_text(encoding="utf-8") == old
    found = load_site(site).by_name
    assert found["P0003"].longitude == pytest.approx(78.733021 + SHIFT) and found["P0004"].ward == "W99"
    assert found["P0003"].luminaire == "led-150"  # what the list does not have stays
    assert not tried(site, content).changes


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the list is empty"), (b" \n", "the list is empty"), (b"{", "JSON"),
        (b"SQLite format 3\x00...", "no text"),
        (b"PK\x03\x04zip", "no text"), (b'<?xml version="1.0"?><kml/>', "no text"), (b"[]", "GeoJSON"),
        (b'{"type": "FeatureCollection", "features": []}', "has no features"), (b"name;ward\nP0003;W1\n", ""),
        (b"\x00\xff\xfe\x80" * 100, ""), (b'{"type": "FeatureCollection", "features": [7]}', "must be an object"),
        (b"[" * 50_000, "nested"), (b"lat,lon\n48.1,11.5\n", "is it the list of another city"),
        (b"x" * (gis_import.MOST_BYTES + 1), "must have at most"),
    ],
)  # fmt: skip
def test_what_is_no_list_of_this_city_is_refused_in_a_sentence(site: Path, content: bytes, says: str) -> None:
    before = {file.name: file.read_bytes() for file in site.iterdir()}
    with pytest.raises(DiyaError) as refused:
        tried(site, content, name="<script>.csv")
    assert says in str(refused.value) and "/tmp" not in str(refused.value)
    assert {file.name: file.read_bytes() for file in site.iterdir()} == before


def test_a_folder_that_cannot_be_written_is_said(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = tried(site, listed(site))
    monkeypatch.setattr("os.access", lambda path, mode: False)
    assert "is read-only for this process" in gis_import.unwritable(site)
    with pytest.raises(DiyaError, match="nothing was written"):
        gis_import.write(run, site, NOW)


@pytest.fixture
def engineer(bench: Bench, site: Path) -> Iterator[TestClient[Any]]:
    bench.settings = replace(bench.settings, site=str(site))
    with bench.client("engineer") as client:
        yield client


def test_an_engineer_sees_the_differences_first_and_then_writes_just_these(
    engineer: TestClient[Any], site: Path, bench: Bench
) -> None:
    content = json.dumps(listed(site)).encode()
    old = (site / "poles.csv").read_bytes()
    page = engineer.post("/assets/import", files={"file": ("gis.geojson", content, "application/geo+json")})
    assert page.status_code == 200
    assert "Moved: 1" in page.text and "10.2" in page.text and "W99" in page.text
    assert (site / "poles.csv").read_bytes() == old
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', page.text)
    assert digest
    again = {"content": base64.b64encode(content).decode(), "name": "gis.geojson", "missing": "keep"}
    stale = engineer.post("/assets/import", data={**again, "digest": "0" * 64})
    assert "nothing was written" in stale.text and (site / "poles.csv").read_bytes() == old
    done = engineer.post("/assets/import", data={**again, "digest": digest[1]})
    assert done.status_code == 200 and "Written: 0 new, 0 taken out, 1 moved, 1 fields changed." in done.text
    assert "poles.csv.before-" in done.text
    assert load_site(site).by_name["P0004"].ward == "W99"
    with bench.city() as city, city.reading() as connection:
        said = connection.exec_driver_sql("SELECT who, what FROM audit ORDER BY id DESC").first()
    assert tuple(said or ()) == ("engineer", "poles imported")


def test_hostile_lists_stay_text_on_the_page(engineer: TestClient[Any], site: Path) -> None:
    wild = listed(site, 3)
    texts = ("<script>alert(1)</script>", "=cmd()", "\u202e" + "x" * 10_000)
    for one, text in zip(wild["features"], texts, strict=True):
        one["properties"] = {"name": one["properties"]["name"], "street": text, text[:60]: text, "ward": text}
    sent = {"file": ("<script>alert(2)</script>.json", json.dumps(wild).encode())}
    page = engineer.post("/assets/import", files=sent)
    assert page.status_code in (200, 422)
    assert "<script>alert" not in page.text and "\u202e" not in page.text


def test_an_operator_may_not(bench: Bench) -> None:
    with bench.client("operator") as client:
        assert client.get("/assets/import").status_code == 403
        assert client.post("/assets/import", data={"content": ""}).status_code == 403
        assert "/assets/import" not in client.get("/assets").text
