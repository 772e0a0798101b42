"""Detects poles that fall silent in a run, by the record's own rules (host_tools/city/record/silence.py).

An event of the record is not a message of a pole: it is not in the transcript.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable

from host_tools.city.record import silence
from host_tools.city.record.silence import Failure, Known
from host_tools.wire.event_types import COMMUNICATION_FAILURE
from simulator.kernel import Kernel
from simulator.report.detection import Event

CHECK_MS = 60_000  # between two checks for silent poles


class Silences:
    """Of the poles called *names*; *unix* is the true time (Unix s), *note* is called with each begin and end.

    *dark(pole, at)* says whether a pole is expected to be without supply at a time.
    """

    def __init__(
        self, kernel: Kernel, names: Iterable[str], unix: Callable[[], int], note: Callable[[Event], None],
        dark: Callable[[str, int], bool] = lambda pole, at: False,
    ) -> None:  # fmt: skip
        self._dark = dark
        self._kernel = kernel
        self._unix = unix
        self._note = note
        self._poles = {name: Known() for name in names}
        self._counts: Counter[str] = Counter()  # of the events of each pole
        self._since = unix()  # from when on silence counts: we hear the broker
        self._connected = True
        self._outage = 0  # number of the broker's latest absence
        kernel.every(CHECK_MS, self._check)

    def alive(self, pole: str) -> None:
        """Note a message of the pole, other than an event."""
        self._found(pole, silence.alive(self._poles[pole], self._unix()))

    def presence(self, pole: str, online: bool) -> None:
        """Note the pole's presence, or its last will."""
        now = self._unix()
        dark = not online and self._dark(pole, now)
        self._found(pole, silence.presence(self._poles[pole], online, False, now, dark))

    def broker(self, connected: bool) -> None:
        """Note whether the broker is there; may be called repeatedly."""
        if connected == self._connected:
            return
        self._connected = connected
        if connected:
            self._since = self._unix()
            return
        self._outage += 1
        number = self._outage
        self._kernel.after(silence.BROKER_S * 1000, lambda: self._miss(number))

    def _miss(self, number: int) -> None:
        if not self._connected and number == self._outage:
            for pole, known in self._poles.items():
                if not self._dark(pole, self._unix()):
                    self._found(pole, silence.without_broker(known))

    def _check(self) -> None:
        now = self._unix()
        if self._connected and self._since + silence.SILENT_S <= now:
            for pole, known in self._poles.items():
                # the record has no entry of a pole that never sent a message
                if known.seen is not None and not self._dark(pole, now):
                    quiet_s = now - max(known.seen, self._since)
                    self._found(pole, silence.unheard(known, quiet_s, silence.SILENT_S))

    def _found(self, pole: str, failure: Failure | None) -> None:
        if failure is not None:
            self._counts[pole] += 1
            name = f"{silence.EPOCH}-{self._counts[pole]}"
            self._note(Event(name, pole, COMMUNICATION_FAILURE, failure.starts, self._unix()))
