"""Flashes several poles at once: a thread and an esptool process a port, and notes on each for a later run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

from host_tools.field.flashing.flash_job import Job
from host_tools.field.flashing.last_run import Done, Memory
from host_tools.field.ports import adapter_key

LOOK_S = 0.1  # between two looks at what the ports are doing


class Run:
    """Jobs that are under way; *memory* keeps what can be resumed, and each adapter's baud rate."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.jobs: list[Job] = []
        # waited for instead of the threads: an interrupted Thread.join() takes a thread that runs for one that ended
        self._ended: list[threading.Event] = []

    def start(self, job: Job) -> None:
        """Begin with *job*."""
        self.memory.note(self._note(job))
        ended = threading.Event()
        self.jobs.append(job)
        self._ended.append(ended)
        threading.Thread(target=self._do, args=(job, ended), name=f"flash {job.port.device}").start()

    def wait(self, look: Callable[[list[Job]], None]) -> None:
        """Until all are over; *look* is called again and again.  What interrupts it ends all jobs first."""
        try:
            for ended in self._ended:
                while not ended.wait(LOOK_S):
                    look(self.jobs)
            look(self.jobs)
        except BaseException:
            self.end()
            look(self.jobs)
            raise

    def end(self) -> None:
        """End all jobs, and wait for it."""
        for job in self.jobs:
            job.end()
        for ended in self._ended:
            ended.wait()

    def _do(self, job: Job, ended: threading.Event) -> None:
        try:
            job.run()
            self.memory.keep_baud(adapter_key(job.port), job.row.baud)
        except Exception as error:  # shown in the row: the end of a thread would not be reported
            job.failed(error)
        try:
            self.memory.note(self._note(job))
        finally:
            ended.set()

    @staticmethod
    def _note(job: Job) -> Done:
        done = job.row.over and job.error is None
        return Done(job.pole, job.port.device, adapter_key(job.port), done)


def exit_code(jobs: Iterable[Job]) -> int:
    """0 if all went well, the code of what went wrong if that is the same everywhere, else 1."""
    codes = {job.code for job in jobs if job.error is not None}
    return 0 if not codes else codes.pop() if len(codes) == 1 else 1
