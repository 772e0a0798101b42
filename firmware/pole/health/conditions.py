"""Decides when a condition is a fault: debounce, hysteresis in time, latching and suppression, for all detectors.

A detector says of a condition at each sample: there, not there, or None where that cannot be told now (then what was
known holds on: a lamp that failed at night has not recovered because it is day).  The table says the rest.
"""

from pole import const
from pole.runtime.aio import ticks_diff

# A row a condition, in the order of ``names.EVENT_TYPES``.  In units of 5 s: how long it must be there to be raised,
# and gone to have ended; then what explains it, as bits of rows: while one of these is raised, it is not.
RULES = const(
    b"\x01\x06\x00"  # 0 meterFailure
    b"\x03\x0c\x01"  # 1 supplyVoltageTooLow: not by a meter that has failed
    b"\x03\x0c\x01"  # 2 supplyVoltageTooHigh
    b"\x05\x0c\x01"  # 3 relayFailure
    b"\x04\x0c\x01"  # 4 currentTooHigh
    b"\x00\x0c\x09"  # 5 cyclingFailure: not of a relay
    b"\x01\x0c\x29"  # 6 lampFlicker: nor of a lamp that comes and goes
    b"\x03\x0c\x69"  # 7 dimmingFailure: nor of one that flickers
    b"\x05\x06\x11"  # 8 lampUnexpectedOn: not by a current that is none of the lamp's
    b"\x05\x0c\x29"  # 9 lampFailure
    b"\x06\x0c\xe9"  # 10 lampPowerTooLow: not while the driver does not obey
    b"\x06\x0c\xe1"  # 11 lampPowerTooHigh
    b"\x06\x0c\xf9"  # 12 powerFactorTooLow
    b"\x02\x0c\x00"  # 13 leakageDetected
    b"\x08\x0c\x08"  # 14 controlGearCommFailure: its mains comes through the relay
    b"\x01\x18\x00"  # 15 highTemperature
    b"\x78\x78\x00"  # 16 photocellFailure
    b"\x06\x18\x00"  # 17 orientationChanged
    b"\x00\x0c\x00"  # 18 impactDetected
    b"\x01\x01\x00"  # 19 cabinetDoorOpen
    b"\x18\x00\x00"  # 20 clockLost
    b"\x78\x0c\x00"  # 21 daylightUnconfirmed
)
_ELECTRICAL = const(0x1FFF)  # all that the meter tells
_UNIT_MS = const(5000)
_SLOW = const(24)  # what takes this long needs no closer look meanwhile


def note(s, row, there, ticks):
    """In State *s*, condition *row* is *there* (True or False) at *ticks*; None: not known."""
    bit = 1 << row
    if not there and not (s.active | s.pending) & bit:
        return  # as almost always
    at = 3 * row
    raised = s.active & bit != 0
    if there is None or there == raised or (there and s.active & RULES[at + 2]):
        s.pending &= ~bit
        return
    if not s.pending & bit:
        s.pending |= bit
        s.since[row] = ticks
    s.noted |= bit
    wait = RULES[at] if there else RULES[at + 1]
    if ticks_diff(ticks, s.since[row]) >= wait * _UNIT_MS:
        s.pending &= ~bit
        s.active ^= bit
        s.turned |= bit
    elif wait < _SLOW:
        s.hasty = True


def keep(s):
    """What is on its way of the meter's rows stays so, though this sample does not tell."""
    s.noted |= s.pending & _ELECTRICAL


def quiet(s):
    """Whether nothing is wrong, or about to be, with what the meter measures."""
    return not (s.active | s.pending) & _ELECTRICAL
