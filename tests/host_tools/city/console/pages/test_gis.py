"""The city as GeoJSON."""

from __future__ import annotations

import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from geojson_pydantic import FeatureCollection

from host_tools.city.console.access import tokens
from tests.host_tools.city.console.console_bench import Bench
from tests.town import SAGAR

NUMBERS = {"highest": 100, "radius_m": 0, "minutes": 1, "calls": 6000, "days": 1}


def test_each_pole_is_a_point_with_the_longitude_first(bench: Bench) -> None:
    bench.born("P0003")
    bench.event("P0003", "lampFailure")
    with bench.client("viewer") as client:
        answer = client.get("/gis/poles.geojson")
        assert answer.headers["content-type"] == "application/geo+json"
        assert answer.headers["content-encoding"] == "gzip"
        told = answer.json()
    by_name = {one["id"]: one for one in told["features"]}
    assert (told["type"], len(by_name)) == ("FeatureCollection", 240)
    assert by_name["P0003"]["geometry"] == {"type": "Point", "coordinates": [78.733021, 23.848253]}
    said = by_name["P0003"]["properties"]
    assert (said["state"], said["level"], said["worst"], said["reason"]) == ("lit", 60, 2, "residential")
    assert (said["ward"], said["feeder"], said["roadClass"]) == ("W21", "F01", "main-road")
    assert by_name["P0004"]["properties"]["state"] == "unknown"


def test_a_pole_that_came_into_the_files_is_there_without_a_restart(bench: Bench, tmp_path: Path) -> None:
    site = shutil.copytree(SAGAR, tmp_path / "site")
    bench.settings = replace(bench.settings, site=str(site))
    with bench.client("viewer") as client:
        assert len(client.get("/gis/poles.geojson").json()["features"]) == 240
        with (site / "poles.csv").open("a") as file:
            file.write("P0241,23.826366,78.717001,W05,tili,F12,residential,led-45,virtual\n")
        assert client.get("/gis/poles.geojson").json()["features"][-1]["id"] == "P0241"
        assert client.get("/gis/places.json").json()[-1][0] == "P0241"


def test_it_is_not_sent_again_while_nothing_has_changed(bench: Bench) -> None:
    with bench.client("viewer") as client:
        tag = client.get("/gis/poles.geojson").headers["etag"]
        again = client.get("/gis/poles.geojson", headers={"if-none-match": tag})
        assert (again.status_code, again.content) == (304, b"")
        bench.born("P0003")
        assert client.get("/gis/poles.geojson", headers={"if-none-match": tag}).status_code == 200


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("ward=W14", 20), ("bbox=78.7,23.8,78.8,23.9", 240), ("bbox=79,23.8,80,23.9", 0),
        ("bbox=78.7363,23.8311,78.7373,23.8320&ward=W14", 5), ("bbox=179,-90,-179,90", 0),
    ],
)  # fmt: skip
def test_a_part_of_it_is_asked_for(bench: Bench, query: str, count: int) -> None:
    with bench.client("viewer") as client:
        assert len(client.get(f"/gis/poles.geojson?{query}").json()["features"]) == count


def test_only_what_changed_after_a_revision_is_asked_for(bench: Bench) -> None:
    with bench.client("viewer") as client:
        seen = client.get("/gis/poles.geojson").json()["revision"]
        bench.born("P0003")
        told: dict[str, Any] = client.get(f"/gis/poles.geojson?changed_since={seen}").json()
        assert [one["id"] for one in told["features"]] == ["P0003"]
        assert told["revision"] > seen


@pytest.mark.parametrize("box", ["1,2,3", "a,b,c,d", "0,50,10,40", "0,0,200,10", "nan,0,1,1", ""])
def test_a_box_that_is_none_is_refused_in_a_sentence(bench: Bench, box: str) -> None:
    with bench.client("viewer") as client:
        answer = client.get(f"/gis/poles.geojson?bbox={box}", headers={"accept": "application/json"})
        if box:
            assert answer.status_code == 422
            assert answer.json()["detail"].startswith(f"bbox is '{box}' and must ")
        else:
            assert answer.status_code == 200


def test_feeders_are_lines_with_how_many_of_their_poles_are_what(bench: Bench) -> None:
    bench.born("P0003")
    bench.say("P0003", "presence", online=False)
    bench.event("P0004", "leakageDetected")
    with bench.client("viewer") as client:
        told = client.get("/gis/feeders.geojson").json()["features"]
    first = next(one for one in told if one["id"] == "F01")
    assert first["geometry"]["type"] == "MultiLineString"
    assert sum(len(line) for line in first["geometry"]["coordinates"]) >= 20
    said = first["properties"]
    assert (said["poles"], said["silent"], said["worst"]) == (20, 1, 1)


def test_streets_are_those_of_the_file_and_without_one_the_feeders(bench: Bench, tmp_path: Path) -> None:
    with bench.client("viewer") as client:
        named = {one["properties"].get("name") for one in client.get("/gis/streets.geojson").json()["features"]}
        assert "Street F01" in named
        tag = client.get("/gis/streets.geojson").headers["etag"]
        assert client.get("/gis/streets.geojson", headers={"if-none-match": tag}).status_code == 304


def test_it_is_for_who_is_logged_in(bench: Bench) -> None:
    with bench.client(None) as client:
        for name in ("poles.geojson", "feeders.geojson", "streets.geojson", "places.json", "state.json"):
            assert client.get(f"/gis/{name}", headers={"accept": "*/*"}).status_code == 401


def test_third_parties_take_it_for_geojson(bench: Bench) -> None:
    bench.born("P0003")
    with bench.client("viewer") as client:
        for name in ("poles", "feeders", "streets"):
            told = FeatureCollection(**client.get(f"/gis/{name}.geojson").json())
            assert told.features
            assert all(one.geometry is not None for one in told.features)


@pytest.mark.parametrize(("asked", "packed"), [("gzip", True), ("gzip;q=0", False), ("br", False), ("*", True)])
def test_it_is_compressed_only_where_it_may_be(bench: Bench, asked: str, packed: bool) -> None:
    with bench.client("viewer") as client:
        answer = client.get("/gis/poles.geojson", headers={"accept-encoding": asked})
        assert ("content-encoding" in answer.headers) == packed
        strong = answer.headers["etag"].removeprefix("W/")
        for tag in (strong, f'"other", {answer.headers["etag"]}', "*"):
            assert client.get("/gis/poles.geojson", headers={"if-none-match": tag}).status_code == 304
        assert "authorization" in answer.headers["vary"]
        assert "access-control-allow-origin" not in answer.headers


def test_a_desktop_gis_opens_it_by_its_address(bench: Bench) -> None:
    """As QGIS does, by GDAL: with the token as the password of Basic, or as a header."""
    raw = pytest.importorskip("pyogrio").raw
    from tests.host_tools.city.console.browser import serving

    bench.born("P0003", 60)
    with bench.city() as city, city.writing() as connection:
        token = tokens.add(connection, "qgis", ["read"], [], NUMBERS, "admin", int(time.time()))
    with serving(bench) as console:
        address = f"{console.url}/gis/poles.geojson"
        with_name = address.replace("http://", f"http://qgis:{token}@")
        about, _fids, shapes, values = raw.read(f"/vsicurl/{with_name}")
        assert len(shapes) == 240 and about["crs"] == "EPSG:4326" and about["geometry_type"] == "Point"
        names = dict(zip(about["fields"], values, strict=True))
        lit = list(names["name"]).index("P0003")
        assert (names["state"][lit], names["level"][lit]) == ("lit", 60)
        answer = httpx.get(address, auth=("any", token))
        assert answer.status_code == 200
        assert httpx.get(address, headers={"authorization": f"Bearer {token}"}).status_code == 200
        assert httpx.get(address, auth=("any", "wrong")).status_code == 401
        # a browser repeats a password by itself: so it opens nothing that changes something
        assert httpx.post(f"{console.url}/open311/v2/requests.json", auth=("any", token)).status_code == 403
