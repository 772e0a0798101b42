"""The pipe from a virtual machine to the simulator: one request, one answer.

Every virtual module goes through ``call`` and ``read``.  Under CPython the simulator puts a module of the same name
in the place of this one, which calls the same host-side chip without a pipe.  Frames: request ``<BBHii`` (operation,
1 when no answer is needed, length, a, b) and the data; answer ``<iHH`` (value, length, and, without data, which of
``RAISED`` the chip raises) and the data.  A request without an answer waits for the next one that has an answer: a trip
to the simulator costs more than most of the firmware's own work.  Where parts of the chip may raise (``loud``) every
request has an answer.

A machine whose simulator is gone ends at once, at the latest when its next requests do not fit the pipe.
"""

import os
import sys
from struct import pack_into

from hostops import CONSOLE, IDLE

_SILENT = 256
RAISED = (None, KeyboardInterrupt, OSError, ValueError, MemoryError, RuntimeError)
_fd = int(sys.argv[1])
_in = open(_fd, "rb")  # noqa: SIM115 - for as long as the machine lives
_out = open(_fd, "wb")  # noqa: SIM115
_readinto = _in.readinto
_requests = bytearray(480)  # frames on their way
_used = 0
_answer = bytearray(8)
_small = bytearray(64)
_view = memoryview(_small)
loud = len(sys.argv) > 4  # the simulator answers every request
typed = False  # on the console, and maybe not read yet
ticks = 0  # milliseconds since power-on, from the simulator's last answer; time moves only while the pole waits


# A function with more than 11 places for its values takes memory for each call, and collecting it takes longer than the
# rest of a trip; so these have few.
def _put(op, a, b, data):
    """Adds a frame; *op* is more by ``_SILENT`` where no answer is needed."""
    global _used
    n = len(data)
    if _used + 12 + n > 480:
        _flush()
    _head(op, n, a, b)
    if n > 480 - 12:
        _used = 12
        _flush()
        _send(data, n)
        return
    if n:
        _requests[_used + 12 : _used + 12 + n] = data
    _used += 12 + n  # all of it at once: a KeyboardInterrupt leaves whole frames


def _head(op, n, a, b):
    pack_into("<HH", _requests, _used, op, n)
    pack_into("<ii", _requests, _used + 4, a, b)


def _flush():
    global _used
    n, _used = _used, 0
    _send(_requests, n)


def _send(data, n):
    try:
        _out.write(data, n)
    except OSError:
        _end()


def _end():
    """Ends this machine, because the simulator is gone, also in a program that catches SystemExit."""
    os.system("kill -9 $PPID")
    sys.exit(0)


def _exchange(op, a, b, data):
    global ticks
    _put(op, a, b, data)
    _flush()
    _fill(_answer, 8)
    value = _answer[0] | _answer[1] << 8 | _answer[2] << 16 | _answer[3] << 24  # to unpack it would take memory
    if value & 0x80000000:
        value -= 0x100000000
    if _answer[6]:
        if op == IDLE:  # time has gone on until the interrupt, too
            ticks = value
        raise RAISED[_answer[6]](value)
    return value


def post(op, a=0, b=0, data=b""):
    """Asks for operation *op*, whose answer is not needed."""
    if loud:
        call(op, a, b, data)
    else:
        _put(op | _SILENT, a, b, data)


def _fill(buffer, n):
    got = _took(buffer, n)
    if got < n:
        _rest(buffer, got, n)


def _took(buffer, n):
    try:
        return _readinto(buffer, n)
    except OSError:  # it ended with requests that it had not read
        return 0


def _rest(buffer, got, n):
    while got < n:
        rest = _in.read(n - got)
        if not rest:
            _end()
        buffer[got : got + len(rest)] = rest
        got += len(rest)


def _drop(length):
    while length:
        n = min(length, len(_small))
        _fill(_small, n)
        length -= n


def call(op, a=0, b=0, data=b""):
    """Answer's value of operation *op* (a small int of ``ops`` or ``hostops``); data in the answer is dropped."""
    value = _exchange(op, a, b, data)
    if _answer[4] or _answer[5]:
        _drop(_answer[4] | _answer[5] << 8)
    return value


def read(op, a=0, b=0, data=b""):
    """Answer's data of operation *op*, as bytes.  Raises OSError when the value is below zero (-errno)."""
    value = _exchange(op, a, b, data)
    out = bytearray(_answer[4] | _answer[5] << 8)
    _fill(out, len(out))
    if value < 0:
        raise OSError(-value)
    return bytes(out)


def read_into(op, buffer, a=0, b=0):
    """Answer's value of *op*, its data put at the start of *buffer* (which must be long enough)."""
    value = _exchange(op, a, b, b"")
    length = _answer[4] | _answer[5] << 8
    if length:
        _fill(buffer, length)
    return value


def idle(ms, deaf=0):
    """Waits up to *ms* milliseconds (-1: no limit); returns a view of (socket, events) byte pairs that are ready.

    *deaf*: 1 where sockets do not matter.
    """
    global ticks, typed
    ticks = _exchange(IDLE, ms, deaf, b"")
    length = _answer[4] | _answer[5] << 8
    if not length:
        return b""
    if length > len(_small):
        raise ValueError("more than 32 sockets are ready")
    _fill(_small, length)
    if _small[0] == CONSOLE:
        typed = True
        return _view[2:length]
    return _view[:length]
