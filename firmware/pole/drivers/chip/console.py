"""The console: lines that a laptop types, between those that the pole prints."""

import select
import sys

from pole import const
from pole.drivers.network.sockets import readable
from pole.runtime import aio

_AT_ONCE = const(260)  # bytes, after which others have their turn
_PAUSE_MS = const(10)
_LONGEST = const(240)  # bytes; what of a line is longer is not kept


class Console:
    """The chip's own.  It keeps 260 bytes, 22 ms of a line of 115200 baud, so whatever came is taken at once."""

    def __init__(self):
        self._poll = None

    async def line(self):
        """The next line that is not empty, bytes without its end.  Raises what the console raises.

        A line without an end takes no more than its first bytes, and never the time of others.
        """
        if not self._poll:
            self._poll = select.poll()
            self._poll.register(sys.stdin, select.POLLIN)
        line = bytearray()
        while True:
            await readable(sys.stdin)
            for _ in range(_AT_ONCE):
                if not self._poll.poll(0):
                    break
                byte = sys.stdin.buffer.read(1)
                if not byte:  # it was closed
                    await aio.sleep_ms(_PAUSE_MS)
                    break
                if byte not in b"\r\n":
                    if len(line) < _LONGEST:
                        line += byte
                elif line:
                    return line
            else:
                await aio.sleep_ms(_PAUSE_MS)

    def write(self, text):
        """Prints *text* as a line of its own.  Raises what the console raises."""
        print(text)
