"""Requests on the pole's connections: time from the laptop, a ping of the broker, a restart."""

from pole import const
from pole.link.session import presence
from pole.runtime import aio
from pole.service.request_fields import Wrong, time_said, whole
from pole.timekeeping.clock import LAPTOP, UNCONFIRMED
from pole.wire import contract

_LAPTOP_ERROR_MS = const(2000)  # of its clock, which is judged as the time of a network
_PING_MS = const(20000)
_LAST_UNIX = const(4102444800)


def act(parts, laptop, asked, now, ticks):
    """The names and the values of the answer to *asked*, ``time``, ``ping`` or ``restart``; None: not yet.

    Raises Wrong.
    """
    what = asked["do"]
    if what == "time":
        return "unix was", _time(parts, asked, now, ticks)
    if what == "ping":
        return _ping(parts, laptop, ticks)
    parts.ports.console.write('{"id":%d,"ok":true}' % asked["id"])
    parts.ports.restart("asked for at the console")


def _time(parts, asked, now, ticks):
    unix = whole(asked, "unix", 0, _LAST_UNIX)
    # as an answer that took twice its error to come
    problem = parts.clock.offer(unix * 1000 - _LAPTOP_ERROR_MS, 2 * _LAPTOP_ERROR_MS, ticks, LAPTOP)
    if problem and problem != UNCONFIRMED:
        raise Wrong(problem)
    return time_said(parts.clock, ticks) or unix, now


def _ping(parts, laptop, ticks):
    """Sends a message that the broker has to acknowledge: how long that takes."""
    if not parts.session.online:
        raise Wrong("the pole is not connected to the broker: " + (parts.session.problem or "it has only begun to"))
    if not laptop.begun:
        laptop.begun = True
        laptop.asked = ticks
        parts.outbox.put(contract.PRESENCE, presence(True))
        return None
    taken = aio.ticks_diff(ticks, laptop.asked)
    if not parts.outbox.holds(contract.PRESENCE):
        return "ms", (taken,)
    if taken > _PING_MS:
        raise Wrong("the broker has not acknowledged a message for %d s" % (_PING_MS // 1000))
    return None
