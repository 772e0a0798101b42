"""Pictures of a night: nothing in their head meets, every letter is there, and they can be drawn anywhere."""

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from host_tools.drawing.matplotlib_setup import plain_matplotlib
from host_tools.drawing.picture_head import Head
from host_tools.drawing.png_plot import png
from host_tools.drawing.terminal_plot import Mark, Series, night_plot

START = 1795501800
LONG = "A city with a very long name in the middle of nowhere: "


@pytest.mark.parametrize("title", ["Sagar", LONG * 2, LONG * 9, "W" * 300, "सागर, मध्य प्रदेश: " * 12])
@pytest.mark.parametrize("names", [["market"], ["a class"] * 12, ["_ward of the city with a long name " * 3] * 120])
def test_title_subtitle_and_legend_never_meet_and_never_leave_the_picture(title: str, names: list[str]) -> None:
    with plain_matplotlib(title):
        figure = Figure(figsize=(12, 7), dpi=100)
        canvas = FigureCanvasAgg(figure)
        head = Head(figure, 0.8, 11.6)
        head.title(title, "black")
        head.subtitle("0 dark minutes by Diya, 50 by the injected faults", "black")
        head.legend([Line2D([], []) for _name in names], names, "black")
        head.settle(7.0)
        boxes = [artist.get_window_extent(canvas.get_renderer()) for artist in (*figure.texts, *figure.legends)]
    assert len(boxes) == 3
    for upper, lower in pairwise(boxes):
        assert upper.y0 >= lower.y1
    assert all(box.x0 >= 70 and box.x1 <= 1200 for box in boxes)
    assert boxes[-1].y0 >= 700 - head.used * 100 - 1


def test_hindi_with_joiners_is_set_in_one_font_that_has_it() -> None:
    import warnings

    with plain_matplotlib("क्‍ष"):
        figure = Figure()
        canvas = FigureCanvasAgg(figure)
        figure.text(0, 0, "सागर क्‍ष: one lamp")
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # matplotlib warns of a letter that no font has
            canvas.draw()


def levels(hours: float, count: int = 2) -> list[Series]:
    times = [START + round(hours * 3600 * part / 20) for part in range(21)]
    return [Series(f"class {n} $x_{{", times, [10.0 * (part % 11) for part in range(21)]) for n in range(count)]


@pytest.mark.parametrize("hours", [1 / 60, 1 / 6, 1, 14, 49, 200, 365 * 24])
def test_a_run_of_any_length_is_a_picture_and_a_text_with_times(hours: float, tmp_path: Path) -> None:
    path = tmp_path / "x.png"
    marks = [Mark(START + 86400 * day, "sunset") for day in range(365)]
    png(path, levels(hours), marks, timezone="Asia/Kolkata", title="$5 of {x_", subtitle="")
    assert path.read_bytes().startswith(b"\x89PNG")
    text = night_plot(levels(hours), timezone="Asia/Kolkata", width=80, height=20)
    assert ":" in text.splitlines()[-1]


def test_a_picture_needs_no_home_no_screen_and_none_of_the_user_s_settings(tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text("text.usetex: True\n")
    program = (
        "from pathlib import Path; from host_tools.drawing.png_plot import png;"
        " from host_tools.drawing.terminal_plot import Series;"
        "png(Path('x.png'), [Series('வார்டு 日本', [0, 3600], [0.0, 50.0])], [], timezone='UTC', title='t')"
    )
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "MPLBACKEND": "nonsense", "PYTHONPATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "x.png").stat().st_size > 5000
