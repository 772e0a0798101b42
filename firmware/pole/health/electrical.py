"""Detectors that use the meter: faults of supply, relay, driver and lamp.

The power of a healthy lamp is known (expected.py), so a fault shows as a difference from it, and the kind of difference
shows which part has failed.  Powers are mW, and all values are integers below 2**30: a sample allocates nothing.
"""

from pole import const
from pole.health import arc, dimming_test, expected, supply
from pole.health.conditions import keep, note, quiet
from pole.runtime.aio import ticks_diff

# rows of conditions.py
_METER_FAILURE = const(0)
_RELAY_FAILURE = const(3)
_CURRENT_HIGH = const(4)
_CYCLING = const(5)
_FLICKER = const(6)
_DIMMING = const(7)
_UNEXPECTED_ON = const(8)
_LAMP_FAILURE = const(9)
_POWER_LOW = const(10)
_POWER_HIGH = const(11)
_FACTOR_LOW = const(12)

_CLOSING_MS = const(10000)  # after the relay has closed: inrush, and the driver's start
_STEADY_MS = const(2500)  # after the dimmer has moved
_SETTLED_MS = const(900000)  # after that, until the lamp is warm enough to be learned from
_FROZEN = const(5)  # samples alike to the last digit, which noise makes impossible
_DRIVER_MV = const(160000)  # below this a driver limits its input current
_CONTACT_MW = const(250)  # less than a driver without load takes, more than the snubber of an open contact does
_FAULT = const(850)  # ten-thousandths of the expected power: a fault from here ...
_SOUND = const(600)  # ... and none up to here
_ALERT = const(8)  # samples after a jump
_AGAIN = const(30)  # samples, until the dimming test of a driver that ignored it is repeated
_CALM = const(4)  # samples without a jump before the dimming test
_THEFT_MW = const(46000)  # 0.2 A
_CYCLE_MS = const(2700000)  # the longest time from one going out to the next that is one fault
_CYCLES = const(4)  # two for each time it has gone out, one where it was back within a second
_OVER_MS = const(1200000)  # without another one, at least, until it has ended


def judge(s, reading, relay, dim, ticks):
    """One sample: the relay is to be closed (or not), the dimmer at *dim* without the probe."""
    last = s.power
    if not _heard(s, reading, ticks):
        keep(s)
        return
    mv = reading.voltage_mv
    supply.judge(s, mv, ticks)
    if not s.points:
        return
    expected.warm(s, dim if relay else 0, max(ticks_diff(ticks, s.sampled_at), 0))
    s.sampled_at = ticks
    if relay != s.relay:
        if s.run_up:  # after a restart it is not known how hot the lamp is
            arc.dark_from(s, s.relay is None or ticks_diff(ticks, s.closed_at) < s.restrike, ticks)
        s.relay = relay
        s.closed_at = ticks
        s.outs = 0
        s.lit = False
        s.stuck = s.points[-3]  # a driver that ignores dimming starts at full light
        dimming_test.forget(s)
    if dim != s.dim:
        s.dim = dim
        dimming_test.forget(s)
        s.sum = s.count = 0
    if dim + s.probe != s.output:
        _moved(s, dim, ticks)
    if ticks_diff(ticks, s.closed_at) < _CLOSING_MS:
        s.moved_at = ticks
    elif not relay:
        _open(s, reading, dim, ticks)
    elif mv < _DRIVER_MV:
        if s.run_up:
            arc.dark_from(s, True, ticks)
            s.lit = False
    else:
        due = expected.now(s, dim, mv, reading.temperature)
        if not (_well(s, reading, last, due, ticks) or _dark(s, reading, due, ticks)):
            _burning(s, reading, last, due, ticks)


def _moved(s, dim, ticks):
    s.output = dim + s.probe
    s.moved_at = ticks
    s.calm = s.way = 0


def _heard(s, reading, ticks):
    """Whether the meter's values are new and possible."""
    voltage, current, power = reading.voltage_mv, reading.current_ma, reading.power_mw
    same = voltage == s.voltage and current == s.current and power == s.power
    s.voltage, s.current, s.power = voltage, current, power
    bad = not reading.answered or (same and reading.answered is True)
    s.frozen = min(s.frozen + 1, _FROZEN) if bad else 0
    wrong = s.frozen >= _FROZEN or not 40000 < voltage < 400000 or power < -2000
    note(s, _METER_FAILURE, True if wrong else None if bad else False, ticks)
    if bad and not s.active & 1:
        s.hasty = True
    return not (wrong or bad)


def _open(s, reading, dim, ticks):
    """Judges a sample with the relay to be open."""
    power = reading.power_mw
    lamp = expected.at(s, dim)
    most = lamp * 8 // 5
    if s.run_up:  # a discharge lamp is not dimmed, so it takes its full power
        most = expected.now(s, dim, reading.voltage_mv, None) * 5 // 4
    flows = power > 1000
    other = flows and (power > most + 2000 or reading.pf_thousandths > s.factor + 150)
    note(s, _CURRENT_HIGH, other, ticks)
    note(s, _UNEXPECTED_ON, flows and not other, ticks)


def _well(s, reading, last, due, ticks):
    """Whether nothing is wrong, now or in the last samples: a quick check for the usual case."""
    power = reading.power_mw
    excess = power - due
    near = due // 18  # a little less than _SOUND
    if s.turns or s.outs or s.calm < _ALERT or not (s.lit and quiet(s) and -near < excess < near):
        return False
    change = power - last
    if s.factor - reading.pf_thousandths >= 50 or not -power // 50 < change < power // 50:
        return False
    s.out = False
    if not s.hasty and ticks_diff(ticks, s.moved_at) > _SETTLED_MS:
        expected.learn(s, s.dim, excess * 1000 // (due // 10))
    return True


def _dark(s, reading, due, ticks):
    """Whether the lamp gives no light although the relay is to be closed."""
    power, full = reading.power_mw, s.points[-3]
    # less than a driver at its lowest level takes, or hardly more than a driver without load does
    dark = power < min(max(min(due, s.points[1] * 3) // 4, full // 33 + 1000), due // 2)
    # an open contact passes next to no watts; a ballast without its lamp has a current, if few watts
    nothing = dark and power < full // 5000 + _CONTACT_MW
    nothing = nothing and reading.current_ma * (reading.voltage_mv // 1000) * 2 < full
    if not dark:
        s.lit = s.lit or power > due // 2
    elif s.lit and s.out:  # dark for a second sample, so it was not a voltage dip
        s.lit = False
        s.outs += 1
    elif s.lit and ticks_diff(ticks, s.moved_at) >= _STEADY_MS:
        gone = min(ticks_diff(ticks, s.out_at), _CYCLE_MS)
        again = s.outs and gone < _CYCLE_MS
        s.outs, s.period, s.out_at = (s.outs + 1 if again else 1), gone, ticks
        s.hasty = True
    s.out = dark
    # after a restart it is not known how long a period is
    over = min(ticks_diff(ticks, s.out_at), ticks_diff(ticks, s.closed_at)) > max(s.period * 5 // 2, _OVER_MS)
    if over:  # it stays lit, or has failed for good
        s.outs = 0
    excused = False
    if s.run_up and nothing:
        arc.dark_from(s, True, ticks)
    elif s.run_up:
        excused = arc.excused(s, power, due, dark, reading.voltage_mv, ticks)
    note(s, _CYCLING, s.outs >= _CYCLES or (False if over else None), ticks)
    well = None if s.active >> _CURRENT_HIGH & 1 else False  # a current beside a dark lamp says nothing of the lamp
    note(s, _RELAY_FAILURE, nothing or well, ticks)
    if excused:
        keep(s)
        s.calm = 0
        return True
    note(s, _LAMP_FAILURE, None if nothing else dark or well, ticks)
    if dark:
        note(s, _POWER_LOW, None if nothing else True, ticks)
        s.calm = 0
    return dark


def _burning(s, reading, last, due, ticks):
    """Judges a sample of a lit lamp: whether it takes the expected power."""
    power = reading.power_mw
    excess = power - due
    # more than a short takes, and more than full light
    foreign = excess > due * 6 // 5 + 10000 and power > s.points[-3] // 7 * 8 + 10000
    if not s.phase:
        theft = foreign or (s.ignores_dimming is False and excess > _THEFT_MW)
        note(s, _CURRENT_HIGH, True if theft else False if excess < due // 20 + 2000 else None, ticks)
    if ticks_diff(ticks, s.moved_at) < _STEADY_MS:
        keep(s)
        s.hasty = True  # judge it as soon as the power is steady
        return
    turns = _jump(s, power - last, max(power, last))
    note(s, _FLICKER, turns >= 4 or (None if turns else False), ticks)
    if turns or foreign:
        s.hasty = s.hasty or turns > 0
        return
    if s.calm < _ALERT:  # it has just jumped: wait whether it jumps back (flicker)
        s.hasty = True
    part = min(excess, 3 * due) * 1000 // (due // 10)
    if s.follows:  # by how much it follows the voltage differs from lamp to lamp
        wide = abs(reading.voltage_mv - s.nominal) * 100 // (s.nominal // 100) * 2 // 5
        part = min(part + wide, 0) if part < 0 else max(part - wide, 0)
    fault = not -_FAULT < part < _FAULT
    if fault and not s.phase and abs(power - s.before) > s.before // 4:
        s.ignores_dimming = None  # it was tested at another power: the fault is another one now
    # at full light, and where it is stuck, a driver that ignores dimming draws the expected power: test it again
    doubt = s.active >> _DIMMING & 1 and abs(due - s.stuck) <= due // 10
    ignored = s.ignores_dimming
    if s.phase or (ignored is None and (fault or doubt)) or (doubt and ignored and s.calm >= _AGAIN):
        s.hasty = True
        keep(s)
        if fault and not s.phase:
            note(s, _POWER_LOW if part < 0 else _POWER_HIGH, True, ticks)
        if s.calm >= (1 if s.phase else _CALM):
            dimming_test.step(s, power)
            _moved(s, s.dim, ticks)
        return
    _takes(s, part, doubt, ticks)
    if not fault:
        lost = s.factor - reading.pf_thousandths
        note(s, _FACTOR_LOW, True if lost > 80 else False if lost < 50 else None, ticks)


def _takes(s, part, doubt, ticks):
    """Notes that the lamp takes *part* ten-thousandths more than expected; a fault only after a dimming test."""
    ignored = s.ignores_dimming
    if not -_SOUND < part < _SOUND:
        note(s, _DIMMING, ignored, ticks)
        note(s, _POWER_LOW, None if ignored else True if part < -_FAULT else False if part > 0 else None, ticks)
        note(s, _POWER_HIGH, None if ignored else True if part > _FAULT else False if part < 0 else None, ticks)
        return
    if not doubt:
        dimming_test.forget(s)
    note(s, _POWER_LOW, False, ticks)
    note(s, _POWER_HIGH, False, ticks)
    note(s, _DIMMING, None if doubt and ignored else False, ticks)


def _jump(s, change, power):
    """How many of the last 16 samples jumped back, which only a flickering lamp does."""
    least = power // 50 + 500
    way = 1 if change > least else -1 if change < -least else 0
    s.turns = s.turns << 1 & 0xFFFF
    if way == 0:
        s.calm = min(s.calm + 1, 100)
    else:
        s.calm = 0
        if way == -s.way:
            s.turns |= 1
        s.way = way
    bits, count = s.turns, 0
    while bits:
        count += bits & 1
        bits >>= 1
    return count
