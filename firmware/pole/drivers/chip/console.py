"""The console: reads the lines that a laptop sends, and prints lines of the pole."""

import select
import sys

from pole import const
from pole.drivers.network.sockets import readable
from pole.runtime import aio

_AT_ONCE = const(260)  # bytes, after which other tasks run
_PAUSE_MS = const(10)
_LONGEST = const(240)  # bytes; what of a line is longer is not kept


class Console:
    """The chip's own.  Its buffer has 260 bytes, 22 ms at 115200 baud, so all bytes that came are taken at once."""

    def __init__(self):
        self._poll = None

    async def line(self):
        """The next line that is not empty, bytes without its end.  Raises what the console raises.

        Of a line without an end only the first bytes are kept, and other tasks run meanwhile.
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
