"""Expected power of a healthy lamp at any level, voltage and temperature: configured or measured, then learned.

It begins with the luminaire type's table, or better the curve measured at commissioning, and follows the lamp slowly:
what comes in weeks is age, what comes at once is a fault.  Power in mW, power factor in thousandths, dimmer output in
hundredths of a percent; *s* is a State.

Corrections, from the physics of LEDs behind a driver that keeps its output current:
a cold LED's forward voltage is higher, by 3.5 % of the power at full output until the heat sink is warm (time constant
10 min) and by 0.1 % for each kelvin of ambient temperature; and the driver's losses fall by 2 % of its power when the
mains voltage doubles.

A lamp whose power follows the voltage takes P (V / nominal)^k, of which the first two terms beside 1 are taken; k in
hundredths is ``s.follows`` (0: constant power).  The temperature has no effect on a discharge lamp (``s.run_up``):
arc.py.
"""

from pole import const

_COLD = const(350)  # ten-thousandths of the power, at full output
_WARM_UP_MS = const(600000)
_WARM_TENTHS = const(400)  # of the enclosure when the curve was measured: 25 degrees outside, and its own heat
_MOST_TENTHS = const(300)  # beyond it the enclosure is warm for another reason
_MEAN_OF = const(32)  # samples
_FRESH, _SLOW = const(4), const(128)  # part of the mean deviation that is taken over: not commissioned, commissioned


def _below(s, dim):
    """Index of the curve's point at or below *dim*; *dim* lies between that point and the next."""
    points = s.points
    i = 0
    while i < len(points) - 8 and points[i + 4] < dim:
        i += 4
    return i


def at(s, dim):
    """mW at *dim*, warm, at nominal voltage; sets ``factor``."""
    points = s.points
    i = _below(s, dim)
    span = points[i + 4] - points[i]
    part = min(max(dim - points[i], 0), span)
    s.factor = points[i + 2] + (points[i + 6] - points[i + 2]) * part // span
    return points[i + 1] + (points[i + 5] - points[i + 1]) * part // span


def now(s, dim, mv, tenths):
    """mW at *dim* and *mv*, the lamp as warm as it is by now; *tenths* of a degree in the enclosure, or None."""
    part = 0 if s.run_up else (dim - s.warm) * _COLD // 10000
    k = s.follows
    if k:
        beside = max(-3000, min(3000, (mv - s.nominal) * 100 // (s.nominal // 100)))
        part += k * beside // 100 + k * (k - 100) // 200 * beside // 10000 * beside // 100
    else:
        part += (s.nominal - mv) * 200 // s.nominal
    if tenths is not None and not s.run_up:
        part -= max(-_MOST_TENTHS, min(_MOST_TENTHS, tenths - _WARM_TENTHS))
    power = at(s, dim)
    return power + power // 100 * part // 100


def warm(s, dim, ms):
    """Updates the warmth of the lamp, which was lit at *dim* (0: off) for *ms* more."""
    gap = dim - s.warm
    s.warm = dim if ms >= _WARM_UP_MS else s.warm + gap * ms // _WARM_UP_MS


def learn(s, dim, part):
    """Learns that a healthy lamp, long at *dim*, takes *part* ten-thousandths more (or less) than ``now`` says."""
    s.sum += part
    s.count += 1
    if s.count < _MEAN_OF:
        return
    points = s.points
    i = _below(s, dim)
    if dim - points[i] > points[i + 4] - dim:
        i += 4
    step = points[i + 1] // 100 * s.sum // (_MEAN_OF * 100)
    pace = _SLOW if s.commissioned else _FRESH
    points[i + 1] += step // pace if step >= 0 else -(-step // pace)  # towards zero: no drift from rounding
    s.learned = True
    s.sum = s.count = 0
