"""Judges a sample: calls all detectors in their order."""

from pole.health import electrical, surroundings


def judge(s, reading, relay, dim, sun, clocked, limit_tenths, ticks):
    """Notes in State *s* all that *reading* shows; see ``Watch.sample`` for the other arguments."""
    s.noted = 0
    s.hasty = False
    surroundings.judge(s, reading, relay, limit_tenths, sun, clocked, ticks)
    if reading.answered is not None:
        electrical.judge(s, reading, relay, dim, ticks)
    s.pending &= s.noted  # a condition that this sample did not note is not pending any more
