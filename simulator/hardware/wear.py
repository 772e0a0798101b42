"""Estimates the life of a pole's flash: erases a day from its writes, and years until a block has had 100,000.

The shares are measured on littlefs over the flash model (tests/simulator/hardware/test_wear.py holds them to it): with
MicroPython's geometry an append copies the last block of its file to a fresh one, and what is replaced as a whole is
small enough to lie in the directory's log.  littlefs chooses fresh blocks in turn, so the erases spread over those that
are free or in use for the journal; not quite evenly, which ``UNEVEN`` allows for.
"""

from __future__ import annotations

CYCLES = 100_000
ERASES_AN_APPEND = 1.05  # an event, or a release mark of its own (one for 16 releases without a new event)
ERASES_A_SAVE = 0.13  # counters, settings, commands: replaced as a whole, smaller than 128 bytes
UNEVEN = 2.0  # the most worn block against the mean
COUNTER_SAVES = 14 * 4 + 1  # a day with the longest night: every 15 minutes of light, and once after it


def erases_a_day(events: float, saves: float = COUNTER_SAVES) -> float:
    """Erases of a 4 KiB block a day, from *events* journalled and *saves* of small files a day.

    Every event is counted with its share of release marks, as if all were sent from a backlog.
    """
    return events * (1 + 1 / 16) * ERASES_AN_APPEND + saves * ERASES_A_SAVE


def years(events: float, saves: float = COUNTER_SAVES, blocks: int = 100) -> float:
    """Years until the most worn of *blocks* blocks (free, or the journal's) has been erased ``CYCLES`` times."""
    return CYCLES * blocks / (erases_a_day(events, saves) * UNEVEN) / 365.25
