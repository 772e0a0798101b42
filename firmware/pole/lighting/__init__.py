"""Decides the level of the lamp, with its reason.

Pure: no machine, no sockets, no clock of its own.  Time and readings come in as arguments, decisions go out as values.
"""


class Switch:
    """A switch point in force: ``level`` in percent, ``ramp_s``, ``reason``, ``since`` and ``until`` (Unix s)."""

    def __init__(self, level, ramp_s, reason, since, until):
        self.level = level
        self.ramp_s = ramp_s
        self.reason = reason
        self.since = since
        self.until = until
