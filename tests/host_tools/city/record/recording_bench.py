"""`diya record run`, as installed, for as long as a test needs it."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

from host_tools.city.record import query
from host_tools.errors import RecordError
from tests.installed import start
from tests.patience import PATIENCE_S, until


class Recording:
    """`diya record run WORDS` into *file*; a context manager that ends it as Ctrl-C does.

    ``out`` is what it printed, once it has ended; ``err`` what it has said on stderr so far.
    """

    def __init__(self, file: Path, *words: object) -> None:
        self.file = file
        self.out, self.err = "", ""
        self._words = ("record", "run", "--db", file, *words)

    def __enter__(self) -> Recording:
        self._process = start(*self._words, cwd=self.file.parent)
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.send_signal(signal.SIGINT)
        assert self._process.stdout
        with self._process.stdout as out:
            self.out = out.read()
        assert self._process.wait(PATIENCE_S) == 0
        self._listener.join()

    def _listen(self) -> None:
        assert self._process.stderr
        with self._process.stderr as err:
            for line in err:
                self.err += line

    def says(self, words: str) -> None:
        """Returns once it has said *words* on stderr."""
        until(lambda: words in self.err, words)

    def knows(self, pole: str) -> None:
        """Returns once it has heard that *pole* is online: it has subscribed then."""
        until(lambda: any(row["pole"] == pole and row["online"] for row in self._read("latest")), f"{pole} is online")

    def holds(self, count: int) -> bool:
        """Whether there are *count* events in the record."""
        return len(self._read("events")) >= count

    def has(self, count: int) -> None:
        """Returns once there are *count* events in the record."""
        until(lambda: self.holds(count), f"{count} events")

    def _read(self, what: str) -> list[dict[str, object]]:
        try:
            with query.reading(self.file) as reader:
                return list(getattr(reader, what)(query.Wanted()))
        except RecordError:  # it is only being made
            return []
