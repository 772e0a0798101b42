"""Splits esptool's writes into the steps sent to the chip: commands, blocks of a region, and requests of its MD5."""

from __future__ import annotations

import struct
import zlib
from hashlib import md5
from typing import NamedTuple

from host_tools.field.flashing.loader import HEAD, MD5, checksum, packed

PIECE = 128 * 1024  # bytes that are worth an MD5 of their own: 70 ms for an ESP32's stub
LONG = 4096  # bytes of a block that takes the line long enough for an MD5,
DENSE = 3  # unless it is that much larger inflated: then the chip is busy with programming for as long
INFLATED = 32 * 1024  # bytes the stub inflates before it programs them
BLOCK_HEAD = struct.Struct("<IIII")  # bytes, number, and two zeros before each block's data
_SLICE = 256  # compressed bytes, to find where a buffer is full
_WAIT_S, _MD5_WAIT_S_PER_BYTE = 3.0, 8e-6  # a block before may have to be programmed, its sectors to be erased


class Step:
    """A command for the chip; *wait_s*: how long its answer may take besides the line, None if esptool waits itself."""

    def __init__(self, packet: bytes, wait_s: float | None = _WAIT_S) -> None:
        self.packet = packet
        self.op = packet[1]
        self.wait_s = wait_s
        self.deadline = 0.0  # set by the sender
        self.behind = False  # another that is not answered: GAP bytes have to come before it
        self.answered = False


class Block(Step):
    """A block of *region*, whose first *end* bytes are inflated with it."""

    def __init__(self, packet: bytes, region: Region, begin: int, end: int) -> None:
        super().__init__(packet)
        self.region = region
        self.end = end
        self.long = len(packet) >= max(LONG, (end - begin) / DENSE)
        self.quick = begin // INFLATED == end // INFLATED  # it fills no buffer of the stub's


class Check(Step):
    """The MD5 of what *region* has from *begin* to *end*, and what it has to be."""

    def __init__(self, region: Region, begin: int, end: int) -> None:
        length = end - begin
        body = struct.pack("<IIII", region.offset + begin, length, 0, 0)
        super().__init__(packed(MD5, body), _WAIT_S + length * _MD5_WAIT_S_PER_BYTE)
        self.region = region
        self.expected = md5(region.data[begin:end], usedforsecurity=False).digest()


class Begin(Step):
    """The beginning of the region at *offset*."""

    def __init__(self, packet: bytes, offset: int) -> None:
        super().__init__(packet)
        self.offset = offset


class Rest(NamedTuple):
    """Marks where all of *region* has been sent; the MD5 of its unverified part is requested from here on."""

    region: Region


class Region:
    """*size* bytes from *offset* that esptool writes in *count* blocks, *compressed* or not."""

    def __init__(self, offset: int, size: int, count: int, compressed: bool) -> None:
        self.offset = offset
        self.size = size
        self.data = bytearray()  # what esptool has sent
        self._asked = 0  # bytes whose MD5 the chip was asked for
        self._left = count
        self._blocks = 0
        self._inflate = zlib.decompressobj().decompress if compressed else bytes

    def take(self, packet: bytes) -> list[Block]:
        """One more block from esptool.

        It is cut where it fills a buffer of the stub's if it fills several, so that the chip can begin to program; and
        if it is the last but one, so that its second part is quickly done, and an MD5 can go before the last.
        """
        data = packet[HEAD.size + BLOCK_HEAD.size :]
        first = begin = len(self.data)
        full = []  # where a buffer is full: bytes of the block, and of the region
        for at in range(0, len(data), _SLICE):
            before = len(self.data)
            self.data += self._inflate(data[at : at + _SLICE])
            if before // INFLATED < len(self.data) // INFLATED:
                full.append((at + _SLICE, len(self.data)))
        del self.data[self.size :]  # what pads the last block is no data
        last_but_one = self._left == 2
        self._left -= 1
        cuts = full if last_but_one or len(self.data) - first > INFLATED else []
        blocks = []
        cut = 0
        for at, end in cuts:
            if at < len(data):
                blocks.append(self._block(packet, data[cut:at], begin, end))
                cut, begin = at, end
        return [*blocks, self._block(packet, data[cut:], begin, len(self.data))]

    def _block(self, packet: bytes, data: bytes, begin: int, end: int) -> Block:
        """*data* of *packet* under the next number: the stub takes 0 for the beginning of a stream."""
        _, op, size, check = HEAD.unpack_from(packet)
        if size != BLOCK_HEAD.size + len(data):
            check = checksum(data)
        body = BLOCK_HEAD.pack(len(data), self._blocks, 0, 0) + data
        self._blocks += 1
        return Block(packed(op, body, check=check), self, begin, end)

    @property
    def digest(self) -> bytes:
        """MD5 of all that esptool has sent."""
        return md5(self.data, usedforsecurity=False).digest()

    def unproved(self, end: int) -> int:
        """Bytes before *end* whose MD5 was not requested."""
        return end - self._asked

    def check(self, end: int) -> Check:
        """Ask the chip for the MD5 of what it was not asked for yet, up to *end*."""
        begin, self._asked = self._asked, end
        return Check(self, begin, end)

    def rest(self) -> list[Check]:
        """Ask for all that is left."""
        ends = range(self._asked + PIECE, len(self.data), PIECE)
        return [self.check(end) for end in (*ends, len(self.data)) if self.unproved(end)]
