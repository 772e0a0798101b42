"""The numbers of a sender's messages, which only ever rise: the base of the poles' replay protection."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from host_tools.errors import CommandError
from host_tools.user_folders import state_folder

AHEAD_MS = 86_400_000  # a number further ahead of our clock was given while the clock was wrong
RERUN_MS = 600_000  # a simulated clock this far behind our last n belongs to another run, whose poles have no mark yet


def following(last: int, unix_ms: int, simulated: bool) -> int:
    """The number after *last* at *unix_ms*; a *last* too far ahead of it does not count (see above)."""
    if last > unix_ms + (RERUN_MS if simulated else AHEAD_MS):
        last = 0
    return max(last + 1, unix_ms)


class Counters:
    """The last *n* of each sender, kept in a file so that it rises over restarts and across programs."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or state_folder() / "senders.sqlite"

    def next(self, sender: str, unix_ms: int, simulated: str = "", many: int = 1) -> int:
        """``max(last + 1, unix_ms)``, stored before it is given out.  Raises CommandError when it cannot be.

        It is the first of *many*, which are given out together: each call costs a write to the disk.

        A *last* more than a day ahead of *unix_ms* does not count: the clock was wrong then, and poles refuse such a
        number.
        *simulated* names a simulation (its broker, say), which counts apart: its clock may run years ahead, and begins
        again with each run.
        """
        name = f"{sender} {simulated}" if simulated else sender
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=10, isolation_level=None)) as db:
                db.execute("CREATE TABLE IF NOT EXISTS sender (name TEXT PRIMARY KEY, last INTEGER NOT NULL)")
                db.execute("BEGIN IMMEDIATE")
                row = db.execute("SELECT last FROM sender WHERE name = ?", (name,)).fetchone()
                n = following(row[0] if row else 0, unix_ms, bool(simulated))
                db.execute("INSERT OR REPLACE INTO sender VALUES (?, ?)", (name, n + many - 1))
                db.execute("COMMIT")
        except (OSError, sqlite3.Error) as error:
            raise CommandError(f"the counter of sent commands cannot be kept in {self._path}: {error}") from error
        return n

    def learn(self, sender: str, mark: int, unix_ms: int, simulated: str = "") -> None:
        """Take *mark*, for which a pole has refused a number: the next number of *sender* is higher, unless *mark* lies
        more than a day ahead of *unix_ms*.  Raises CommandError.
        """
        if 0 < mark <= unix_ms + AHEAD_MS:
            self.next(sender, mark, simulated)
