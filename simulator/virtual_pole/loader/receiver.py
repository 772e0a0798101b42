"""Models how Espressif's flasher stub takes frames off the line: two buffers, and a new one only when it looks for one.

Its interrupt handler puts the bytes of a frame into a buffer, 32 at a time, and leaves that buffer when the frame is
whole.  It gets the other one when the main loop looks, which is at once if it has nothing else to do.  So a frame that
begins right behind another finds no buffer, unless bytes of no meaning stand between them; and so does a third one
while one command is under way and one waits.  A frame whose beginning is lost takes its own end for a beginning
(esp-flasher-stub: slip.c, frame_buffer.c, transport.c).
"""

from __future__ import annotations

from host_tools.field.flashing import slip

AT_ONCE = 32  # bytes that one interrupt takes


class Receiver:
    """Cuts the bytes of the line into frames; ``lost`` counts the ends of frames that found no buffer."""

    def __init__(self) -> None:
        self.lost = 0
        self._inside = False
        self._parts: list[bytes] = []
        self._behind = AT_ONCE  # bytes since the last frame that the main loop has not looked for yet

    @property
    def inside(self) -> bool:
        """Whether a frame has begun that has not ended."""
        return self._inside and bool(self._parts)

    def looked(self) -> None:
        """The main loop has taken the last frame, and a pause of the line has passed."""
        self._behind = AT_ONCE

    def feed(self, data: bytes, armed: bool) -> list[bytes]:
        """The frames that *data* completes; *armed*: there is a buffer for one that begins."""
        found = []
        *ended, rest = data.split(slip.END)
        for part in ended:
            if self._inside:
                body = b"".join([*self._parts, part])
                self._inside, self._parts = False, []
                if body:
                    found.append(slip.packet(body))
                    self._behind = 0
            else:
                self._behind += len(part)
                self._inside = armed and self._behind >= AT_ONCE
                self.lost += not self._inside
        if not self._inside:
            self._behind += len(rest)
        elif rest:
            self._parts.append(rest)
        return found
