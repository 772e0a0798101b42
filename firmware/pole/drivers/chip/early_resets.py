"""Counts early resets in a row and keeps the latest reason, in RTC memory: a reset leaves it, a power cut clears it.

A start counts as an early reset until ``forget``; a restart on purpose calls that first.  Where RTC memory raises,
NVS holds both in its place.
"""

import machine

from pole.runtime.transient import unload

_WORDS = 200  # bytes


class EarlyResets:
    """A memory that raises is noted in *failures* (drivers/failures.py) as ``rtcMemory`` or ``nvs``."""

    def __init__(self, failures):
        self._failures = failures
        self._count = 0
        self._past = None

    def counted(self, past):
        """Golden has counted this start already, and *past* is what ``begin`` gave; None where it has not."""
        self._past = past
        if past:
            self._count = min(past[0] + 1, 255)

    def begin(self):
        """(early resets in a row before this start, reason of the latest); counts this start as one more."""
        if self._past:
            return self._past
        from pole.drivers.chip import early_resets_file

        count, words = early_resets_file.begin(self._failures)
        unload("pole.drivers.chip.early_resets_file")
        self._store(min(count + 1, 255), b"")
        return count, words

    def forget(self, words=""):
        """Clears the count: the pole has run long enough, or restarts on purpose; *words* (ASCII) say why."""
        self._store(0, words.encode())

    def last_words(self, text):
        """Keeps *text*, why the pole is about to reset, for a report after the reset; only its ASCII is kept."""
        self._store(self._count, text.encode()[:_WORDS])

    def _store(self, count, words):
        self._count = count
        data = b"diya" + bytes([count]) + words
        try:
            machine.RTC().memory(data)
            self._failures.works("rtcMemory")
        except Exception as error:
            self._failures.note("rtcMemory", error)
            from pole.drivers.chip import early_resets_file

            early_resets_file.store(self._failures, data)
            unload("pole.drivers.chip.early_resets_file")
