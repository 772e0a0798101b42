"""The ports while they are flashed: a row a port on a terminal, a line for each step elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from rich.console import RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from host_tools.field.flashing.flash_job import Job
from host_tools.field.flashing.progress import Row
from host_tools.language import Language

BAR = 24  # columns
_STYLES = {"done": "bold green", "unchanged": "green", "failed": "bold red"}
_MOVING = ("writing", "verifying")


def table(rows: list[Row], said: Language) -> RenderableType:
    """A row a port: phase, progress, speed, remaining time."""
    drawn = Table.grid(padding=(0, 2))
    for _ in range(6):
        drawn.add_column(no_wrap=True)
    for row in rows:
        name = f"{row.port}  {row.adapter}" if row.adapter else row.port
        phase = Text(phase_of(row, said), _STYLES.get(row.phase, ""))
        bar = ProgressBar(max(row.total, 1), row.sent, BAR) if row.total else Text("")
        drawn.add_row(Text(name), Text(row.pole, "bold"), phase, bar, *(Text(word) for word in figures(row, said)))
    return drawn


def phase_of(row: Row, said: Language) -> str:
    """Where *row* is, in words."""
    slow = "_rom" if row.by_rom and row.phase == "writing" else ""
    return said.say(f"flash.phase_{row.phase}{slow}")


def figures(row: Row, said: Language) -> tuple[str, str]:
    """(speed, remaining time) in words; empty while there is none."""
    if row.phase not in _MOVING or not row.speed:
        return "", ""
    speed = said.say("flash.speed", speed=row.speed / 1000, baud=row.baud)
    left = row.left_s
    return speed, "" if left is None else said.say("flash.left", left=left)


def outcome(job: Job, said: Language) -> str:
    """One sentence for how a job ended, with what to do next."""
    if job.error is not None:
        return said.tell(job.error)
    unheard = "" if job.heard else "_unheard"
    if not job.written:
        return said.say(f"flash.unchanged{unheard}", pole=job.pole, port=job.port.device)
    key = ("flash.done" if job.first else "flash.done_again") + unheard
    done = said.say(key, pole=job.pole, port=job.port.device, mac=job.mac, seconds=job.took_s)
    return f"{done} {said.say(f'flash.rom_{job.no_stub}')}" if job.no_stub else done


class Lines:
    """Prints each step of each port once, and how it ended."""

    def __init__(self, said: Language, tell: Callable[[str], None]) -> None:
        self._said = said
        self._tell = tell
        self._told: dict[int, str] = {}

    def look(self, jobs: list[Job]) -> None:
        """Print what is new with *jobs*."""
        for number, job in enumerate(jobs):
            row = job.row
            if self._told.get(number) == row.phase or row.over:
                continue
            self._told[number] = row.phase
            self._tell(f"{row.port} {row.pole}: {phase_of(row, self._said)}")
