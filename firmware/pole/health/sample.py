"""When the pole senses, and who gets what was sensed: the counters, the detectors, the photocell's judge."""

from pole import const
from pole.runtime import aio

_PAUSE_MS = const(30000)  # as in control.py
_PHOTOCELL = const(16)  # row of health/conditions.py


def take_sample(control, now, ticks):
    """Asks the senses when a sample is due, reads them once they have had time to answer, and has them judged; returns
    the milliseconds until something is due again.

    The photocell is looked at more often than that.
    """
    senses, lamp, watch = control.senses, control.lamp, control.watch
    wait = senses.take(ticks)
    look = _look(control, now, ticks) if control.dusk else _PAUSE_MS
    if wait is not None:
        return min(wait, look)
    reading = senses.reading
    if control.counters and reading.answered:
        control.counters.measured(reading.power_mw, ticks)
    wait = control.settings["meter.sample"] * 1000
    if watch:
        sun = control.calendar.day_left(now) if now is not None else 0
        wait = watch.sample(reading, lamp.relay, lamp.dim, min(sun, 1), now is not None, ticks)
    senses.next(wait, ticks)
    return min(wait, look)


def _look(control, now, ticks):
    """Looks at the photocell when that is due; returns the milliseconds until it is due again."""
    senses, dusk, watch = control.senses, control.dusk, control.watch
    wait = senses.lux(ticks)
    if wait is None:
        reading = senses.reading
        dusk.update(reading.lux, ticks, control.lamp.relay)
        if now is not None:
            dusk.confirm(control.calendar.day_left(now))
        control.unsure = dusk.doubt(watch and watch.state.active >> _PHOTOCELL & 1)
        reading.own = dusk.own
        reading.doubt = control.unsure != ""
        wait = dusk.due() * 1000
        senses.due = aio.ticks_add(ticks, wait)
    return wait
