"""SLIP (RFC 1055): how the loader of every ESP32 puts packets on a serial line."""

from __future__ import annotations

END, END_ESCAPED = b"\xc0", b"\xdb\xdc"
ESCAPE, ESCAPE_ESCAPED = b"\xdb", b"\xdb\xdd"


def frame(packet: bytes) -> bytes:
    """*packet* as it goes over the line."""
    return END + packet.replace(ESCAPE, ESCAPE_ESCAPED).replace(END, END_ESCAPED) + END


def packet(body: bytes) -> bytes:
    """The packet that stands between two ENDs as *body*."""
    return body.replace(END_ESCAPED, END).replace(ESCAPE_ESCAPED, ESCAPE)


class Frames:
    """Cuts a stream of bytes into packets.  What stands outside of frames (a boot log, noise) is dropped."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._inside = False

    def feed(self, data: bytes) -> list[bytes]:
        """The packets that *data* completes."""
        found = []
        pieces = data.split(END)
        for number, piece in enumerate(pieces):
            if self._inside and piece:
                self._parts.append(piece)
            if number == len(pieces) - 1:
                break
            if self._inside and self._parts:
                found.append(packet(b"".join(self._parts)))
                self._parts.clear()
                self._inside = False
            else:  # an END after an END opens the frame anew
                self._inside = True
        return found
