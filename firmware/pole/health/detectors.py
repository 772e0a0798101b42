"""Judges a sample: the one way into the detectors."""

from pole.health import electrical, surroundings


def judge(s, reading, relay, dim, sun, clocked, limit_tenths, ticks):
    """In State *s*, all that *reading* shows; see ``Watch.sample`` for the others."""
    s.noted = 0
    s.hasty = False
    surroundings.judge(s, reading, relay, limit_tenths, sun, clocked, ticks)
    if reading.answered is not None:
        electrical.judge(s, reading, relay, dim, ticks)
    s.pending &= s.noted  # what this sample did not tell of is not on its way any more
