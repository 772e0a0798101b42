"""MQTT keepalive: when to send a PINGREQ, and when to give the connection up.

A ping is due when nothing was sent for a keepalive period, as the broker requires (MQTT 3.1.1, 3.1.2.10), or when
nothing was received for one: after a power cut at the other end a connection is half open, and accepts data although
the peer is gone.  Any packet that is received after a ping answers it: a long message may come before the PINGRESP.

Data received in the same millisecond in which ``due`` is called does not count yet (see ``mailbox``).
"""

from pole import const
from pole.runtime.aio import ticks_diff

PING = const(1)
DEAD = const(2)


class Keepalive:
    """Of a connection made at *now* (ticks): pings after *keepalive_ms*, gives up *timeout_ms* after a ping."""

    def __init__(self, keepalive_ms, timeout_ms, now):
        self._keepalive_ms = keepalive_ms
        self._timeout_ms = timeout_ms
        self._sent_at = now
        self._heard_at = now
        self._heard_before = now  # the last time before _heard_at
        self._ping_at = None  # while it is not answered

    def sent(self, now):
        """Notes that data was sent."""
        self._sent_at = now

    def heard(self, now):
        """Notes that data was received."""
        if self._heard_at != now:
            self._heard_before = self._heard_at
            self._heard_at = now

    def pinged(self, now):
        """Notes that a ping was sent."""
        self._ping_at = now

    def due(self, now):
        """PING when it is time for one, DEAD when the last one was not answered in time, else 0."""
        heard = self._heard_before if self._heard_at == now else self._heard_at
        if self._ping_at is not None:
            if ticks_diff(heard, self._ping_at) < 0:
                return DEAD if ticks_diff(now, self._ping_at) >= self._timeout_ms else 0
            self._ping_at = None
        return PING if self._silent_ms(now, heard) >= self._keepalive_ms else 0

    def idle_ms(self, now):
        """Milliseconds until ``due`` may answer something else, at least 1."""
        left = self._keepalive_ms - self._silent_ms(now, self._heard_at)
        if self._ping_at is not None and ticks_diff(self._heard_at, self._ping_at) < 0:
            patience = self._timeout_ms - ticks_diff(now, self._ping_at)
            left = min(left, patience) if left > 0 else patience
        return max(left, 1)

    def _silent_ms(self, now, heard):
        return max(ticks_diff(now, self._sent_at), ticks_diff(now, heard))
