"""The evidence of an event, its probable cause and what to carry to the pole: loaded when a condition has changed."""

from pole.health import chatter, expected
from pole.health.event_types import EVENT_TYPES
from pole.runtime.aio import ticks_add
from pole.wire.contract import Fixed, measured

# probable cause|what to carry, a line for each row of conditions.py: one text, which takes a third of what a table does
_WHY = (
    "meter frozen, without an answer or with impossible readings|node\n"  # 0 meterFailure
    "loose neutral, overloaded feeder or transformer tap|voltmeter\n"  # 1 supplyVoltageTooLow
    "broken neutral or transformer tap|voltmeter\n"  # 2 supplyVoltageTooHigh
    "contact does not close, or the fuse of the luminaire is blown|node, fuse\n"  # 3 relayFailure
    "a load that is not the lamp: energy theft|clamp meter\n"  # 4 currentTooHigh
    "end of life, or the driver switches off when hot|luminaire\n"  # 5 cyclingFailure
    "loose contact or failing driver|driver\n"  # 6 lampFlicker
    "dimming line cut, or the driver does not obey|driver, cable\n"  # 7 dimmingFailure
    "relay contact welded, or the lamp is fed from elsewhere|node\n"  # 8 lampUnexpectedOn
    "lamp open, driver without load|luminaire\n"  # 9 lampFailure
    "LED string or module lost|luminaire\n"  # 10 lampPowerTooLow
    "driver or string shorted|driver\n"  # 11 lampPowerTooHigh
    "capacitor of the driver worn out|driver\n"  # 12 powerFactorTooLow
    "insulation wet or damaged: danger of life|insulation tester\n"  # 13 leakageDetected
    "DALI line cut, or the control gear without power|driver, cable\n"  # 14 controlGearCommFailure
    "sun, dust or failing driver; the light is reduced|node\n"  # 15 highTemperature
    "covered, lit by a lamp or cut off|photocell\n"  # 16 photocellFailure
    "column hit, or its foundation gives way|barrier\n"  # 17 orientationChanged
    "vehicle or storm|barrier\n"  # 18 impactDetected
    "left open, or forced|lock\n"  # 19 cabinetDoorOpen
    "battery of the clock empty and no network time|battery\n"  # 20 clockLost
    "no time, and no dusk seen before|battery\n"  # 21 daylightUnconfirmed
)


def events(out, s, reading, dim, ticks):
    """Adds to *out* what has changed in State *s* and is to be reported now: (eventType, attributes, begins).

    *dim*: the output asked for, or 0.  For one that chatters the attributes have ``count``, ``span`` (seconds since its
    first and its last change) and, while it goes on, whether it is ``present``.
    """
    for row in range(len(EVENT_TYPES)):
        bit = 1 << row
        if s.turned & bit:
            begins = s.active & bit != 0
            fields = _fields(s, row, reading, dim, begins)
            if bit & chatter.DANGERS or chatter.turn(s.flips, row, begins, ticks):
                out.append((EVENT_TYPES[row], fields, begins))
            s.turned &= ~bit
    for row, raised, there, count, since, last in chatter.due(s.flips, ticks):
        fields = _fields(s, row, reading, dim, raised)
        fields["count"], fields["span"] = count, (since, last)
        if there != raised:
            fields["present"] = there
        out.append((EVENT_TYPES[row], fields, raised))
        chatter.done(s.flips, row, ticks, raised, since)
    chatter.forget(s.flips, ticks)
    s.look = ticks_add(ticks, chatter.wait(s.flips, ticks))


def why(row):
    """[probable cause, what to carry] of *row*."""
    at = 0
    for _ in range(row):
        at = _WHY.find("\n", at) + 1
    return _WHY[at : _WHY.find("\n", at)].split("|")


def _fields(s, row, reading, dim, begins):
    """The evidence of *row*."""
    fields = {"level": (dim + 50) // 100}
    if reading.answered:
        measured(fields, reading)
        if s.points:
            due = expected.now(s, dim, reading.voltage_mv, reading.temperature) if dim else 0
            fields["expectedPower"] = Fixed((due + 50) // 100, 1)
    if reading.temperature is not None:
        fields["temperature"] = Fixed(reading.temperature, 1)
    own = _own(EVENT_TYPES[row], reading)
    if own is not None:
        fields["measured"] = own
    if begins:
        fields["cause"], fields["carry"] = why(row)
    return fields


def _own(name, reading):
    """The value of the sensor behind event *name*, where it is not among the other fields."""
    if name == "photocellFailure":
        return reading.lux
    if name == "leakageDetected":
        return reading.leakage_ma
    if name == "impactDetected":
        return reading.shock_mg
    if name == "orientationChanged":
        return [reading.x_mg, reading.y_mg, reading.z_mg]
    return None
