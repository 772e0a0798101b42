"""A process of a city's run: it simulates one cell after another, and ends with the process that started it."""

from __future__ import annotations

import gc
import multiprocessing
import signal
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from simulator.city.cells import City, simulate_cell
from simulator.process_memory import memory_bytes
from simulator.street.result import StreetResult
from simulator.street.street import Street


@dataclass(frozen=True)
class Board:
    """What the processes of a run share: of each worker the ms done of its cell and its bytes in memory, and
    ``stop``, which is 1 where the run is to end.
    """

    done_ms: Any
    memory: Any
    stop: Any


@dataclass(frozen=True)
class Failed:
    """The cell was not simulated: ``error`` is why."""

    error: BaseException


Answer = tuple[int, StreetResult | Failed]


def work(city: City, slot: int, board: Board, pipe: Connection) -> None:
    """Simulates the cells whose numbers come in by *pipe*, and sends the answer of each; None ends it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all; the process that started this one acts
    gc.freeze()  # the site and the modules are never garbage
    while (number := _next(pipe)) is not None:
        try:
            answer: StreetResult | Failed = _simulate(city, number, slot, board)
        except Exception as error:
            error.add_note(traceback.format_exc())
            answer = Failed(error)
        gc.collect()  # the street that has ended, before there is another one
        try:
            pipe.send((number, answer))
        except OSError:  # the run has been ended
            return


def _next(pipe: Connection) -> int | None:
    try:
        number: int | None = pipe.recv()
    except (EOFError, OSError):  # the process that started this one is gone
        return None
    return number


def _simulate(city: City, number: int, slot: int, board: Board) -> StreetResult:
    streets: list[Street] = []
    parent = multiprocessing.parent_process()

    def progress(done_ms: int, total_ms: int, clock: str) -> None:
        board.done_ms[slot] = done_ms
        board.memory[slot] = memory_bytes()
        if board.stop.value or (parent is not None and not parent.is_alive()):
            streets[0].kernel.stop()

    return simulate_cell(city, number, progress, streets.append)
