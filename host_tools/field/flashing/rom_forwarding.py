"""Forwards between esptool and the loader in a chip's ROM: one command after the other, each with its own answer.

No answer is given early, as `pipeline` does with the stub: the ROM answers a block when it is programmed.  esptool
verifies each region by the chip's MD5 before it begins with the next, which keeps the order of `plan`.
"""

from __future__ import annotations

import struct
from collections import deque

from host_tools.field.flashing.loader import HEAD
from host_tools.field.flashing.pipeline_steps import BLOCK_HEAD, Step

_FLASH_DATA = 0x03


class Through:
    """One pass of esptool; the same to `Relay` as `Ahead`.  ``sent``: bytes that the chip has confirmed."""

    refused = ""
    damaged: int | None = None  # esptool itself says so
    failed = False
    idle = True
    room = True

    def __init__(self) -> None:
        self.sent = 0
        self._questions: deque[Step] = deque()
        self._block = 0  # bytes of data in the last block asked for

    def ask(self, packet: bytes) -> bytes | None:
        """A question from esptool; the answer is always the chip's."""
        if packet[1] == _FLASH_DATA and len(packet) >= HEAD.size + BLOCK_HEAD.size:
            self._block = struct.unpack_from("<I", packet, HEAD.size)[0]
        self._questions.append(Step(packet, None))
        return None

    def next(self) -> Step | None:
        """What goes to the chip now, if anything does."""
        return self._questions.popleft() if self._questions else None

    def answer(self, packet: bytes) -> bytes | None:
        """A packet from the chip, which is esptool's."""
        if packet[1:2] == bytes((_FLASH_DATA,)) and packet[HEAD.size : HEAD.size + 1] == b"\0":
            self.sent, self._block = self.sent + self._block, 0
        return packet

    def late(self, now: float) -> None:
        """esptool waits itself."""
