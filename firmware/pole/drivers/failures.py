"""Registers which parts of the pole raise, and when each is to be tried again.

A part that raised is left alone for 30 s, then tried; each time it raises again it is left alone for twice as long, an
hour at most.  It works again when it was tried after that time and did not raise.
"""

from pole import const

_FIRST_MS, _LONGEST_MS = const(30000), const(3600000)
_WRAP = const(0x3FFFFFFF)  # of ticks

# what the city was told of a failure: nothing yet; that it fails; works again, not yet told; works, told
NEW, TOLD, OVER, WELL = const(0), const(1), const(2), const(3)


class Failures:
    """``failed``: {part: [what it raised, ticks when it did, ms it is left alone for, NEW to WELL]}.

    ``now``: the ticks of the control task's last turn.  ``changed``: there is something to tell
    (pole/reporting/part_failures.py).
    """

    def __init__(self):
        self.failed = {}
        self.now = 0
        self.changed = False

    def note(self, part, error):
        """Notes that *part* (its table in the board's file, or a name of docs/events.md) has raised *error*."""
        one = self.failed.get(part)
        if not one:
            one = self.failed[part] = ["", self.now, 0, WELL]
        elif one[3] < OVER and not self.may(part):
            return  # it is known
        quiet_ms = self.now - one[1] & _WRAP
        if one[3] == WELL and quiet_ms > 2 * _LONGEST_MS:
            one[2] = 0
        text = type(error).__name__ + ": " + str(error.args[0] if error.args else "")  # alike on both runtimes
        one[:3] = text, self.now, min(max(one[2] * 2, _FIRST_MS), _LONGEST_MS)
        if one[3] >= OVER:
            one[3] = NEW if one[3] == WELL else TOLD
            self.changed = True

    def may(self, part):
        """Whether *part* is to be used: it never raised, or was left alone for long enough."""
        one = self.failed.get(part)
        return not one or one[3] == WELL or self.now - one[1] & _WRAP >= one[2]

    def works(self, part):
        """Notes that *part* was used and has not raised."""
        one = self.failed.get(part)
        if one and one[3] == TOLD and self.may(part):
            one[3] = OVER
            self.changed = True

    def look(self, part, port):
        """Notes whether *part* works by its *port*, which keeps what it last raised (``error``)."""
        if port.error:
            self.note(part, port.error)
        elif self.failed:
            self.works(part)
