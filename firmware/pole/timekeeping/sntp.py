"""The request to a time server, and the checks of its answer (SNTP version 4, RFC 4330).

Pure but for ``put_off``: sending, timing the round trip and judging the result against our clock are done elsewhere.
"""

import struct

from pole import const
from pole.runtime import aio

_EPOCH = const(2208988800)  # Unix 0 in seconds since 1900
_FIRST_WAIT_S = const(30)
_LONGEST_S = const(3600)  # between two questions to servers that do not answer ...
_REFUSED_S = const(14400)  # ... and to one that refuses, or whose answer is not valid
_ERA = const(1 << 32)  # seconds; the 32-bit count starts again in February 2036


def request(nonce):
    """The 48 bytes to send.  *nonce* (8 unpredictable bytes) is in the field of our own time: only a server that got
    this request can give it back.
    """
    return b"\x23" + bytes(39) + nonce


def parse(reply, nonce):
    """Unix milliseconds at which the server sent *reply*.  Raises ValueError naming what is wrong with it.

    A count of seconds in the lower half stands for 2036 and later, so this works until 2104 (RFC 4330, 3).
    """
    if len(reply) < 48:
        raise ValueError("the answer has %d bytes and must have 48" % len(reply))
    if reply[0] & 7 != 4:
        raise ValueError("the answer has mode %d and must have 4, a server's" % (reply[0] & 7))
    if bytes(reply[24:32]) != nonce:
        raise ValueError("the origin is not our request")
    if not 1 <= reply[1] <= 15:  # 0: the server refuses
        raise ValueError("the server has stratum %d and must have 1 to 15" % reply[1])
    if reply[0] >> 6 == 3:
        raise ValueError("the server's clock is not synchronised")
    seconds, fraction = struct.unpack(">II", bytes(reply[40:48]))
    if not seconds:
        raise ValueError("the answer has no transmit time")
    if seconds < _ERA >> 1:
        seconds += _ERA
    return (seconds - _EPOCH) * 1000 + (fraction >> 16) * 1000 // 65536


def put_off(times, random, answered):
    """Backs off after no answer, or a bad one such as kiss-of-death (stratum 0): the next server is asked next, and
    all of them less and less often (RFC 4330, 10).  *times* is the NetworkTime; *answered*: there was a bad answer.
    """
    times.hosts.append(times.hosts.pop(0))
    times.wait_s = min(2 * times.wait_s or _FIRST_WAIT_S, _REFUSED_S if answered else _LONGEST_S)
    wait_s = times.wait_s // len(times.hosts)
    times.due_at = aio.ticks_add(aio.ticks_ms(), wait_s * 750 + random.below(wait_s * 500 + 1))
