"""Sets a technician's own level, above the city's overrides and below safety, for an hour at most."""

from pole import const
from pole.lighting import overrides
from pole.lighting.arbiter import Override
from pole.runtime import aio
from pole.service.request_fields import Wrong, time_said, whole

_LOCAL = const("local")
_LONGEST_REASON = const(40)


def act(parts, laptop, asked, now, ticks):
    """The names and the values of the answer to *asked*, ``set`` or ``release``.  Raises Wrong."""
    if asked["do"] == "set":
        return "level for ramp until", _set(parts, asked, now, ticks)
    return "released", (overrides.cancel(parts.arbiter, _LOCAL, None),)


def _set(parts, asked, now, ticks):
    level = whole(asked, "level", 0, 100)
    hold_s = whole(asked, "for", 1, 3600)
    ramp_s = whole(asked, "ramp", 0, 60) if "ramp" in asked else 2
    reason = asked.get("reason", "a technician at the pole")
    if not isinstance(reason, str) or len(reason) > _LONGEST_REASON:
        raise Wrong("reason is %s and must be text of at most %d characters" % (repr(reason)[:40], _LONGEST_REASON))
    begin = time_said(parts.clock, ticks) or 0  # it ends on the ticks, too
    override = Override(_LOCAL, level, reason, "", begin, begin + hold_s, ramp_s, hold_s)
    override.present = True
    overrides.hold(parts.arbiter, override, aio.ticks_add(ticks, hold_s * 1000))
    return level, hold_s, ramp_s, None if now is None else now + hold_s
