"""SLIP (RFC 1055), the framing of the loader's protocol, without a loop over the bytes."""

from __future__ import annotations

END = b"\xc0"
_ESCAPED_END, _ESCAPED_ESCAPE, _ESCAPE = b"\xdb\xdc", b"\xdb\xdd", b"\xdb"
_LONGEST = 0x20000  # bytes without an end: noise, not a frame


def encode(frame: bytes) -> bytes:
    """*frame* as it goes over the line."""
    return END + frame.replace(_ESCAPE, _ESCAPED_ESCAPE).replace(END, _ESCAPED_END) + END


class Decoder:
    """Takes bytes as they come and gives the frames that are complete; what stands between frames is noise."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._inside = False

    @property
    def inside(self) -> bool:
        """Has a frame begun that has not ended?"""
        return self._inside and bool(self._parts)

    def feed(self, data: bytes) -> list[bytes]:
        frames = []
        *ended, rest = data.split(END)
        for part in ended:
            if self._inside and (part or self._parts):
                raw = b"".join([*self._parts, part])
                # in this order: an escaped escape before 0xDC must not become an escaped end
                frames.append(raw.replace(_ESCAPED_END, END).replace(_ESCAPED_ESCAPE, _ESCAPE))
                self._inside = False
            else:
                self._inside = True
            self._parts = []
        if self._inside and rest:
            self._parts.append(rest)
            if sum(map(len, self._parts)) > _LONGEST:
                self._inside, self._parts = False, []
        return frames
