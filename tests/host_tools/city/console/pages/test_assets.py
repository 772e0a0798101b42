"""The table of all poles, and its CSV."""

from __future__ import annotations

import csv
import io

from tests.host_tools.city.console.console_bench import Bench


def test_all_poles_of_the_files_are_there_also_those_that_never_reported(bench: Bench) -> None:
    bench.born("P0003")
    with bench.client("viewer") as client:
        page = client.get("/assets").text
    assert "240 of 240 poles" in page
    assert "never reported" in page and "online" in page
    assert page.count("<tr>") == 201  # a page of them, and the head


def test_a_pole_that_is_in_no_file_is_there_too(bench: Bench) -> None:
    bench.born("X7777")
    with bench.client("viewer") as client:
        page = client.get("/assets?text=X7777").text
    assert "not in the site&#39;s files" in page


def test_the_pages_of_the_table_hold_each_pole_once(bench: Bench) -> None:
    with bench.client("viewer") as client:
        first, second = client.get("/assets").text, client.get("/assets?after=P0200").text
    assert "after=P0200" in first
    assert ">P0200<" in first and ">P0201<" not in first
    assert ">P0201<" in second and ">P0200<" not in second


def test_the_csv_holds_the_filtered_poles_and_no_formula(bench: Bench) -> None:
    bench.born("P0003")
    with bench.client("viewer") as client:
        answer = client.get("/assets.csv?feeder=F01")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert {row["feeder"] for row in rows} == {"F01"}
    [mine] = [row for row in rows if row["pole"] == "P0003"]
    assert (mine["online"], mine["level"], mine["seen"]) == ("yes", "60", "2026-11-24 23:10")
