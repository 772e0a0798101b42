"""Joins Wi-Fi for a ``Bearer``.  Only loaded while it does: there is no session then, and memory enough."""

from pole import const
from pole.runtime import aio

_POLL_MS = const(250)
_RENEW_AFTER = const(3)  # failures in a row, until the radio is switched off and on
_WHOLLY_AFTER = const(9)  # ... and its driver with it


async def join(bearer, timeout_ms):
    """Leaves, and returns once joined again.  Raises OSError after *timeout_ms*, having left."""
    radio = bearer.radio
    bearer.down()
    failures = bearer.failures
    bearer.failures += 1
    if failures and failures % _RENEW_AFTER == 0:
        bearer.started = False
        radio.stop(failures % _WHOLLY_AFTER == 0)
        await aio.sleep_ms(_POLL_MS)
    if not bearer.started:
        radio.start()
        bearer.started = True
    bearer.asked = True
    radio.join(bearer.ssid, bearer.password)
    deadline = aio.ticks_add(bearer.ticks(), timeout_ms)
    while not radio.joined():
        if aio.ticks_diff(deadline, bearer.ticks()) <= 0:
            status = radio.status()
            bearer.down()
            raise OSError("Wi-Fi " + bearer.ssid + " was not joined within %d s: %s" % (timeout_ms // 1000, status))
        await aio.sleep_ms(_POLL_MS)
    bearer.failures = 0


def doubt(bearer):
    """As ``Bearer.doubt``."""
    bearer.down()
    bearer.doubts += 1
    if bearer.doubts % _RENEW_AFTER == 0:
        bearer.started = False
        bearer.radio.stop(False)
