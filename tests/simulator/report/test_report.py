"""The report of a run, and the picture of its night."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from host_tools.drawing import png_plot
from host_tools.drawing.terminal_plot import Mark, Series, night_plot
from simulator.report.darkness import Darkness
from simulator.report.detection import Detection
from simulator.report.night import NightLog, sun_marks
from simulator.report.report import RunTotals, build_report, write_report
from tests.simulator.small_site import HOUR_MS, LATITUDE, LONGITUDE, TIMEZONE, pole, run_time

MINUTE_MS = 60_000
FLASH = {"mean_erases_a_day": 5.0}


def totals(**changes: object) -> RunTotals:
    given: dict[str, object] = {
        "site": "town", "scenario": "quiet", "engine": "cpython", "broker": "none", "seed": 7, "poles": 2,
        "hours": 24.0, "wall_s": 1.23456, "messages": 10, "bytes": 2000, "counts": {"boots": 2, "acks": 0},
    }  # fmt: skip
    return RunTotals(**(given | changes))  # type: ignore[arg-type]


def darkness() -> Darkness:
    out = Darkness([pole(1), pole(2)], 10, run_time())
    out.change("P0001", 0, 1.0, False)
    out.change("P0002", 0, 1.0, False)
    out.change("P0002", 12 * HOUR_MS, 0.0, False)
    out.change("P0002", 12 * HOUR_MS + 90_000, 1.0, False)
    out.change("P0001", 12 * HOUR_MS, 0.0, True)
    out.change("P0001", 12 * HOUR_MS + 120_000, 1.0, True)
    out.finish(24 * HOUR_MS)
    return out


def test_the_report_has_every_key_of_the_design_and_is_the_same_text_each_time(tmp_path: Path) -> None:
    report = build_report(totals(), run_time(), darkness(), Detection(), FLASH)
    assert report["dark_minutes"] == 1.5
    assert (report["dark_minutes_by_faults"], report["dark_minutes_by_commands"]) == (2.0, 0.0)
    assert report["dark_minutes_by_pole"] == {"P0002": 1.5}
    assert report["dark_spells"] == [{"pole": "P0002", "at": "2026-11-25T00:00:00+05:30", "seconds": 90.0}]
    assert report["pole_nights"] == 2.0
    assert report["detection"] == {
        "expected": 0,
        "detected": 0,
        "found": [],
        "missed": [],
        "false_alarms": [],
        "unobservable": [],
        "delay_s": {},
    }
    assert report["flash"] == FLASH
    assert report["max_heap_bytes"] is None and report["wall_s"] == 1.235
    assert list(report["totals"]) == ["acks", "boots"]
    for name in ("one", "two"):
        write_report(tmp_path / name, build_report(totals(), run_time(), darkness(), Detection(), FLASH))
    assert (tmp_path / "one").read_text() == (tmp_path / "two").read_text()
    assert json.loads((tmp_path / "one").read_text()) == report


def night() -> NightLog:
    """Two lamps on from 17:30, one down to half at midnight, both off at 06:30."""
    log = NightLog(run_time())
    for minute in range(24 * 60):
        now = minute * MINUTE_MS
        lit = 330 <= minute < 1110
        for name, level, watts in (("P0001", 100.0, 30.0), ("P0002", 100.0 if minute < 720 else 50.0, 90.0)):
            log.sample(name, now, level if lit else 0.0, watts * level / 100 if lit else 0.1)
    return log


def test_the_log_of_a_night_keeps_what_changed() -> None:
    log = night()
    assert log.poles() == ["P0001", "P0002"]
    first, second = log.levels(["P0001", "P0002", "P0009"])
    start = run_time().start_unix
    assert list(zip(first.times, first.values, strict=True)) == [
        (start, 0.0), (start + 330 * 60, 100.0), (start + 1110 * 60, 0.0), (start + 1439 * 60, 0.0),
    ]  # fmt: skip
    assert len(second.times) == 5


def test_groups_and_the_street_are_summed_on_one_grid() -> None:
    log = night()
    (mean,) = log.group_levels({"all": ["P0001", "P0002"], "none": ["P0009"]})
    level = dict(zip(mean.times, mean.values, strict=True))
    start = run_time().start_unix
    assert (level[start], level[start + 600 * 60], level[start + 800 * 60]) == (0.0, 100.0, 75.0)
    street = log.power()
    power = dict(zip(street.times, street.values, strict=True))
    assert (power[start + 600 * 60], power[start + 800 * 60]) == (120.0, 75.0)
    assert abs(power[start + 1200 * 60] - 0.2) < 1e-3


def test_sun_marks_of_a_night_are_in_order() -> None:
    time = run_time()
    marks = sun_marks(LATITUDE, LONGITUDE, time.start_unix, time.start_unix + 86400)
    assert [mark.label for mark in marks] == ["sunset", "dusk", "dawn", "sunrise"]
    assert [f"{time.local(time.ms(mark.at)):%H:%M}" for mark in marks] == ["17:27", "17:51", "06:12", "06:36"]


def test_the_picture_is_a_png_and_a_text_that_names_the_sun(tmp_path: Path) -> None:
    log, time = night(), run_time()
    series = [*log.levels(log.poles()), log.power()]
    marks = [*sun_marks(LATITUDE, LONGITUDE, time.start_unix, time.start_unix + 86400), Mark(time.unix(0) + 60, "x")]
    path = tmp_path / "night.png"
    png_plot.png(
        path, series, marks, timezone=TIMEZONE, title="A night", subtitle="two poles", faint=log.levels(["P0001"])
    )
    assert path.read_bytes()[:8] == b"\x89PNG\r\n\x1a\n" and path.stat().st_size > 20_000
    text = night_plot(series, marks, timezone=TIMEZONE, title="A night", width=100, height=24)
    assert "17:27 sunset" in text and "06:12 dawn" in text and "level" in text and "power" in text
    assert all(len(line) <= 100 for line in text.splitlines())


def test_a_preview_without_power_and_a_week_are_pictures_too(tmp_path: Path) -> None:
    start = run_time().start_unix
    level = Series("park", [start, start + 19800, start + 86400], [0.0, 80.0, 0.0])
    png_plot.png(tmp_path / "preview.png", [level], [], timezone=TIMEZONE, title="Preview")
    week = Series("park", [start + hour * 3600 for hour in range(168)], [50.0] * 168)
    marks = sun_marks(LATITUDE, LONGITUDE, start, start + 7 * 86400)
    png_plot.png(tmp_path / "week.png", [week], marks, timezone=TIMEZONE, title="A week")
    assert (tmp_path / "week.png").stat().st_size > 10_000


def test_nothing_to_plot_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nothing to plot"):
        png_plot.png(tmp_path / "x.png", [], [], timezone=TIMEZONE, title="")


def test_what_the_sun_does_not_do_near_the_poles_has_no_mark() -> None:
    def marks(latitude: float, start: datetime) -> list[str]:
        unix = run_time(start, "Europe/Oslo").start_unix
        return [mark.label for mark in sun_marks(latitude, 18.96, unix, unix + 86400)]

    june, december = datetime(2026, 6, 20, 12), datetime(2026, 12, 20, 12)
    assert marks(69.65, june) == []
    assert marks(64.15, june) == ["sunset", "sunrise"]
    assert marks(69.65, december) == ["dusk", "dawn"]
    assert marks(78.22, december) == ["polar night"]
