"""The head of a picture: title, subtitle and legend, each in room of its own, so that they never overlap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

LEGEND_MOST = 12  # curves that are named one by one
NAME_MOST = 40  # characters of a name in the legend
TITLE_PT, TITLE_LEAST_PT, SUBTITLE_PT, LEGEND_PT = 16.0, 11.0, 10.5, 10.0
GAP_IN = 0.08


class Head:
    """Puts texts on *figure* from its top down, between *left* and *right* (inches); ``used`` is what they take."""

    def __init__(self, figure: Any, left: float, right: float) -> None:
        self._figure = figure
        self._left = left
        self._right = right
        self._placed: list[tuple[Any, float]] = []
        self.used = 0.16

    def title(self, text: str, colour: str) -> None:
        """In one line as large as it fits, else in two, else cut."""
        line = self._text(text, TITLE_PT, colour, fontweight="bold")
        size = max(TITLE_LEAST_PT, TITLE_PT * min(1.0, self._room / max(self._width(line), 0.01)))
        line.set_fontsize(size)
        if self._width(line) > self._room:
            line.set_text("\n".join(self._two_lines(line, text)))
        self._place(line)

    def subtitle(self, text: str, colour: str) -> None:
        """In one line, smaller where it is long."""
        line = self._text(text, SUBTITLE_PT, colour)
        line.set_fontsize(max(7.0, SUBTITLE_PT * min(1.0, self._room / max(self._width(line), 0.01))))
        self._place(line)

    def legend(self, handles: Sequence[Any], names: Sequence[str], colour: str) -> None:
        """Names of curves side by side, in as many rows as that takes; of many the first, and how many there are."""
        shown = [_short(name) for name in names]
        if len(names) > LEGEND_MOST:
            shown = [*shown[: LEGEND_MOST - 1], f"and {len(names) - LEGEND_MOST + 1} more"]
            handles = [*handles[: LEGEND_MOST - 1], _nothing()]
        for columns in range(min(len(shown), 6), 0, -1):
            legend = self._figure.legend(
                handles, shown, loc="upper left", frameon=False, ncols=columns, fontsize=LEGEND_PT, labelcolor=colour,
                handlelength=1.8, columnspacing=1.4, borderpad=0.0, borderaxespad=0.0,
            )  # fmt: skip
            if columns == 1 or self._width(legend) <= self._room:
                break
            legend.remove()
        self._place(legend)

    def settle(self, height: float) -> None:
        """Gives everything its place on a figure *height* inches high."""
        width = self._figure.get_size_inches()[0]
        for artist, top in self._placed:
            where = (self._left / width, 1.0 - top / height)
            if hasattr(artist, "set_bbox_to_anchor"):
                artist.set_bbox_to_anchor(where, transform=self._figure.transFigure)
            else:
                artist.set_position(where)

    @property
    def _room(self) -> float:
        return self._right - self._left

    def _text(self, text: str, size: float, colour: str, **more: Any) -> Any:
        return self._figure.text(0, 0, text, fontsize=size, color=colour, va="top", **more)

    def _place(self, artist: Any) -> None:
        self._placed.append((artist, self.used))
        self.used += self._extent(artist).height / self._figure.dpi + GAP_IN

    def _two_lines(self, line: Any, text: str) -> list[str]:
        """*text* on two lines, broken between words where that is possible and cut with dots where it is too long."""
        words = text.split(" ")
        first = next((n for n in range(len(words), 0, -1) if self._fits(line, " ".join(words[:n]))), 0)
        head, rest = " ".join(words[:first]), " ".join(words[first:])
        if not first:
            end = next(n for n in range(len(text), 0, -1) if n == 1 or self._fits(line, text[:n]))
            head, rest = text[:end], text[end:]
        if not self._fits(line, rest):
            rest = next(rest[:n] + "…" for n in range(len(rest), -1, -1) if not n or self._fits(line, rest[:n] + "…"))
        return [head, rest]

    def _fits(self, line: Any, text: str) -> bool:
        line.set_text(text)
        return self._width(line) <= self._room

    def _width(self, artist: Any) -> float:
        return float(self._extent(artist).width / self._figure.dpi)

    def _extent(self, artist: Any) -> Any:
        return artist.get_window_extent(self._figure.canvas.get_renderer())


def _short(name: str) -> str:
    """*name* as the legend has it; matplotlib hides one that begins with an underscore."""
    text = name if len(name) <= NAME_MOST else name[: NAME_MOST - 1] + "…"
    return f" {text}" if text.startswith("_") else text


def _nothing() -> Any:
    from matplotlib.lines import Line2D

    return Line2D([], [], linestyle="none")
