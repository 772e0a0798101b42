"""Simulates the cells of a city, in several processes or in this one, and joins their results in order."""

from __future__ import annotations

import contextlib
import gc
import multiprocessing
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

from host_tools.errors import CommandError
from simulator.city.cells import City, simulate_cell
from simulator.city.worker import Board, Failed, work
from simulator.process_memory import memory_bytes
from simulator.street.result import StreetResult
from simulator.street.street import Street

POLL_S = 0.2  # between two looks whether the run is to end, and two steps of the progress bar
PATIENCE_S = 10.0  # for a worker that ends by itself


@dataclass
class Progress:
    """How far a city's run is: milliseconds of all poles together, poles of cells that are done, bytes in memory."""

    done_ms: int = 0
    total_ms: int = 0
    poles: int = 0
    memory: int = 0


@dataclass
class Course:
    """The course of a run: the results so far; *told* is called with its progress every ``POLL_S``.

    ``memory_peak``: the most bytes that all processes together had in memory.  ``stopped()``: whether it is to end.
    """

    city: City
    told: Callable[[Progress], None]
    stopped: Callable[[], bool]
    results: dict[int, StreetResult] = field(default_factory=dict)
    memory_peak: int = 0

    def tell(self, running: dict[int, int], memory: int) -> None:
        """Reports the progress; *running* has the milliseconds done of each cell that is being simulated."""
        sizes = [len(cell) for cell in self.city.cells]
        length_ms = round(self.city.scenario.hours * 3_600_000)
        poles = sum(sizes[number] for number in self.results)
        done_ms = poles * length_ms + sum(sizes[number] * ms for number, ms in running.items())
        self.memory_peak = max(self.memory_peak, memory)
        self.told(Progress(done_ms, self.city.poles * length_ms, poles, memory))

    def joined(self) -> StreetResult | None:
        """The result of all cells; None where the run was ended before."""
        if self.stopped() or len(self.results) < len(self.city.cells):
            return None
        whole = self.results.pop(0)
        for number in sorted(self.results):
            whole.join(self.results.pop(number))
        return whole


def simulate_here(course: Course) -> StreetResult | None:
    """Simulates one cell after another in this process."""
    for number in range(len(course.city.cells)):
        if course.stopped():
            return None
        course.results[number] = _here(course, number)
        gc.collect()  # the street that has ended, before there is another one
    return course.joined()


def _here(course: Course, number: int) -> StreetResult:
    streets: list[Street] = []

    def progress(done_ms: int, total_ms: int, clock: str) -> None:
        course.tell({number: done_ms}, memory_bytes())
        if course.stopped():
            streets[0].kernel.stop()

    return simulate_cell(course.city, number, progress, streets.append)


def simulate_apart(course: Course, jobs: int) -> StreetResult | None:
    """Simulates the cells over *jobs* processes, each of which takes the next one when it has done one.

    Raises CommandError where a process was killed, and what a cell raised.
    """
    with _Workers(course, jobs) as workers:
        workers.run()
    return course.joined()


@contextlib.contextmanager
def _without_ctrl_c() -> Iterator[None]:
    """Processes that are started within do not get Ctrl-C, from their first moment on; this one gets it afterwards."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class _Workers:
    def __init__(self, course: Course, jobs: int) -> None:
        self._course = course
        self._jobs = jobs
        self._context = multiprocessing.get_context("spawn")  # a fork has the locks of threads, and the others' pipes
        array: Any = self._context.Array
        value: Any = self._context.Value
        self._board = Board(array("q", jobs, lock=False), array("q", jobs, lock=False), value("b", 0, lock=False))
        self._pipes: list[Connection] = []
        self._processes: list[BaseProcess] = []
        self._cells: dict[int, int] = {}  # what each works on, by its slot

    def __enter__(self) -> _Workers:
        try:
            with _without_ctrl_c():
                for slot in range(self._jobs):
                    self._start(slot)
        except BaseException:
            self.__exit__()
            raise
        return self

    def _start(self, slot: int) -> None:
        ours, theirs = self._context.Pipe()
        given = (self._course.city, slot, self._board, theirs)
        process = self._context.Process(target=work, args=given, daemon=True)
        process.start()
        theirs.close()  # so that the end of the worker is the end of the pipe
        self._pipes.append(ours)
        self._processes.append(process)

    def __exit__(self, *error: object) -> None:
        self._board.stop.value = 1
        for pipe in self._pipes:
            with contextlib.suppress(OSError):
                pipe.send(None)
            pipe.close()
        for process in self._processes:
            process.join(PATIENCE_S)
            if process.is_alive():
                process.kill()
                process.join()

    def run(self) -> None:
        """Hands out the cells, and takes their results."""
        numbers = iter(range(len(self._course.city.cells)))
        for slot in range(len(self._pipes)):
            self._hand_out(slot, numbers)
        while self._cells and not self._course.stopped():
            waiting = {self._pipes[slot]: slot for slot in self._cells}
            for pipe in wait(list(waiting), POLL_S):
                assert isinstance(pipe, Connection)
                self._take(waiting[pipe])
                self._hand_out(waiting[pipe], numbers)
            memory = memory_bytes() + sum(self._board.memory)
            self._course.tell({cell: self._board.done_ms[slot] for slot, cell in self._cells.items()}, memory)

    def _hand_out(self, slot: int, numbers: Iterator[int]) -> None:
        number = next(numbers, None)
        if number is not None:
            self._board.done_ms[slot] = 0
            self._cells[slot] = number
            with contextlib.suppress(OSError):  # it has ended: its pipe says so
                self._pipes[slot].send(number)

    def _take(self, slot: int) -> None:
        del self._cells[slot]
        try:
            number, answer = self._pipes[slot].recv()
        except (EOFError, OSError):
            if self._course.stopped():
                return
            raise CommandError(
                "a process of the run was killed, as the system does where memory runs out: no file was written; "
                "fewer --jobs take less memory"
            ) from None
        if isinstance(answer, Failed):
            raise answer.error
        self._course.results[number] = answer
