"""A city's list becomes a site that is sound, says what was assumed, and keeps its poles at the next list."""

from __future__ import annotations

import csv
import json
import random
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from host_tools.cli import run
from host_tools.site import Site, load_site
from host_tools.site.check import check_site
from host_tools.site.inventory.folder import write
from host_tools.site.inventory.imports import Import, Wishes, prepare
from host_tools.site.inventory.table import InventoryError
from tests.host_tools.site.inventory.lists import GERMAN, HINDI, KOREAN, METRES, OSM, PLAIN, geojson, put

WISHES = Wishes(timezone="Asia/Kolkata")


def made(folder: Path, file: Path, wishes: Wishes = WISHES) -> tuple[Site, Import]:
    """The site in *folder* after the import of *file*, checked."""
    done = prepare(file, folder, wishes)
    write(folder, done.texts)
    verdict = check_site(folder, date(2026, 11, 24))
    assert verdict.problems == []
    return load_site(folder), done


def said(done: Import, start: str) -> str:
    """The assumption that begins with *start*."""
    (note,) = [note for note in done.notes if note.startswith(start)]
    return note


def test_a_list_with_numbered_wards_and_feeders_keeps_them_apart(tmp_path: Path) -> None:
    site, done = made(tmp_path / "s", put(tmp_path, "l.csv", PLAIN))
    assert [pole.name for pole in site.poles] == ["601", "602", "603", "604"]
    first, second, third, _ = site.poles
    assert first.groups == ("minor-arterial", "east-market", "W2", "F2")
    assert second.feeder == "" and third.groups == ("Local", "west-end", "W6", "F6")
    assert site.called("east-market") == "east-market (East / Market)"
    assert site.called("W2") == "W2 (2)" and site.called("F2") == "F2 (2)"
    assert "feeder: from FEEDER, 2 names" in said(done, "feeder") and "1 light without" in said(done, "feeder")


def test_several_lamps_of_a_pole_are_one_luminaire_with_their_sum(tmp_path: Path) -> None:
    site, done = made(tmp_path / "s", put(tmp_path, "l.csv", PLAIN))
    kinds = [site.luminaires[pole.luminaire] for pole in site.poles]
    assert [(kind.name, kind.rated_w, kind.lamps) for kind in kinds] == [
        ("hps-250", 250, 1), ("hps-400x2", 800, 2), ("led-90", 90, 1), ("hps-250x9", 2250, 9)
    ]  # fmt: skip
    assert not any(kind.assumed for kind in kinds)
    assert kinds[0].power_at(100) == kinds[0].power_at(50) == 280  # a ballast takes its part, and does not dim
    assert kinds[2].power_at(50) < 60
    assert "up to 2250 W on one pole" in " ".join(done.notes)


def test_a_list_in_hindi_with_a_title_and_minutes_and_mistakes(tmp_path: Path) -> None:
    site, done = made(tmp_path / "s", put(tmp_path, "सूची.csv", "\ufeff" + HINDI))
    assert [pole.name for pole in site.poles] == ["12-1", "12-2", "13-1", "13-3"]
    assert site.poles[0].called == "12-1 (12/1, सदर बाज़ार, गली नं 2)"
    assert [(pole.latitude, pole.longitude) for pole in site.poles][1:] == [
        (23.8389, 78.7379), (23.84, 78.74), (23.8387, 78.7377)
    ]  # fmt: skip
    assert [pole.luminaire for pole in site.poles] == ["led-45", "hps-150", "led-90", "led-90"]
    assert site.names == {"sdr": "सदर", "sivil-lains": "सिविल लाइन्स"}
    assert {note for note in done.notes if "out" in note or "exchanged" in note} == {
        "left out: 1 row without coordinates, line 7",
        "left out: 1 row more than 0.9 degrees from the middle of the lights, line 9",
        "latitude and longitude: exchanged in 1 row, taken the other way round, line 8",
        "header: on line 2; 1 line before it left out",
    }


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", HINDI), ("utf-8-sig", HINDI), ("utf-16", HINDI.replace(",", "\t")),
        ("utf-16-le", HINDI),
    ],
)  # fmt: skip
def test_a_list_is_read_in_the_encoding_it_was_saved_in(tmp_path: Path, encoding: str, text: str) -> None:
    site, _done = made(tmp_path / "s", put(tmp_path, "l.csv", text.encode(encoding)))
    assert len(site.poles) == 4 and site.poles[1].label == "12/2, सदर बाज़ार"


def test_western_and_eastern_lists_in_their_old_encodings(tmp_path: Path) -> None:
    zone = Wishes(timezone="Europe/Berlin")
    site, done = made(tmp_path / "de", put(tmp_path, "de.csv", GERMAN.encode("cp1252")), zone)
    assert [(pole.label, pole.feeder, pole.luminaire) for pole in site.poles] == [
        ("Königstraße", "sk-12", "hps-70"), ("Bäckergasse", "sk-12", "led-23.5")
    ]  # fmt: skip
    assert said(done, "encoding") == "encoding: read as cp1252"
    korean = "보안등위치명,설치개수,소재지도로명주소,위도,경도\n" + "".join(
        f"대학동{n},{n},서울특별시 관악구 호암로 {n},37.46{n},126.94{n}\n" for n in range(1, 9)
    )
    site, _ = made(tmp_path / "ko", put(tmp_path, "ko.csv", korean.encode("cp949")), Wishes(timezone="Asia/Seoul"))
    assert site.poles[1].label == "대학동2, 서울특별시 관악구 호암로 2"
    assert site.luminaires[site.poles[1].luminaire].lamps == 2


def test_nothing_but_places_is_enough_and_what_is_not_known_is_not_invented(tmp_path: Path) -> None:
    site, done = made(tmp_path / "s", put(tmp_path, "l.csv", KOREAN + KOREAN.splitlines()[1] + "\n"), Wishes())
    assert [pole.name for pole in site.poles] == [f"P{n:04d}" for n in range(1, 11)]
    assert site.timezone == "Asia/Seoul"
    assert {(pole.ward, pole.zone, pole.feeder, pole.access_point) for pole in site.poles} == {("W1", "", "", "")}
    assert site.luminaires[site.poles[0].luminaire].assumed
    assert said(done, "ward") == "ward: not in the list, all poles get W1"
    assert said(done, "feeder") == "feeder: not in the list, left empty: no fault is told of a feeder"
    assert said(done, "left out") == "left out: 1 row that repeat another, line 12"
    assert "timezone: Asia/Seoul" in said(done, "timezone")


def test_openstreetmap_ids_are_kept_as_labels(tmp_path: Path) -> None:
    site, _done = made(tmp_path / "s", put(tmp_path, "l.geojson", OSM))
    assert [(pole.name, pole.label) for pole in site.poles] == [("node-139", "node/139"), ("node-140", "node/140")]
    assert site.poles[0].road_class == "street"  # highway=street_lamp is no class of road


def test_metres_of_another_system_become_degrees(tmp_path: Path) -> None:
    site, done = made(tmp_path / "s", put(tmp_path, "l.geojson", METRES), Wishes())
    assert (site.poles[0].latitude, site.poles[0].longitude) == (-33.9328217, 18.8544273)
    assert site.timezone == "Africa/Johannesburg" and site.poles[0].road_class == "class-2"
    assert said(done, "coordinates") == "coordinates: from EPSG:32734 to degrees of WGS 84"


@pytest.mark.parametrize(
    ("system", "x", "y"),
    [
        ("EPSG:3857", 8765000.5, 2735000.5),
        ("EPSG:32644", 269767.0, 2639364.0),
        ("urn:ogc:def:crs:EPSG::7755", None, None),
    ],
)
def test_indian_and_web_systems(tmp_path: Path, system: str, x: float | None, y: float | None) -> None:
    import pyproj

    if x is None or y is None:
        x, y = pyproj.Transformer.from_crs("EPSG:4326", system, always_xy=True).transform(78.74, 23.84)
    site, _ = made(
        tmp_path / "s", put(tmp_path, "l.csv", f"pole;x;y\nA;{x};{y}\n".replace(".", ",")), replace(WISHES, crs=system)
    )
    assert abs(site.poles[0].latitude - 23.84) < 0.05 and abs(site.poles[0].longitude - 78.74) < 0.05


def test_metres_without_a_system_are_refused_with_what_they_could_be(tmp_path: Path) -> None:
    file = put(tmp_path, "l.csv", "pole,x,y\nA,269767,2639364\nB,269797,2639364\n")
    with pytest.raises(
        InventoryError,
        match=r"say their reference system by --crs.*EPSG:32644 \(WGS 84 / UTM zone 44N\) would put it at 23\.8",
    ):
        prepare(file, tmp_path / "s", WISHES)


def test_metres_of_a_known_city_are_refused_with_the_systems_of_its_neighbourhood(tmp_path: Path) -> None:
    """Hamburg's list, first in degrees."""
    made(tmp_path / "s", put(tmp_path, "a.csv", "pole,lat,lon\nA,53.55,10.0\nB,53.551,10.0\n"), WISHES)
    metres = put(tmp_path, "b.csv", "pole,x,y\nA,566264,5934016\nB,566264,5934127\n")
    with pytest.raises(InventoryError, match=r"epsg\.io.*EPSG:32632 \(WGS 84 / UTM zone 32N\) .* at 53\.55") as error:
        prepare(metres, tmp_path / "s", WISHES)
    assert (
        "would" in str(error.value) and str(error.value).count("would put") == 1 and "Kalianpur" not in str(error.value)
    )


def test_exchanged_coordinates_are_turned_round_and_said_to_be(tmp_path: Path) -> None:
    for number, text in enumerate(("pole,lat,lon\nA,78.7378,23.8388\n", "pole,lat,lon\nA,126.8,37.2\n")):
        _site, done = made(tmp_path / str(number), put(tmp_path, "l.csv", text), WISHES)
        assert said(done, "latitude and longitude").startswith("latitude and longitude: taken the other way round")
    metres = "pole,east,north\nA,2639364,269767\nB,2639364,269797\n"
    wishes = replace(WISHES, crs="EPSG:32644", columns={"longitude": "east", "latitude": "north"})
    site, _ = made(tmp_path / "m", put(tmp_path, "l.csv", metres), wishes)
    assert abs(site.poles[0].latitude - 23.84) < 0.05
    sea = geojson(({}, [53.37, -6.2]), ({}, [53.371, -6.2]))
    site, _ = made(tmp_path / "sea", put(tmp_path, "l.geojson", sea), Wishes())
    assert site.timezone == "Europe/Dublin"
    as_is = prepare(
        put(tmp_path, "l.csv", "pole,lat,lon\nA,78.2,15.6\n"), tmp_path / "polar", replace(WISHES, swap=False)
    )
    assert "near the pole" in as_is.warnings[0]


@pytest.mark.parametrize(
    "text",
    [
        "id,location\nA,POINT (78.74 23.84)\nB,POINT (78.741 23.84)\n",
        'id,location\nA,"(23.84, 78.74)"\nB,"(23.84, 78.741)"\n',
        "id|Lat|Long\nA|23.84|78.74\nB|23.84|78.741\n",
        "sep=;\r\nid;lat;lon\r\nA;23,84;78,74\r\nB;23,84;78,741\r\n",
        "23.8401,78.7402\n23.8402,78.7403\n",
        '"id","lat","lon","say"\n"A","23.84","78.74","a ""quoted"" remark\nover two lines"\n"B","23.84","78.741",""\n',
        '{"elements": [{"type": "node", "id": 1, "lat": 23.84, "lon": 78.74, "tags": {"highway": "street_lamp"}},'
        ' {"type": "node", "id": 2, "lat": 23.84, "lon": 78.741}]}',
        '{"lights": [{"poleNumber": "A", "lat": 23.84, "lng": 78.74}, {"poleNumber": "B", "lat": 23.84, "lng": 78.7}]}',
        '{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[78.74,23.84]}}\n'
        '{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[78.741,23.84]}}\n',
    ],
)
def test_other_ways_to_write_a_list(tmp_path: Path, text: str) -> None:
    site, _done = made(tmp_path / "s", put(tmp_path, "list.txt", text))
    assert len(site.poles) == 2 and abs(site.poles[0].latitude - 23.84) < 0.001


def test_a_geopackage_is_read_with_its_own_system(tmp_path: Path) -> None:
    import struct

    import numpy
    import pyogrio

    shapes = [struct.pack("<BIdd", 1, 1, 269767.0 + 30 * n, 2639364.0) for n in range(3)]
    fields = [numpy.array(["S/1", "S/2", "S/3"], dtype=object), numpy.array([90.0, 150.0, float("nan")])]
    for name, driver in (("l.gpkg", "GPKG"), ("l.shp", "ESRI Shapefile")):
        pyogrio.raw.write(
            tmp_path / name, numpy.array(shapes, dtype=object), fields, ["pole_no", "watt"], geometry_type="Point",
            crs="EPSG:32644", driver=driver,
        )  # fmt: skip
        site, _done = made(tmp_path / driver.replace(" ", ""), tmp_path / name)
        assert [(pole.name, pole.label) for pole in site.poles] == [("S-1", "S/1"), ("S-2", "S/2"), ("S-3", "S/3")]
        assert [site.luminaires[pole.luminaire].assumed for pole in site.poles] == [False, False, True]
        assert abs(site.poles[0].latitude - 23.84) < 0.05


def test_a_number_that_is_a_street_s_alone_is_taken_with_its_street(tmp_path: Path) -> None:
    rows = [({"unit_no": unit, "site_name": street}, [-6.26 + n / 1000, 53.35]) for n, (unit, street) in enumerate(
        [("1", "ABBEY STREET"), ("12W", "ABBEY STREET"), ("1", "QUAY"), ("12W", "QUAY")])]  # fmt: skip
    file = put(tmp_path, "l.geojson", geojson(*rows))
    site, done = made(tmp_path / "s", file, Wishes(columns={"pole": "unit_no"}))
    assert [pole.name for pole in site.poles] == ["ABBEY-STREET-1", "ABBEY-STREET-12W", "QUAY-1", "QUAY-12W"]
    assert said(done, "pole") == "pole: from unit_no with site_name"


def test_names_that_become_alike_stay_apart(tmp_path: Path) -> None:
    text = "pole,lat,lon,ward\nA/1,23.84,78.74,North\nA-1,23.84,78.741,NORTH\na 1,23.84,78.742,north side\n"
    text += "iccc,23.84,78.743,north/side\n"
    site, _done = made(tmp_path / "s", put(tmp_path, "l.csv", text))
    assert [pole.name for pole in site.poles] == ["A-1", "A-1-2", "a-1-3", "iccc-2"]
    assert [pole.ward for pole in site.poles] == ["North", "North", "north-side", "north-side-2"]


def shuffled(text: str, seed: int) -> list[str]:
    head, *rows = text.splitlines()
    random.Random(seed).shuffle(rows)
    return [head, *rows]


def test_the_same_light_is_the_same_pole_at_the_next_list(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    before, _done = made(folder, put(tmp_path, "l.csv", KOREAN))
    at = {(pole.latitude, pole.longitude): pole.name for pole in before.poles}
    lines = [line for line in shuffled(KOREAN, 3) if not line.startswith("37.280713")] + ["37.3,126.9"]
    after, done = made(folder, put(tmp_path, "l2.csv", "\n".join(lines) + "\n"))
    assert done.differences is not None
    assert (done.differences.added, done.differences.gone) == (["P0011"], ["P0004"])
    assert all(at.get((pole.latitude, pole.longitude), "P0011") == pole.name for pole in after.poles)
    # the last one goes, another comes: the name of the one that is gone is not given to it
    lines[-1] = "37.31,126.91"
    after, done = made(folder, put(tmp_path, "l3.csv", "\n".join(lines) + "\n"))
    assert "P0012" in {pole.name for pole in after.poles} and "P0011" not in {pole.name for pole in after.poles}
    # one that comes back, and one that was measured again, are known
    moved = "\n".join(lines).replace("37.280712,126.825212", "37.280722,126.825212")
    after, done = made(folder, put(tmp_path, "l4.csv", moved + "\n37.3,126.9\n37.280713,126.825213\n"))
    assert done.differences is not None and sorted(done.differences.added) == ["P0004", "P0011"]
    assert [name for name, _metres in done.differences.moved] == ["P0003"]


def test_by_its_own_number_a_light_is_known_wherever_it_goes(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    made(folder, put(tmp_path, "l.csv", PLAIN))
    lines = shuffled(
        PLAIN.replace("78.7401,23.8401", "78.7501,23.8501").replace("LED-Light Emitting Diode,1,90", "LED,1,60"), 1
    )
    _site, done = made(folder, put(tmp_path, "l.csv", "\n".join(lines) + "\n"))
    found = done.differences
    assert found is not None and not found.added and not found.gone
    assert [name for name, _metres in found.moved] == ["601"]
    assert found.changed == [("luminaire", "603", "led-90", "led-60")]


def test_what_a_person_edited_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "s"
    made(folder, put(tmp_path, "l.csv", PLAIN))
    text = (folder / "site.toml").read_text(encoding="utf-8")
    text = text.replace('minor-arterial = "all-night"', 'minor-arterial = "dimmed"  # the council wants it')
    text = text.replace("rated_w = 90", "rated_w = 88  # data sheet")
    (folder / "site.toml").write_text(text, encoding="utf-8")
    poles = (folder / "poles.csv").read_text(encoding="utf-8").replace("esp32-devkitc", "virtual", 1)
    poles += "X1,23.8410000,78.7410000,W2,east-market,F2,Local,led-90,virtual\n"
    (folder / "poles.csv").write_text(poles, encoding="utf-8")
    newer = PLAIN + "5,605,7,North,7,Collector,MH-Metal Halide,1,175,N/A,78.7405,23.8401\n"
    site, done = made(folder, put(tmp_path, "l.csv", newer))
    after = (folder / "site.toml").read_text(encoding="utf-8")
    assert all(line in after.splitlines() for line in text.splitlines())
    assert site.road_classes["Collector"] == "all-night" and site.luminaires["mh-175"].rated_w == 175
    assert site.luminaires["led-90"].rated_w == 88 and site.names["W7"] == "7"
    assert site.pole("601").board == "virtual" and site.pole("X1").feeder == "F2"
    assert done.differences is not None and (done.differences.added, done.differences.gone) == (["605"], [])


def test_a_list_of_another_city_is_refused(tmp_path: Path) -> None:
    made(tmp_path / "s", put(tmp_path, "l.csv", PLAIN))
    with pytest.raises(InventoryError, match="is it the list of another city"):
        prepare(put(tmp_path, "k.csv", KOREAN), tmp_path / "s", Wishes())


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("l.xlsx", b"PK\x03\x04" + bytes(26) + b"xl/workbook.xml", "is an Excel workbook: save it as 'CSV UTF-8'"),
        ("l.csv", b"PK\x03\x04" + bytes(26) + b"lights.csv", "is a zip archive: unpack it first"),
        ("l.xls", b"\xd0\xcf\x11\xe0" + bytes(600), "is an old Excel workbook: save it as CSV"),
        ("l.csv", b"", "is empty"),
        ("l.csv", b"\xef\xbb\xbf\r\n", "is empty"),
        ("l.csv", b"lat,lon\n", "has a header and no lights"),
        ("l.csv", b"name,ward\nA,1\nB,2\n", "has no column for latitude and longitude: name it by --map"),
        ("l.csv", b'lat,lon\n23.8,78.7\n"23.8,78.7\n23.8,78.8\n23.8,78.9\n', "line 3 opens a quotation that"),
        ("l.csv", b"lat,lon\n0,0\n,\n", "no row of the list has coordinates"),
        ("l.csv", b"<!DOCTYPE html><html>", "is a web page and no list"),
        ("l.csv", b"version https://git-lfs.github.com/spec/v1\n", "only a pointer of Git LFS"),
        ("l.csv", b"\x00\x01\x02\x03 no text at all\x00", "is no text"),
        ("l.geojson", b'{"type": "FeatureCollection", "features": [', "line 1 is no JSON"),
        ("l.geojson", b'{"type": "FeatureCollection", "features": []}', "has no features"),
        ("l.json", b"[1, 2, 3]", "is JSON, but no GeoJSON FeatureCollection and no list of objects"),
        ("l.gpkg", b"SQLite format 3\x00" + bytes(100), "cannot be read"),
    ],
)  # fmt: skip
def test_what_is_no_list_is_named_in_one_sentence(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(InventoryError, match=r"\w") as caught:
        prepare(put(tmp_path, name, content), tmp_path / "s", WISHES)
    assert sentence in str(caught.value)
    assert not (tmp_path / "s").exists()


@pytest.mark.parametrize(
    ("wishes", "sentence"),
    [
        ({"columns": {"ward": "WRAD"}}, "--map ward is 'WRAD' and must be a column of the list, such as WARD"),
        ({"columns": {"wrad": "WARD"}}, "--map names 'wrad' and must name one of latitude"),
        ({"crs": "EPSG:1"}, "--crs is 'EPSG:1' and must be one such as EPSG:4326"),
        ({"timezone": "Asia/Sagar"}, "--timezone is 'Asia/Sagar' and must be an IANA time zone"),
        ({"name": "my city"}, "--name is 'my city' and must be 1 to 32 letters"),
        ({"encoding": "latin-99"}, "the encoding is 'latin-99' and must be one such as utf-8"),
    ],
)  # fmt: skip
def test_an_option_that_cannot_be_is_named_with_its_bound(
    tmp_path: Path, wishes: dict[str, object], sentence: str
) -> None:
    with pytest.raises(InventoryError) as caught:
        prepare(put(tmp_path, "l.csv", PLAIN), tmp_path / "s", Wishes(**wishes))  # type: ignore[arg-type]
    assert sentence in str(caught.value)


def test_the_verb_writes_a_new_site_and_shows_a_page_before_it_changes_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    put(tmp_path, "lights of sagar.csv", PLAIN)
    assert run(["site", "import", "lights of sagar.csv", "--map", "zone=AREA"]) == 0
    out = capsys.readouterr().out
    assert "601  " in out and "assumed, and left out:" in out and "Written to lights-of-sagar, and found sound" in out
    put(tmp_path, "lights of sagar.csv", PLAIN.replace("Minor Arterial", "Collector"))
    before = {file.name: file.read_bytes() for file in Path("lights-of-sagar").iterdir()}
    assert run(["site", "import", "lights of sagar.csv"]) == 0
    out = capsys.readouterr().out
    assert "road class changed of 2: 601 minor-arterial to Collector, 602" in out and "add --write" in out
    assert {file.name: file.read_bytes() for file in Path("lights-of-sagar").iterdir()} == before
    assert run(["site", "import", "lights of sagar.csv", "--write", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["written"] and report["differences"]["same"] == 2 and report["check"]["problems"] == []
    assert run(["site", "import", "lights of sagar.csv"]) == 0
    assert "Nothing was written: the site says the same already" in capsys.readouterr().out


def test_poles_csv_is_what_a_spreadsheet_reads(tmp_path: Path) -> None:
    made(tmp_path / "s", put(tmp_path, "l.csv", HINDI))
    lines = (tmp_path / "s" / "poles.csv").read_text(encoding="utf-8").splitlines()
    rows = list(csv.DictReader(lines[1:]))
    assert rows[0]["label"] == "12/1, सदर बाज़ार, गली नं 2" and rows[0]["latitude"] == "23.8388000"


def test_no_label_is_a_formula_in_a_spreadsheet_and_it_is_the_same_label_when_read(tmp_path: Path) -> None:
    text = "pole,lat,lon\n=cmd|x,23.84,78.74\n@B,23.84,78.741\n"
    for _turn in range(2):
        site, done = made(tmp_path / "s", put(tmp_path, "l.csv", text))
    assert [pole.label for pole in site.poles] == ["=cmd|x", "@B"]
    assert done.differences is not None and not done.differences.any
    for name in ("poles.csv", "inventory.csv"):
        written = (tmp_path / "s" / name).read_text(encoding="utf-8")
        assert ",=cmd" not in written and ",'=cmd" in written


def test_a_damaged_register_stops_before_names_are_lost(tmp_path: Path) -> None:
    made(tmp_path / "s", put(tmp_path, "l.csv", PLAIN))
    (tmp_path / "s" / "inventory.csv").write_text("pole,number\nA,1\n", encoding="utf-8")
    with pytest.raises(InventoryError, match=r"inventory\.csv is damaged"):
        prepare(put(tmp_path, "l.csv", PLAIN), tmp_path / "s", WISHES)


def test_plain_csv_needs_no_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for module in ("pyproj", "tzfpy", "anyascii", "charset_normalizer", "pyogrio", "tomlkit"):
        monkeypatch.setitem(sys.modules, module, None)
    site, _done = made(tmp_path / "s", put(tmp_path, "l.csv", PLAIN))
    assert len(site.poles) == 4
    with pytest.raises(InventoryError, match=r"needs the extra gis: pip install 'diya\[gis\]'"):
        prepare(put(tmp_path, "l.geojson", METRES), tmp_path / "m", WISHES)
    with pytest.raises(InventoryError, match="the time zone is not known"):
        prepare(put(tmp_path, "k.csv", KOREAN), tmp_path / "k", Wishes())
    shutil.rmtree(tmp_path / "s")


def test_an_empty_column_of_places_and_features_that_are_no_points_are_said_as_what_they_are(tmp_path: Path) -> None:
    empty = put(tmp_path, "l.csv", "id,lat,lon\nA,,\nB,,\n")
    with pytest.raises(InventoryError, match=r"column lat is empty for all lights and must be the latitude"):
        prepare(empty, tmp_path / "s", WISHES)
    shape = {"type": "LineString", "coordinates": [[78.7, 23.8], [78.8, 23.8]]}
    features = [{"type": "Feature", "geometry": shape, "properties": {"id": 1}}]
    lines = put(tmp_path, "l.geojson", json.dumps({"type": "FeatureCollection", "features": features}))
    with pytest.raises(InventoryError, match="none of the 1 feature of the list is a point"):
        prepare(lines, tmp_path / "s", WISHES)


def test_a_power_that_cannot_be_is_said_with_its_line(tmp_path: Path) -> None:
    text = "id,lat,lon,watts,lamps\nA,23.8,78.7,90,1\nB,23.81,78.7,1000,5\nC,23.82,78.7,400,2\n"
    site, done = made(tmp_path / "s", put(tmp_path, "l.csv", text))
    assert site.luminaires[site.poles[1].luminaire].assumed
    assert any("1 light without a power from 1 to 4000 W, such as '1000' for 5 lamps, line 3" in n for n in done.notes)
    assert any(note.startswith("watts: not known for 1 light") for note in done.notes)


def test_numbers_that_several_lights_share_are_said_to_be_no_names(tmp_path: Path) -> None:
    rows = [f"A{number // 2},23.8{number},78.7{number}" for number in range(6)]
    site, done = made(tmp_path / "s", put(tmp_path, "l.csv", "\n".join(["Pole No,lat,lon", *rows])))
    assert [pole.name for pole in site.poles][:2] == ["P0001", "P0002"]
    assert "pole: Pole No is not each light's own, so the place is" in done.notes


@pytest.mark.parametrize(
    ("encoding", "street"),
    [
        ("cp1252", "Rue de la Paix n°{0}"),
        ("cp1252", "São João {0}"),
        ("cp1250", "Świętego Krzyża {0}"),
        ("cp949", "서울로{0}"),
    ],
)
def test_a_street_is_read_in_the_encoding_it_was_saved_in(tmp_path: Path, encoding: str, street: str) -> None:
    rows = [f"EP{number},23.8{number},78.7{number},{street.format(number)}" for number in range(9)]
    file = tmp_path / "l.csv"
    file.write_bytes("\n".join(["id,lat,lon,street", *rows]).encode(encoding))
    site, _done = made(tmp_path / "s", file)
    assert site.poles[3].label == street.format(3)


def test_a_french_list_is_understood_by_its_header(tmp_path: Path) -> None:
    head = "Identifiant;Adresse;Type de lampe;Puissance (W);Nombre de lampes;Latitude;Longitude;Armoire"
    rows = [f"EP{number};Rue;SHP;150;2;48,85{number};2,34{number};A1" for number in range(3)]
    site, _done = made(
        tmp_path / "s", put(tmp_path, "l.csv", "\n".join([head, *rows])), Wishes(timezone="Europe/Paris")
    )
    assert [(pole.name, pole.luminaire, pole.feeder) for pole in site.poles][:1] == [("EP0", "hps-150x2", "A1")]
