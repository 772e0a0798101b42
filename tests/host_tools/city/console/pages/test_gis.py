"""The city as GeoJSON."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.host_tools.city.console.console_bench import Bench


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
