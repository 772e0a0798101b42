"""Decides when a condition is a fault: debounce, hysteresis in time, latching and suppression, for all detectors.

A detector says of a condition at each sample: there, not there, or None where that cannot be told now (then what was
known holds on: a lamp that failed at night has not recovered because it is day).  The table says the rest.
"""

from pole import const
from pole.runtime.aio import ticks_diff

# A row for each condition, in the order of event_types.EVENT_TYPES: for how long it must be there to be raised, and
# gone to have ended (a byte each, in units of 5 s); then what explains it, as bits of rows: while one of these is
# raised, it is not.  A test holds what is said of each row to its bytes.
RULES = const(
    # 0 meterFailure: 5 s, 30 s
    b"\x01\x06\x00"
    # 1 supplyVoltageTooLow: 15 s, 60 s, not while meterFailure
    b"\x03\x0c\x01"
    # 2 supplyVoltageTooHigh: 15 s, 60 s, not while meterFailure
    b"\x03\x0c\x01"
    # 3 relayFailure: 25 s, 60 s, not while meterFailure
    b"\x05\x0c\x01"
    # 4 currentTooHigh: 20 s, 60 s, not while meterFailure
    b"\x04\x0c\x01"
    # 5 cyclingFailure: 0 s, 60 s, not while meterFailure or relayFailure (a contact that comes and goes takes the
    #   lamp with it)
    b"\x00\x0c\x09"
    # 6 lampFlicker: 5 s, 60 s, not while meterFailure, relayFailure or cyclingFailure
    b"\x01\x0c\x29"
    # 7 dimmingFailure: 15 s, 60 s, not while meterFailure, relayFailure, cyclingFailure or lampFlicker
    b"\x03\x0c\x69"
    # 8 lampUnexpectedOn: 25 s, 30 s, not while meterFailure or currentTooHigh (the current is none of the lamp's)
    b"\x05\x06\x11"
    # 9 lampFailure: 25 s, 60 s, not while meterFailure, relayFailure or cyclingFailure
    b"\x05\x0c\x29"
    # 10 lampPowerTooLow: 30 s, 60 s, not while meterFailure, relayFailure, cyclingFailure, lampFlicker or
    #   dimmingFailure (at a level that the driver did not take, the power is another)
    b"\x06\x0c\xe9"
    # 11 lampPowerTooHigh: 30 s, 60 s, not while meterFailure, cyclingFailure, lampFlicker or dimmingFailure
    b"\x06\x0c\xe1"
    # 12 powerFactorTooLow: 30 s, 60 s, not while meterFailure, relayFailure, currentTooHigh, cyclingFailure,
    #   lampFlicker or dimmingFailure
    b"\x06\x0c\xf9"
    # 13 leakageDetected: 10 s, 60 s
    b"\x02\x0c\x00"
    # 14 controlGearCommFailure: 40 s, 60 s, not while relayFailure (its mains comes through the relay)
    b"\x08\x0c\x08"
    # 15 highTemperature: 5 s, 120 s
    b"\x01\x18\x00"
    # 16 photocellFailure: 600 s, 600 s
    b"\x78\x78\x00"
    # 17 orientationChanged: 30 s, 120 s
    b"\x06\x18\x00"
    # 18 impactDetected: 0 s, 60 s
    b"\x00\x0c\x00"
    # 19 cabinetDoorOpen: 5 s, 5 s
    b"\x01\x01\x00"
    # 20 clockLost: 120 s, 0 s
    b"\x18\x00\x00"
    # 21 daylightUnconfirmed: 600 s, 60 s
    b"\x78\x0c\x00"
)
_ELECTRICAL = const((1 << 13) - 1)  # rows 0 to 12: all that the meter tells
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
