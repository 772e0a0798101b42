"""Takes samples when they are due, and hands them to the counters, the detectors and the photocell."""

from pole import const
from pole.runtime import aio

_PAUSE_MS = const(30000)  # as in control.py
_PHOTOCELL = const(16)  # row of health/conditions.py


def take_sample(parts, now, ticks):
    """Requests a sample of *parts* (app.py) when it is due, reads it once they have had time to answer, and has it
    judged; returns the milliseconds until something is due again.

    The photocell is read more often than that.
    """
    senses, lamp, watch = parts.senses, parts.lamp, parts.watch
    wait = senses.take(ticks)
    look = _look(parts, now, ticks) if parts.dusk else _PAUSE_MS
    if wait is not None:
        return min(wait, look)
    reading = senses.reading
    if parts.counters and reading.answered:
        parts.counters.measured(reading.power_mw, ticks)
    wait = parts.settings["meter.sample"] * 1000
    if watch:
        sun = parts.calendar.day_left(now) if now is not None else 0
        wait = watch.sample(reading, lamp.relay, lamp.dim, min(sun, 1), now is not None, ticks)
    senses.next(wait, ticks)
    return min(wait, look)


def _look(parts, now, ticks):
    """Reads the photocell when that is due; returns the milliseconds until it is due again."""
    senses, dusk, watch = parts.senses, parts.dusk, parts.watch
    wait = senses.lux(ticks)
    if wait is None:
        reading = senses.reading
        dusk.update(reading.lux, ticks, parts.lamp.relay)
        if now is not None:
            dusk.confirm(parts.calendar.day_left(now))
        parts.unsure = dusk.doubt(watch and watch.state.active >> _PHOTOCELL & 1)
        reading.own = dusk.own
        reading.doubt = parts.unsure != ""
        wait = dusk.due() * 1000
        senses.due = aio.ticks_add(ticks, wait)
    return wait
