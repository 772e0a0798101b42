"""The evidence of an event, its probable cause and what to carry to the pole: loaded when something has turned."""

from pole.contract import Fixed, measured
from pole.health import expected
from pole.health.names import names

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


def events(s, reading, dim):
    """[(eventType, attributes, begins), ...] of what has turned in State *s*; *dim*: the output asked for, or 0."""
    out = []
    raised = names(s.active)
    for name in names(s.turned):
        begins = name in raised
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
        out.append((name, fields, begins))
    return out


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
