"""How often in a row the pole died young, and its last words: in RTC memory, which a reset leaves and a cut clears.

A start counts as an early death until ``forget``; a restart on purpose calls that first.  Where RTC memory raises, NVS
remembers both in its place.
"""

import machine

from pole.runtime.transient import unload

_WORDS = 200  # bytes


class Deaths:
    """A memory that raises is told to *failures* (drivers/failures.py), as ``rtcMemory`` or ``nvs``."""

    def __init__(self, failures):
        self._failures = failures
        self._count = 0

    def begin(self):
        """(early deaths in a row before this start, last words of the latest); counts this start as one more."""
        from pole.drivers.chip import early_resets_file

        deaths, words = early_resets_file.begin(self._failures)
        unload("pole.drivers.chip.early_resets_file")
        self._store(min(deaths + 1, 255), b"")
        return deaths, words

    def forget(self, words=""):
        """The pole has lived long enough, or restarts on purpose, and *words* (ASCII) say why."""
        self._store(0, words.encode())

    def last_words(self, text):
        """Why the pole is about to die, for the next life to report; only ASCII of it is kept."""
        self._store(self._count, text.encode()[:_WORDS])

    def _store(self, deaths, words):
        self._count = deaths
        data = b"diya" + bytes([deaths]) + words
        try:
            machine.RTC().memory(data)
            self._failures.works("rtcMemory")
        except Exception as error:
            self._failures.note("rtcMemory", error)
            from pole.drivers.chip import early_resets_file

            early_resets_file.store(self._failures, data)
            unload("pole.drivers.chip.early_resets_file")
