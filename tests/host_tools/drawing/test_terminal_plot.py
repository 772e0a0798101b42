"""The plot of a night, on a terminal and as a PNG."""

import pytest

from host_tools.drawing.terminal_plot import Mark, Series, night_plot

NOON = 1795501800  # 24 November 2026, 12:00 in Sagar
LEVELS = [
    Series("main-road", [NOON, NOON + 20000, NOON + 64000, NOON + 86400], [0, 100, 0, 0]),
    Series("market", [NOON, NOON + 20000, NOON + 50000, NOON + 64000, NOON + 86400], [0, 100, 60, 0, 0]),
]
POWER = Series("poles", [NOON, NOON + 20000, NOON + 64000, NOON + 86400], [0, 12000, 0, 0], "power")
MARKS = [Mark(NOON + 19500, "sunset"), Mark(NOON + 64500, "sunrise"), Mark(NOON + 999999, "another day")]


def test_the_text_has_the_size_that_was_asked_for() -> None:
    for width, height in ((60, 20), (100, 24), (140, 40)):
        lines = night_plot([*LEVELS, POWER], MARKS, timezone="Asia/Kolkata", width=width, height=height).splitlines()
        assert len(lines) == height
        assert max(len(line) for line in lines) <= width


def test_times_are_local_and_units_are_readable() -> None:
    text = night_plot([*LEVELS, POWER], MARKS, timezone="Asia/Kolkata", title="the night")
    assert text.splitlines()[0] == "the night"
    assert "12:00" in text
    assert "00:00" in text
    assert "17:25 sunset" in text
    assert "another day" not in text
    assert "power, kW" in text
    assert "level, %" in text


def test_without_colour_there_are_no_escapes_and_lines_have_letters() -> None:
    text = night_plot(LEVELS, timezone="Asia/Kolkata")
    assert "\x1b" not in text
    assert "a: main-road   b: market" in text
    assert "aaa" in text
    assert "bbb" in text
    assert "\x1b[" in night_plot(LEVELS, timezone="Asia/Kolkata", colour=True)


def test_nothing_is_left_of_one_plot_in_the_next() -> None:
    first = night_plot([POWER], timezone="UTC")
    night_plot(LEVELS, MARKS, timezone="Asia/Kolkata", colour=True)
    assert night_plot([POWER], timezone="UTC") == first


def test_there_must_be_something_to_plot() -> None:
    with pytest.raises(ValueError, match="there is nothing to plot"):
        night_plot([Series("empty", [], [])])
    with pytest.raises(ValueError, match="series x has 1 times and 2 values"):
        Series("x", [1], [1, 2])
