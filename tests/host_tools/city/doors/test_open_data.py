"""Open data: off unless the city says so; states and nights without anything that a person wrote."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient

from host_tools.city.complaints import book
from host_tools.city.complaints.report import Report
from host_tools.city.console.app import whole
from host_tools.city.doors.open_data import NIGHTS, POLES
from host_tools.city.store.meter_tables import night
from host_tools.city.store.tables import pole
from tests.host_tools.city.console.console_bench import HOST, Bench
from tests.town import SAGAR


@pytest.fixture
def public(bench: Bench, tmp_path: Path) -> Iterator[TestClient[Any]]:
    site = tmp_path / "site"
    shutil.copytree(SAGAR, site)
    with (site / "site.toml").open("a", encoding="utf-8") as file:
        file.write("\n[open_data]\nenabled = true\n")
    bench.settings = replace(bench.settings, site=str(site))
    bench.born("P0003", 60)
    bench.lit("P0003", 60, owner="operator", reason="Asha's wedding")
    bench.event("P0004", "lampFailure")
    with bench.city() as city, city.writing() as connection:
        book.take(connection, Report("SL01", "P0003", text="call 9876543210", contact={"phone": "98"}), bench.now)
        numbers = connection.execute(sa.select(pole.c.id).order_by(pole.c.name)).scalars().all()
        rows = [
            {"pole": number, "night": date(2026, 11, 23), "wh": 500, "lit": 700, "dark": 5 * at, "unknown": 0,
             "should": 720 if at else None}
            for at, number in enumerate(numbers)
        ]  # fmt: skip
        connection.execute(sa.insert(night), rows)
    with TestClient(whole(bench.app()), base_url=f"http://{HOST}") as client:
        yield client


def test_without_the_city_s_word_there_is_none(bench: Bench) -> None:
    with TestClient(whole(bench.app()), base_url=f"http://{HOST}") as client:
        for path in ("/open", "/open/poles.csv", "/open/nights.json"):
            answer = client.get(path)
            assert answer.status_code == 404 and "[open_data]" in answer.json()["detail"]


def test_poles_are_there_as_csv_and_json(public: TestClient[Any]) -> None:
    rows = list(csv.DictReader(io.StringIO(public.get("/open/poles.csv").content.decode("utf-8-sig"))))
    assert tuple(rows[0]) == POLES and len(rows) == 240
    by_name = {row["pole"]: row for row in rows}
    assert (by_name["P0003"]["state"], by_name["P0003"]["level"], by_name["P0003"]["fault"]) == ("lit", "60", "no")
    assert (by_name["P0004"]["state"], by_name["P0004"]["fault"]) == ("unknown", "yes")
    told = public.get("/open/poles.json").json()
    assert told["licence"].startswith("https://") and tuple(told["rows"][0]) == POLES
    assert [one["name"] for one in public.get("/open").json()["sets"]] == ["poles", "nights"]


def test_nights_are_sums_of_a_ward_and_what_is_not_worked_out_is_null(public: TestClient[Any]) -> None:
    (row,) = public.get("/open/nights.json").json()["rows"]
    assert tuple(row) == NIGHTS
    assert (row["night"], row["ward"], row["poles"], row["energyWh"], row["darkMinutes"]) == (
        "2026-11-23", "W21", 2, 1000, 5
    )  # fmt: skip
    assert row["preliminary"] is False
    assert row["shouldMinutes"] is None  # of one pole it is not known: a part is not the whole
    assert public.get("/open/nights.json?from=2026-11-01&to=2026-11-22").json()["rows"] == []
    for query in ("from=yesterday", "from=2026-11-24&to=2026-11-23", "from=2020-01-01"):
        answer = public.get(f"/open/nights.csv?{query}")
        assert answer.status_code == 422 and "must be" in answer.json()["detail"]
    assert public.get("/open/complaints.csv").status_code == 404


def test_nothing_that_a_person_wrote_is_in_it_and_any_page_may_read_it(public: TestClient[Any]) -> None:
    for path in ("/open/poles.csv", "/open/poles.json", "/open/nights.csv", "/open/nights.json", "/open"):
        answer = public.get(path)
        assert answer.status_code == 200
        for secret in ("Asha", "9876543210", "operator", "call"):
            assert secret not in answer.text
        assert answer.headers["access-control-allow-origin"] == "*" and "set-cookie" not in answer.headers
    tag = public.get("/open/poles.json").headers["etag"]
    assert public.get("/open/poles.json", headers={"if-none-match": tag}).status_code == 304


def test_one_address_reads_so_often_and_no_more(public: TestClient[Any]) -> None:
    assert 429 in {public.get("/open").status_code for _try in range(35)}
