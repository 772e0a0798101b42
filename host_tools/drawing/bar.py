"""A level as a bar of characters."""

from __future__ import annotations

FULL, HALF, EMPTY = "█", "▌", "·"


def bar(level: int, cells: int = 10) -> str:
    """*level* percent as a bar of *cells* characters, half a cell the smallest step; anything above 0 shows."""
    halves = max(1, round(level * cells * 2 / 100)) if level > 0 else 0
    filled = FULL * (halves // 2) + HALF * (halves % 2)
    return filled + EMPTY * (cells - len(filled))
