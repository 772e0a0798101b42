"""Answers a laptop's questions: the pole's state, its readings, and the events of its journal."""

import gc

from pole.health.event_types import names
from pole.reporting.reader import event_from
from pole.runtime import aio
from pole.service.request_fields import Raw, time_said, whole
from pole.wire.contract import Fixed

_STATUS = (
    "site pole board firmware configVersion bootCount resetCause uptime unix clock level target reason owner until "
    "online problem address rssi heap held events faults"
)
_READ = (
    "supplyVoltage supplyCurrent activePower powerFactor activeEnergy temperature lux acceleration door leakage gear "
    "relay dim capabilities rtc"
)
_JOURNAL = "epoch first next sequence event"


def act(parts, laptop, asked, now, ticks):
    """The names and the values of the answer to *asked*, or None when it is to be asked again."""
    what = asked["do"]
    if what == "status":
        return _STATUS, _status(parts, laptop, now, ticks)
    if what == "read":
        return (_READ, _read(parts)) if parts.senses.fresh(laptop.asked, ticks) else None
    return _JOURNAL, _journal(parts, whole(asked, "from", 0, 1073741823))


def _status(parts, laptop, now, ticks):
    settings, session, lamp, decision = parts.settings, parts.session, parts.lamp, parts.decision
    identity, watch = parts.reporter.identity, parts.watch
    span = parts.journal.span()
    return (
        settings["site"],
        settings["pole"],
        identity["board"],
        identity["firmware"],
        identity["configVersion"],
        identity["bootCount"],
        identity["resetCause"],
        # the ticks wrap after twelve days; a pole that is past its first minutes has run for long
        None if parts.startup_deadline is None else aio.ticks_diff(ticks, laptop.born) // 1000,
        time_said(parts.clock, ticks),
        parts.clock.quality(ticks),
        lamp.level,
        decision.level if decision else None,
        decision.reason if decision else None,
        decision.owner if decision else None,
        decision.until if decision else None,
        session.online,
        session.problem,
        parts.ports.radio.ip(),
        parts.ports.radio.strength(),
        gc.mem_free() if hasattr(gc, "mem_free") else None,
        len(parts.arbiter.held),
        [span["epoch"], span["first"], span["last"] + 1] if span else None,
        names(watch.raised()) if watch else (),
    )


def _read(parts):
    reading, ports, lamp, watch = parts.senses.reading, parts.ports, parts.lamp, parts.watch
    metered = ports.meter and reading.answered
    felt = reading.z_mg is not None
    rtc = None
    try:
        rtc = ports.rtc.get() if ports.rtc else None
    except OSError:
        pass  # it does not answer
    return (
        Fixed(reading.voltage_mv, 3) if metered else None,
        Fixed(reading.current_ma, 3) if metered else None,
        Fixed(reading.power_mw, 3) if metered else None,
        Fixed(reading.pf_thousandths, 3) if metered else None,
        Fixed(reading.energy_wh, 3) if metered else None,
        None if reading.temperature is None else Fixed(reading.temperature, 1),
        reading.lux,
        [reading.x_mg, reading.y_mg, reading.z_mg] if felt else None,
        reading.door_open,
        reading.leakage_ma,
        reading.gear_answers,
        lamp.relay,
        Fixed(watch.output(lamp.dim) if watch else lamp.dim, 2),
        ports.capabilities,
        rtc,
    )


def _journal(parts, first):
    """The first event from sequence *first* on, None past the last."""
    span = parts.journal.span()
    if not span:  # in safe mode there is no journal
        return "", 0, 0, None, None
    sequence, text = event_from(parts.journal, first)
    return span["epoch"], span["first"], span["last"] + 1, sequence, text and Raw(text)
