# mypy: disable-error-code="attr-defined"
"""Values measured at this pole and stored: the power curve of its lamp, and the direction of gravity.

A curve is [[level in percent, mW, power factor in thousandths, mW when new], ...]; in a State it lies flat, with the
dimmer's output in hundredths of a percent.
"""

import json

CURVE = "curve.json"  # a curve
UPRIGHT = "upright.json"  # [x, y, z] mg: what the accelerometer says of the pole as it was put up


def keep(store, name, value):
    """Puts *value* into the file *name* of *store*.  Raises OSError."""
    store.write(name, json.dumps(value).encode())


def keep_curve(store, watch, curve, hours, life):
    """Stores *curve* and has *watch* expect it of its lamp from now on, which has burnt for *hours* of *life*.

    Raises OSError.
    """
    keep(store, CURVE, curve)
    use_curve(watch.state, curve)
    watch.life = remaining_life(watch.state.points, hours, life)


def keep_upright(store, watch, upright):
    """Stores *upright* and has *watch* take it for how the pole stands.  Raises OSError."""
    keep(store, UPRIGHT, upright)
    watch.state.upright = upright


def use_curve(state, curve, commissioned=True):
    """Makes *curve* the expected power of the lamp in *state*; *commissioned*: it was measured."""
    points = []  # type: list
    for level, power, factor, new in curve:
        points += [level * 100, power, factor, new]
    state.points = points
    state.commissioned = commissioned
    state.learned = False
    state.ignores_dimming = None
    state.stuck = 0


def curve_of(state):
    """The lamp's own curve, as *state* has it by now."""
    points = state.points
    return [[points[i] // 100] + points[i + 1 : i + 4] for i in range(0, len(points), 4)]


def remaining_life(points, hours, life):
    """Percent of *life* (hours) left after *hours* of burning, the less the more of its power the lamp has lost.

    L70, at which 30 % of the light is gone, is the end of it (IEC 62717); a tenth of the power is as much.
    """
    left = 100 - min(hours, life) * 100 // life
    if points:
        left = min(left, 100 - min(max(points[-1] - points[-3], 0) * 1000 // points[-1], 100))
    return left
