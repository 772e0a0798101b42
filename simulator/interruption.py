"""Handles Ctrl-C and the signal to end while a run goes on.

An exception in the middle of a run may be raised inside the firmware of a pole, which would handle it as its own.  So
the run is stopped between two of its events instead.
"""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType

SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class Interruption:
    """``number`` is the signal that came, 0 for none.  A second one ends the program at once."""

    def __init__(self) -> None:
        self.number = 0
        self._stop: Callable[[], None] | None = None

    def begin(self, stop: Callable[[], None]) -> None:
        """Makes a signal call *stop* from now on; before, it ends the program as usual.

        Where the exception of one that came before was lost, in the callback of a thread or of a destructor, *stop* is
        called now.
        """
        self._stop = stop
        if self.number:
            stop()

    @contextlib.contextmanager
    def handled(self) -> Iterator[None]:
        """Handles the signals within its block, except those that this process ignores."""
        before = {}
        for number in SIGNALS:
            if signal.getsignal(number) not in (signal.SIG_IGN, None):
                with contextlib.suppress(ValueError):  # not the main thread: the embedding program handles signals
                    before[number] = signal.signal(number, self._came)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _came(self, number: int, frame: FrameType | None) -> None:
        first = not self.number
        self.number = number
        if self._stop and first:
            self._stop()
        elif number == signal.SIGINT:
            raise KeyboardInterrupt
        else:
            raise SystemExit(128 + number)
