"""The console: lines that a laptop types, between those that the pole prints."""

import select
import sys

from pole import const
from pole.drivers.net import readable

_LONGEST = const(240)  # bytes; what of a line is longer is not kept


class Console:
    """The chip's own.  It keeps 260 bytes, 22 ms of a line of 115200 baud, so whatever came is taken at once."""

    def __init__(self):
        self._poll = select.poll()
        self._poll.register(sys.stdin, select.POLLIN)

    async def line(self):
        """The next line that is not empty, bytes without its end."""
        line = bytearray()
        while True:
            await readable(sys.stdin)
            while self._poll.poll(0):
                byte = sys.stdin.buffer.read(1)
                if byte not in b"\r\n":
                    if len(line) < _LONGEST:
                        line += byte
                elif line:
                    return line

    def write(self, text):
        """Prints *text* as a line of its own."""
        print(text)
