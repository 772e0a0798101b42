"""The reports: the month on one page, the rows that each figure comes from, files in both languages, hostile names."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from litestar import Litestar
from litestar.testing import TestClient

from host_tools.city.store import rolled_up
from host_tools.city.store.local_time import LocalTime
from host_tools.city.store.meter_tables import night
from host_tools.city.store.tables import pole
from tests.host_tools.city.console.console_bench import Bench
from tests.host_tools.city.ledger.test_downloads import texts

MONTH = "2026-11"
DAY = 86400
NASTY = "=cmd()|'/C calc'!A0"
FILES = ("pdf", "xlsx", "csv")

Client = TestClient[Litestar]


def fill(bench: Bench, poles: tuple[str, ...] = ("P0001", "P0002", "P0003"), days: int = 20) -> None:
    """Nights of *poles* from the first of November on: the second one is dark for a tenth, the third one silent."""
    for name in poles:
        bench.born(name)
    shares = {poles[1]: (630, 70, 0, 0), poles[2]: (600, 0, 60, 40)} if len(poles) > 2 else {}
    with bench.record.transaction() as connection:
        keys = {row.name: row.id for row in connection.execute(sa.select(pole.c.id, pole.c.name))}
        rows = []
        for name in poles:
            lit, dark, unknown, excluded = shares.get(name, (700, 0, 0, 0))
            for number in range(days):
                rows.append({
                    "pole": keys[name], "night": date(2026, 11, 1) + timedelta(days=number), "wh": lit * 100 // 60,
                    "baseline_wh": 700 * 150 // 60, "old_wh": 700 * 250 // 60, "should": 700, "lit": lit, "dark": dark,
                    "unknown": unknown, "excluded": excluded, "lit_else": 5 if name == poles[0] else 0,
                })  # fmt: skip
        connection.execute(sa.insert(night), rows)


def number(text: str) -> float:
    return float(re.sub(r"[^\d.-]", "", text))


def figures(page: str) -> dict[str, tuple[float | None, str]]:
    """Value and link of each figure of the month's page, by its title."""
    out = {}
    for part in re.findall(r"<dt>(.*?)</dd>", page, re.S):
        title = re.split(r"<small>|</dt>", part)[0].strip()
        link = re.search(r'href="([^"]+)"', part)
        value = re.sub(r"<[^>]+>", "", part.split("<dd>")[1]).strip()
        out[title] = (number(value) if re.search(r"\d", value) else None, link[1].replace("&amp;", "&") if link else "")
    return out


def rows(page: str) -> list[list[str]]:
    body = page.split("<tbody>")[1].split("</tbody>")[0]
    return [
        [re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
        for row in re.findall(r"<tr>(.*?)</tr>", body, re.S)
    ]


@pytest.fixture
def viewer(bench: Bench) -> Iterator[Client]:
    fill(bench)
    with bench.client("viewer") as client:
        yield client


def test_uptime_is_given_twice_and_silence_helps_only_one_of_them(viewer: Client) -> None:
    page = viewer.get(f"/reports?month={MONTH}").text
    found = figures(page)
    should, excluded = 3 * 20 * 700, 20 * 40
    lit = 20 * (700 + 630 + 600)
    assert found["Uptime, strict"][0] == round(100 * lit / (should - excluded), 2)
    assert found["Uptime, silence in favour"][0] == round(100 * (lit + 20 * 60) / (should - excluded), 2)
    assert found["Not known"][0] == 20.0
    assert "is missed" in page
    assert "10 nights of this month are not worked out yet." in page
    assert "poles of the site&#39;s files have no night" in page


def test_every_figure_opens_the_rows_that_it_is_the_sum_of(bench: Bench, viewer: Client) -> None:
    bench.now -= 4 * DAY
    bench.event("P0002", "lampFailure", level=100, activePower=2.5, expectedPower=148)
    bench.now += 4 * DAY
    found = figures(viewer.get(f"/reports?month={MONTH}").text)
    for title, column in (("Lit", 3), ("Dark", 4), ("Not known", 5), ("Excluded: no supply", 6), ("Should be lit", 2)):
        value, link = found[title]
        listed = rows(viewer.get(link).text)
        assert sum(number(row[column]) for row in listed) / 60 == pytest.approx(value, abs=0.06), title
    used = rows(viewer.get(found["Energy used"][1]).text)
    assert sum(number(row[10]) for row in used) == pytest.approx(found["Energy used"][0], abs=0.2)
    faults = rows(viewer.get(found["Penalty"][1]).text)
    assert [row[1] for row in faults] == ["Lamp dark"]
    assert number(faults[0][11]) == found["Penalty"][0] == 150  # begun days beyond 24 h, of three and a bit
    assert len(rows(viewer.get(found["Late"][1]).text)) == found["Late"][0] == 1
    assert rows(viewer.get(found["Not yet mended"][1]).text) == faults


def test_a_night_of_a_ward_and_of_a_pole(viewer: Client) -> None:
    worst = rows(viewer.get(f"/reports/poles?month={MONTH}&ward=W21").text)
    assert [row[0] for row in worst] == ["P0002", "P0003", "P0001"]
    one = rows(viewer.get(f"/reports/nights?month={MONTH}&pole=P0002").text)
    assert len(one) == 20
    assert {row[0] for row in one} == {"P0002"}
    ward = rows(viewer.get(f"/reports/nights?month={MONTH}&night=2026-11-05&ward=W21").text)
    assert [row[0] for row in ward] == ["P0001", "P0002", "P0003"]
    assert "There are none." in viewer.get(f"/reports/nights?month={MONTH}&ward=W99").text


def test_an_empty_month_says_so_and_has_its_files(viewer: Client) -> None:
    page = viewer.get("/reports?month=2025-02")
    assert page.status_code == 200
    assert "No minute of this month is counted yet." in page.text
    for kind in FILES:
        assert viewer.get(f"/reports/file/{kind}?month=2025-02").status_code == 200


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/reports?month=2026-13", "must be a month such as 2026-11"),
        ("/reports?month=%3Cscript%3E", "must be a month such as 2026-11"),
        (f"/reports/nights?month={MONTH}&what=all", "must be one of lit, dark"),
        (f"/reports/nights?month={MONTH}&night=yesterday", "must be a date"),
        (f"/reports/repairs?month={MONTH}&which=some", "must be one of ended"),
        (f"/reports/supply?month={MONTH}&kind=tea", "must be one of feederOutage"),
        (f"/reports/meters?month={MONTH}", "must be one of poles"),
        (f"/reports/file/doc?month={MONTH}", "must be one of pdf, xlsx, csv"),
    ],
)
def test_a_wrong_address_gets_a_sentence(viewer: Client, path: str, said: str) -> None:
    answer = viewer.get(path)
    assert answer.status_code == 422
    assert said in answer.text


@pytest.mark.parametrize("lang", ["en", "hi"])
@pytest.mark.parametrize("kind", FILES)
def test_files_are_there_in_both_languages(viewer: Client, kind: str, lang: str) -> None:
    viewer.cookies["diya_lang"] = lang
    answer = viewer.get(f"/reports/file/{kind}?month={MONTH}")
    assert f'filename="lights-{MONTH}.{kind}"' in answer.headers["content-disposition"]
    assert answer.content.startswith({"pdf": b"%PDF", "xlsx": b"PK", "csv": b"\xef\xbb\xbf"}[kind])
    if kind == "csv":
        text = answer.content.decode("utf-8-sig")
        assert ("Uptime, strict" if lang == "en" else "उपलब्धता, सख़्त") in text


def test_a_night_that_was_counted_in_the_morning_is_called_preliminary_everywhere(
    bench: Bench, viewer: Client
) -> None:  # fmt: skip
    with bench.record.transaction() as connection:
        connection.execute(sa.update(night).where(night.c.night == date(2026, 11, 20)).values(preliminary=True))
    for lang, sentence, word, final in (
        ("en", "Preliminary are the nights of 2026-11-20", "preliminary", "final"),
        ("hi", "अस्थायी हैं ये रातें: 2026-11-20", "अस्थायी", "अंतिम"),
    ):
        viewer.cookies["diya_lang"] = lang
        page = viewer.get(f"/reports?month={MONTH}").text
        assert page.count(sentence) == 1
        assert ">20*</text>" in page and ">19</text>" in page
        listed = csv.reader(io.StringIO(viewer.get(f"/reports/file/csv?month={MONTH}").content.decode("utf-8-sig")))
        assert {row[0]: row[-1] for row in listed if len(row) > 10 and row[0].startswith("2026-11-")} == {
            f"2026-11-{day:02}": word if day == 20 else final for day in range(1, 21)
        }
        of_pole = rows(viewer.get(f"/reports/nights?month={MONTH}&pole=P0002").text)
        assert [row[-1] for row in of_pole] == [final] * 19 + [word]
        book = zipfile.ZipFile(io.BytesIO(viewer.get(f"/reports/file/xlsx?month={MONTH}").content))
        cells = ["".join(one.itertext()) for one in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))]
        assert word in cells and final in cells
        assert word in viewer.get("/p/P0002?tab=energy").text
    assert "20*" in texts(viewer.get(f"/reports/file/pdf?month={MONTH}").content)
    with bench.record.transaction() as connection:
        connection.execute(sa.update(night).values(preliminary=False))
    assert "अस्थायी" not in viewer.get(f"/reports?month={MONTH}").text


def test_without_a_month_it_is_that_of_the_last_night_that_is_counted(bench: Bench) -> None:
    bench.now = int(datetime(2026, 12, 2, 8, tzinfo=ZoneInfo("Asia/Kolkata")).timestamp())
    local = LocalTime(ZoneInfo("Asia/Kolkata"))
    for day, month in ((30, "November 2026"), (31, "December 2026")):  # of November: the night of the 1st of December
        with bench.record.transaction() as connection:
            ends = local.ends(date(2026, 11, 1) + timedelta(days=day - 1))
            rolled_up.set_rolled_up_to(connection, "", rolled_up.MORNING, ends)
        with bench.client("viewer") as client:
            assert month in client.get("/reports").text


def test_names_that_a_spreadsheet_would_compute_are_text(bench: Bench) -> None:
    with bench.client("viewer") as client:
        fill(bench, ("P0001", "P0002", "P0003"))
        with bench.record.transaction() as connection:
            connection.execute(sa.update(pole).where(pole.c.name == "P0002").values(name=NASTY))
            connection.execute(sa.update(pole).where(pole.c.name == "P0003").values(name="<script>x</script>\u202e"))
        page = client.get(f"/reports/nights?month={MONTH}").text
        assert "<script>x" not in page
        assert "\u202e" not in page
        cells = [
            cell
            for row in csv.reader(
                io.StringIO(client.get(f"/reports/nights/file.csv?month={MONTH}").content.decode("utf-8-sig"))
            )
            for cell in row
        ]
        assert f"'{NASTY.split('|')[0]}" in {cell.split("|")[0] for cell in cells}
        assert not [cell for cell in cells if cell.startswith(("=", "+", "@"))]
        for kind in FILES:
            assert client.get(f"/reports/file/{kind}?month={MONTH}").status_code == 200
        book = zipfile.ZipFile(io.BytesIO(client.get(f"/reports/file/xlsx?month={MONTH}").content))
        sheets = [book.read(name).decode() for name in book.namelist() if "worksheets/sheet" in name]
        assert sheets
        assert not any("<f>" in sheet for sheet in sheets)
        strings = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        assert NASTY in {"".join(one.itertext()) for one in strings}


def test_without_a_session_there_is_no_report(bench: Bench) -> None:
    with bench.client(None) as client:
        for path in ("/reports", f"/reports/nights?month={MONTH}", f"/reports/file/pdf?month={MONTH}"):
            assert client.get(path, follow_redirects=False).status_code in (302, 303, 401)
