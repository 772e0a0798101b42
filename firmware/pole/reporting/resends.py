"""Events that the city asks for again: the ranges, the progress, and which of them are not there any more.

Loaded when events are asked for and unloaded afterwards (``RESENDING`` in ``journal``).
"""

from pole import const
from pole.reporting.reader import Reader

_MOST = const(4)  # ranges asked for and not sent yet, and as many missing ones


class Resends:
    """Ranges of the journal in *segments*."""

    def __init__(self, segments):
        self._segments = segments
        self._wanted = []  # [epoch, next sequence, last]
        self._reader = None  # of the first of them
        self._gone = []  # (ticks, epoch, first, last)

    def ask(self, epoch, first, last):
        """Adds a range; False when too much is asked for already."""
        if len(self._wanted) >= _MOST:
            return False
        self._wanted.append([epoch, first, last])
        return True

    def waiting(self):
        """Whether there is a range that has not been looked through."""
        return bool(self._wanted)

    def done(self):
        """Whether there is nothing left to send or to tell."""
        return not self._wanted and not self._gone

    def crowded(self):
        """Whether missing events must be reported before anything else."""
        return len(self._gone) >= _MOST

    def missing(self, now):
        """(epoch, first, last) of events that are not there, once each and from the next millisecond on, or None."""
        if not self._gone or self._gone[0][0] == now:
            return None
        return self._gone.pop(0)[1:]

    def take(self, now, sent, current):
        """(sequence, epoch, text) of the next record; None when this read of the flash found none, with any content.
        *sent*: the last sequence that was sent; *current*: the journal's epoch.
        """
        wanted = self._wanted[0]
        epoch, expected, last = wanted
        if not self._reader:
            self._reader = Reader(self._segments, expected - 1)
        sequence = self._reader.peek()
        if sequence and sequence <= min(last, sent):
            found = self._reader.pop()
            if found[0] == epoch:
                self._note_gone(now, epoch, expected, sequence - 1)
                wanted[1] = sequence + 1
                return sequence, found[0], found[1]
            return None
        if epoch == current:
            last = min(last, sent)  # events that were not sent yet will be, in their order
        self._note_gone(now, epoch, expected, last)
        self._wanted.pop(0)
        self._reader = None
        return None

    def _note_gone(self, now, epoch, first, last):
        if first <= last:
            self._gone.append((now, epoch, first, last))
