"""The map of a run is GeoJSON as RFC 7946 has it, and says what each pole is and what came of it."""

import json
from datetime import datetime
from pathlib import Path

from geojson_pydantic import FeatureCollection

from host_tools.site import load_site
from simulator import run
from simulator.report.heat_map import draw_heat_map
from simulator.report.street_map import feature_of, write_street_map
from tests.simulator.small_site import pole

SCENARIO = """name = "a lamp"
hours = 0.2
[[happening]]
kind = "lamp_open"
pole = "P0002"
at = "+4m"
"""


def test_what_is_not_known_is_left_out() -> None:
    properties = feature_of(pole(1), {}, None, {})["properties"]
    assert "ward" not in properties or properties["ward"]
    assert (properties["pole"], properties["level"], properties["dark_minutes"]) == ("P0001", None, 0.0)


def test_the_map_and_the_heat_map_of_a_run(tmp_path: Path) -> None:
    scenario, path, picture = (tmp_path / name for name in ("s.toml", "map.geojson", "heat.png"))
    scenario.write_text(SCENARIO)
    site = load_site("sagar", 3)
    outcome = run.simulate(run.Options(site, datetime(2026, 11, 24, 21), scenario=str(scenario)))
    write_street_map(outcome, path)
    read = FeatureCollection.model_validate_json(path.read_text())
    assert [one.id for one in read.features] == ["P0001", "P0002", "P0003"]
    first, second, _third = json.loads(path.read_text())["features"]
    assert first["geometry"]["coordinates"] == [site.poles[0].longitude, site.poles[0].latitude]
    assert first["properties"]["feeder"] == "F01" and first["properties"]["level"] == 100
    assert first["properties"]["events"] == {}
    assert second["properties"]["events"]["lampFailure"] == 1
    draw_heat_map(outcome, picture)
    assert picture.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
