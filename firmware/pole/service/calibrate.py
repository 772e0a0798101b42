"""Stores values measured at this pole: the power curve of its lamp, and the direction of gravity."""

from pole import const
from pole.health.calibration import keep_curve, keep_upright
from pole.service.request_fields import Wrong, whole

_HIGHEST = (100, 10000000, 1000)  # of a point: percent, mW, power factor in thousandths
_SWAYS = const(5)  # samples of the accelerometer, a second apart


def act(parts, laptop, asked, now, ticks):
    """The names and the values of the answer to *asked*, ``curve`` or ``tilt``; None: not yet.  Raises Wrong."""
    if not parts.watch:
        raise Wrong("the pole is in safe mode and keeps nothing")
    if asked["do"] == "curve":
        return "points point", (_curve(parts, laptop, asked), asked["point"])
    return _tilt(parts, laptop, ticks)


def _curve(parts, laptop, asked):
    """Takes one point after the other, stores the curve and puts it in force; returns how many points there are."""
    count = whole(asked, "of", 2, 16)
    at = whole(asked, "at", 0, count - 1)
    point = asked.get("point")
    if not isinstance(point, list) or len(point) != 3:
        raise Wrong("point is %s and must be [level, mW, power factor thousandths]" % repr(point)[:40])
    for place in range(3):
        value, high = point[place], _HIGHEST[place]
        if type(value) is not int or not 1 <= value <= high:
            raise Wrong("point has %s and must have a whole number, 1 to %d, there" % (repr(value)[:40], high))
    points = laptop.points
    if at > len(points):
        raise Wrong("at is %d and must be at most %d: the points before it are missing" % (at, len(points)))
    if at and points[at - 1][0] >= point[0]:
        raise Wrong("point has level %d and must have more than %d: levels ascend" % (point[0], points[at - 1][0]))
    points[at:] = [point + point[1:2]]  # the power now counts as the power when new
    if at + 1 < count:
        return at + 1
    hours = parts.counters.on_seconds // 3600
    try:
        keep_curve(parts.ports.store, parts.watch, points, hours, parts.settings["lamp.life"])
    except OSError as error:
        raise Wrong("the curve cannot be stored: " + str(error))
    laptop.points = []
    return count


def _tilt(parts, laptop, ticks):
    """Stores the direction measured now, the mean of some samples, as upright."""
    if not parts.ports.accelerometer:
        raise Wrong("this board has no accelerometer")
    if not parts.senses.fresh(laptop.asked, ticks):
        return None
    reading = parts.senses.reading
    if reading.z_mg is None:
        raise Wrong("the accelerometer does not answer")
    laptop.asked = ticks
    laptop.begun = begun = laptop.begun or []
    begun.append((reading.x_mg, reading.y_mg, reading.z_mg))
    if len(begun) < _SWAYS:
        return None
    upright = [sum([felt[axis] for felt in begun]) // _SWAYS for axis in range(3)]
    if abs(sum([part * part for part in upright]) - 1000000) > 200000:
        raise Wrong("the accelerometer says %s mg and must say 1000 in all: is the pole moving?" % upright)
    try:
        keep_upright(parts.ports.store, parts.watch, upright)
    except OSError as error:
        raise Wrong("the pole's position cannot be stored: " + str(error))
    return "acceleration", (upright,)
