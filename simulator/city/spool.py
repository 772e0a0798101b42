"""Transcripts of cells on the disk, and the transcript of the city that is merged of them, never whole in memory."""

from __future__ import annotations

import contextlib
import heapq
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from host_tools.files import replace_by_pieces
from simulator.street.transcript import Entry

SUFFIX = ".spool"
OPEN_MOST = 200  # files at once; a process may have 256 of them open on macOS
PIECE = 1 << 20  # bytes

_Key = tuple[int, bytes]


def write(folder: Path, number: int, entries: Iterable[Entry]) -> None:
    """Writes the transcript of the cell *number*; *entries* are in order.  Raises OSError."""
    with _path(folder, number).open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(f"{entry.ms}\t{entry.pole}\t{entry.line}\n" for entry in entries)


def merge(folder: Path, cells: int, path: Path, stopped: Callable[[], bool] = lambda: False) -> None:
    """Writes the transcript of all *cells* to *path*, whole or not at all, by time and pole.

    Raises OSError, and KeyboardInterrupt where it was *stopped* before the file was complete.
    """
    files = [_path(folder, number) for number in range(cells)]
    while len(files) > OPEN_MOST:
        groups = [files[first : first + OPEN_MOST] for first in range(0, len(files), OPEN_MOST)]
        files = [_merged(group, stopped) for group in groups]
    replace_by_pieces(path, lambda: _pieces((line.split(b"\t", 2)[2] for line in _lines(files)), stopped))


def _path(folder: Path, number: int) -> Path:
    return folder / f"{number:06}{SUFFIX}"


def _merged(files: list[Path], stopped: Callable[[], bool]) -> Path:
    """One file in the place of *files*, which are removed."""
    into = files[0].with_suffix(f"{files[0].suffix}.merged")
    with into.open("wb") as file:
        file.writelines(_pieces(_lines(files), stopped))
    for each in files:
        each.unlink()
    return into


def _lines(files: list[Path]) -> Iterator[bytes]:
    with contextlib.ExitStack() as stack:
        yield from heapq.merge(*(stack.enter_context(file.open("rb")) for file in files), key=_key)


def _key(line: bytes) -> _Key:
    ms, pole, _line = line.split(b"\t", 2)
    return int(ms), pole


def _pieces(lines: Iterable[bytes], stopped: Callable[[], bool]) -> Iterator[bytes]:
    """The same bytes in larger pieces."""
    piece = bytearray()
    for line in lines:
        piece += line
        if len(piece) >= PIECE:
            if stopped():
                raise KeyboardInterrupt
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)
