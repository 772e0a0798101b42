"""Reads a pole's journal on the flash: the events it has raised."""

from __future__ import annotations

from pole.reporting.journal import BUDGET
from pole.reporting.reader import Reader
from pole.reporting.segments import Segments
from simulator.hardware.flash import Flash
from simulator.hardware.little_files import LittleFiles


def journalled(flash: Flash) -> list[tuple[str, int]]:
    """(epoch, sequence) of every event in the journal on *flash*, in their order; the pole's run is over."""
    store = LittleFiles(flash)
    store.mount()
    segments = Segments(store, bytes, BUDGET)
    segments.recover()
    reader = Reader(segments, 0)
    out = []
    while sequence := reader.peek():
        out.append((reader.pop()[0], sequence))
    return out
