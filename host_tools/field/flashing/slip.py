"""SLIP (RFC 1055), the framing of the loader of every ESP32, without a loop over the bytes."""

from __future__ import annotations

END, END_ESCAPED = b"\xc0", b"\xdb\xdc"
ESCAPE, ESCAPE_ESCAPED = b"\xdb", b"\xdb\xdd"
_LONGEST = 0x20000  # bytes without an end: noise, not a packet


def frame(packet: bytes) -> bytes:
    """*packet* as it goes over the line."""
    return END + packet.replace(ESCAPE, ESCAPE_ESCAPED).replace(END, END_ESCAPED) + END


def packet(body: bytes) -> bytes:
    """The packet that stands between two ENDs as *body*."""
    # in this order: an escaped escape before 0xDC must not become an escaped end
    return body.replace(END_ESCAPED, END).replace(ESCAPE_ESCAPED, ESCAPE)


class Frames:
    """Cuts a stream of bytes into packets.  What stands outside of frames (a boot log, noise) is dropped."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._inside = False

    @property
    def inside(self) -> bool:
        """Whether a frame has begun that has not ended."""
        return self._inside and bool(self._parts)

    def feed(self, data: bytes) -> list[bytes]:
        """The packets that *data* completes."""
        found = []
        *ended, rest = data.split(END)
        for part in ended:
            if self._inside and (part or self._parts):
                found.append(packet(b"".join([*self._parts, part])))
                self._inside = False
            else:  # an END after an END starts a new frame
                self._inside = True
            self._parts = []
        if self._inside and rest:
            self._parts.append(rest)
            if sum(map(len, self._parts)) > _LONGEST:
                self._inside, self._parts = False, []
        return found
