"""The evidence of an event, its probable cause and what to carry to the pole: loaded when something has turned."""

from pole.aio import ticks_add
from pole.contract import Fixed, measured
from pole.health import chatter, expected
from pole.health.names import EVENT_TYPES

# probable cause; what to carry
_WHY = {
    "meterFailure": ("meter frozen, without an answer or with impossible readings", "node"),
    "supplyVoltageTooLow": ("loose neutral, overloaded feeder or transformer tap", "voltmeter"),
    "supplyVoltageTooHigh": ("broken neutral or transformer tap", "voltmeter"),
    "relayFailure": ("contact does not close, or the fuse of the luminaire is blown", "node, fuse"),
    "currentTooHigh": ("a load that is not the lamp: energy theft", "clamp meter"),
    "cyclingFailure": ("end of life, or the driver switches off when hot", "luminaire"),
    "lampFlicker": ("loose contact or failing driver", "driver"),
    "lampUnexpectedOn": ("relay contact welded, or the lamp is fed from elsewhere", "node"),
    "dimmingFailure": ("dimming line cut, or the driver does not obey", "driver, cable"),
    "lampFailure": ("lamp open, driver without load", "luminaire"),
    "lampPowerTooLow": ("LED string or module lost", "luminaire"),
    "lampPowerTooHigh": ("driver or string shorted", "driver"),
    "powerFactorTooLow": ("capacitor of the driver worn out", "driver"),
    "leakageDetected": ("insulation wet or damaged: danger of life", "insulation tester"),
    "controlGearCommFailure": ("DALI line cut, or the control gear without power", "driver, cable"),
    "highTemperature": ("sun, dust or failing driver; the light is reduced", "node"),
    "photocellFailure": ("covered, lit by a lamp or cut off", "photocell"),
    "orientationChanged": ("column hit, or its foundation gives way", "barrier"),
    "impactDetected": ("vehicle or storm", "barrier"),
    "cabinetDoorOpen": ("left open, or forced", "lock"),
    "clockLost": ("battery of the clock empty and no network time", "battery"),
    "daylightUnconfirmed": ("no time, and no dusk seen before", "battery"),
}


def events(out, s, reading, dim, ticks):
    """Adds to *out* what has turned in State *s* and is to be told now: (eventType, attributes, begins).

    *dim*: the output asked for, or 0.  For one that chatters the attributes have ``count``, ``span`` (seconds since its
    first and its last turn) and, while it goes on, whether it is ``present``.
    """
    for row in range(len(EVENT_TYPES)):
        bit = 1 << row
        if s.turned & bit:
            begins = s.active & bit != 0
            fields = _fields(s, EVENT_TYPES[row], reading, dim, begins)
            if bit & chatter.DANGERS or chatter.turn(s.flips, row, begins, ticks):
                out.append((EVENT_TYPES[row], fields, begins))
            s.turned &= ~bit
    for row, raised, there, count, since, last in chatter.due(s.flips, ticks):
        fields = _fields(s, EVENT_TYPES[row], reading, dim, raised)
        fields["count"], fields["span"] = count, (since, last)
        if there != raised:
            fields["present"] = there
        out.append((EVENT_TYPES[row], fields, raised))
        chatter.done(s.flips, row, ticks, raised, since)
    chatter.forget(s.flips, ticks)
    s.look = ticks_add(ticks, chatter.wait(s.flips, ticks))


def _fields(s, name, reading, dim, begins):
    """The evidence of *name*."""
    fields = {"level": (dim + 50) // 100}
    if reading.answered:
        measured(fields, reading)
        if s.points:
            due = expected.now(s, dim, reading.voltage_mv, reading.temperature) if dim else 0
            fields["expectedPower"] = Fixed((due + 50) // 100, 1)
    if reading.temperature is not None:
        fields["temperature"] = Fixed(reading.temperature, 1)
    own = _own(name, reading)
    if own is not None:
        fields["measured"] = own
    if begins:
        fields["cause"], fields["carry"] = _WHY[name]
    return fields


def _own(name, reading):
    """What the sense that raises *name* said, where it is not among the others."""
    if name == "photocellFailure":
        return reading.lux
    if name == "leakageDetected":
        return reading.leakage_ma
    if name == "impactDetected":
        return reading.shock_mg
    if name == "orientationChanged":
        return [reading.x_mg, reading.y_mg, reading.z_mg]
    return None
