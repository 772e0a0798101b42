"""What the chip is sent next, and what esptool is told meanwhile: decisions, without a port, a socket or a clock.

esptool asks, waits for the answer, and then prepares its next question; while it prepares, the line is idle, and while
the chip works (it computes an MD5, it programs the end of a region) the line is idle too.  Here esptool is told "done"
ahead, and what the chip really says comes after: anything but "done" fails esptool's next question, and the whole
pass.  Nothing counts as written before ``idle``, and nothing of the *final* region, without which the chip does not
start, goes out before all others are proved.

**How much the chip can take.**  Espressif's flasher stub has two buffers: it works on one command while it receives
the next.  So a command may begin to go out while at most one before it is unfinished.  A block of data is answered when
it has arrived, and finished when a later command is answered; all others are finished when they are answered.

**MD5.**  The chip's own, of every byte that was written, a piece at a time.  It costs no time on the line if a block of
data arrives meanwhile: if the chip has nothing unfinished, and the block comes right behind the question.  That is so
after a region's beginning; and within a region after a block that was quickly done (the stub programs when it has
inflated 32 KiB, and such a block filled none), when a register's value has come after it.
"""

from __future__ import annotations

import struct
import zlib
from collections import deque
from collections.abc import Iterator
from functools import reduce
from hashlib import md5
from operator import xor

from host_tools.flashing.loader import ANSWER, MD5, READ_REG, REQUEST, WRITE_REG

AHEAD = 4  # blocks esptool may be ahead of the line
PIECE = 128 * 1024  # bytes that are worth an MD5 of their own: 33 ms for a stub that does 4 MB/s
LONG = 4096  # bytes of a block that takes the line long enough for an MD5
_INFLATED = 32 * 1024  # bytes the stub inflates before it programs them
_SLICE = 512  # compressed bytes, where a block is cut to inflate to no more than that
_BEGIN, _DATA, _END, _DEFLATED_BEGIN, _DEFLATED_DATA, _DEFLATED_END = 0x02, 0x03, 0x04, 0x10, 0x11, 0x12  # FLASH_*
_BEGINS, _BLOCKS, _ENDS = (_BEGIN, _DEFLATED_BEGIN), (_DATA, _DEFLATED_DATA), (_END, _DEFLATED_END)
_HEAD, _BLOCK_HEAD = struct.Struct("<BBHI"), struct.Struct("<IIII")
_OK, _FAILED = b"\0\0", b"\x01\x06"
_WAIT_S, _MD5_WAIT_S_PER_BYTE = 3.0, 8e-6  # a block before may have to be programmed, its sectors to be erased
_MAGIC = 0x40001000  # says which chip it is; esptool reads it to know that the last block is finished
_CHECKSUM_SEED = 0xEF


def _packet(op: int, body: bytes, direction: int = REQUEST, check: int = 0) -> bytes:
    return _HEAD.pack(direction, op, len(body), check) + body


def _block(op: int, number: int, data: bytes) -> bytes:
    body = _BLOCK_HEAD.pack(len(data), number, 0, 0) + data
    return _packet(op, body, check=reduce(xor, data, _CHECKSUM_SEED))


_FENCE = _packet(READ_REG, struct.pack("<I", _MAGIC))


class Step:
    """A command for the chip; *wait_s*: how long its answer may take besides the line, None if esptool waits itself."""

    def __init__(self, packet: bytes, wait_s: float | None = _WAIT_S) -> None:
        self.packet = packet
        self.op = packet[1]
        self.wait_s = wait_s
        self.deadline = 0.0  # for whoever sends it
        self.answered = False


class Block(Step):
    """A block of *region*, whose first *end* bytes are inflated with it."""

    def __init__(self, packet: bytes, region: Region, begin: int, end: int) -> None:
        super().__init__(packet)
        self.region = region
        self.end = end
        self.long = len(packet) >= LONG
        self.quick = begin // _INFLATED == end // _INFLATED  # it fills no buffer of the stub's


class Check(Step):
    """The MD5 of *length* bytes from *at* has to be *expected*; they are of *region*."""

    def __init__(self, region: Region, begin: int, end: int) -> None:
        length = end - begin
        body = struct.pack("<IIII", region.offset + begin, length, 0, 0)
        super().__init__(_packet(MD5, body), _WAIT_S + length * _MD5_WAIT_S_PER_BYTE)
        self.region = region
        self.expected = md5(region.data[begin:end], usedforsecurity=False).digest()


class Region:
    """*size* bytes from *offset* that esptool writes, *compressed* or not."""

    def __init__(self, offset: int, size: int, compressed: bool) -> None:
        self.offset = offset
        self.size = size
        self.data = bytearray()  # what esptool has sent
        self._asked = 0  # bytes whose MD5 the chip was asked for
        self._inflate = zlib.decompressobj().decompress if compressed else bytes

    def take(self, packet: bytes) -> list[Block]:
        """One more block from esptool, in as many parts as fill a buffer of the stub's each."""
        _, number, _, _ = _BLOCK_HEAD.unpack_from(packet, _HEAD.size)
        data = packet[_HEAD.size + _BLOCK_HEAD.size :]
        blocks = []
        cut, begin = 0, len(self.data)
        for at in range(0, len(data), _SLICE):
            before = len(self.data)
            self.data += self._inflate(data[at : at + _SLICE])
            if len(self.data) - begin > _INFLATED and at > cut:
                blocks.append(Block(_block(packet[1], number, data[cut:at]), self, begin, before))
                cut, begin = at, before
        del self.data[self.size :]  # what pads the last block is no data
        rest = _block(packet[1], number, data[cut:]) if cut else packet
        return [*blocks, Block(rest, self, begin, len(self.data))]

    @property
    def digest(self) -> bytes:
        """MD5 of all that esptool has sent."""
        return md5(self.data, usedforsecurity=False).digest()

    def unproved(self, end: int) -> int:
        """Bytes before *end* whose MD5 was not asked for."""
        return end - self._asked

    def check(self, end: int) -> Check:
        """Ask the chip for the MD5 of what it was not asked for yet, up to *end*."""
        begin, self._asked = self._asked, end
        return Check(self, begin, end)


class Ahead:
    """One pass of esptool, in which the region at *final* comes last.

    ``refused``: why the chip did not take something; ``damaged``: offset of the region that the flash did not keep;
    ``sent``: compressed bytes that the chip has confirmed.
    """

    def __init__(self, final: int) -> None:
        self.refused = ""
        self.damaged: int | None = None
        self.sent = 0
        self._final = final
        self._queue: deque[Step] = deque([Step(_FENCE)])  # its answer is what esptool is told after each region
        self._due: deque[Check] = deque()  # to be sent when the line has something else to carry meanwhile
        self._unfinished: deque[Step] = deque()
        self._region: Region | None = None
        self._registers: dict[bytes, bytes] = {}  # answers by question, until one is written

    @property
    def failed(self) -> bool:
        """Whether anything but "done" has come."""
        return bool(self.refused) or self.damaged is not None

    @property
    def idle(self) -> bool:
        """Whether the chip has done and proved everything."""
        return not (self._queue or self._due or self._unfinished)

    @property
    def room(self) -> bool:
        """Whether esptool may prepare another block."""
        return len(self._queue) <= AHEAD

    def ask(self, packet: bytes) -> bytes | None:
        """A question from esptool; returns the answer, None if it has to be the chip's."""
        op = packet[1]
        region = self._region
        if self.failed:
            return _packet(op, _FAILED, ANSWER)
        if op in _BEGINS:
            self._begin(packet)
        elif op in _ENDS or op == WRITE_REG:
            self._queue.append(Step(packet))
        elif region is None:
            self._queue.append(Step(packet, None))
            return None
        elif op in _BLOCKS:
            self._queue += region.take(packet)
        elif op == MD5 and struct.unpack_from("<II", packet, _HEAD.size) == (region.offset, len(region.data)):
            (self._queue if region.offset == self._final else self._due).append(region.check(len(region.data)))
            return _packet(op, region.digest + _OK, ANSWER)
        elif packet in self._registers:
            return self._registers[packet]
        else:
            self._queue.append(Step(packet, None))
            return None
        return _packet(op, _OK, ANSWER)

    def _begin(self, packet: bytes) -> None:
        size, _blocks, _block_size, offset = struct.unpack_from("<IIII", packet, _HEAD.size)
        self._region = Region(offset, size, packet[1] == _DEFLATED_BEGIN)
        if offset == self._final:
            self._queue += self._due
            self._due.clear()
        self._queue.append(Step(packet))

    def next(self) -> Step | None:
        """What goes to the chip now, if anything does."""
        if self.failed:
            self._queue.clear()
            self._due.clear()
        if not self._queue or len(self._unfinished) > 1:
            return None
        block = self._queue[0]
        step: Step | None = None
        if isinstance(block, Block) and block.long:
            if self._unfinished:
                before = self._unfinished[0]
                step = self._fence(before, block)
                if self._due and not isinstance(before, (Block, Check)):
                    return None  # a beginning: at its answer
            elif self._due:
                step = self._due.popleft()
        step = step or self._queue.popleft()
        self._unfinished.append(step)
        return step

    def _fence(self, before: Step, block: Block) -> Step | None:
        """The reading of a register, if it is worth while to ask for an MD5 between these two."""
        if not isinstance(before, Block) or not before.quick or before.region is not block.region:
            return None
        region, end = before.region, before.end // _INFLATED * _INFLATED
        if region.unproved(end) >= PIECE:
            self._due.append(region.check(end))
        return Step(_FENCE) if self._due else None

    def answer(self, packet: bytes) -> bytes | None:
        """A packet from the chip; returns what esptool gets of it."""
        step = next(self._waiting(), None)
        if step is None or len(packet) < _HEAD.size or packet[:2] != bytes((ANSWER, step.op)):
            return packet
        while self._unfinished[0] is not step:
            self._unfinished.popleft()
        step.answered = True
        if not isinstance(step, Block):
            self._unfinished.popleft()
        if step.op == READ_REG:
            self._registers[step.packet] = packet
        elif step.op == WRITE_REG:
            self._registers.clear()
        if step.wait_s is None:
            return packet
        self._judge(step, packet[_HEAD.size :])
        return None

    def _judge(self, step: Step, body: bytes) -> None:
        told = body[:-2] if isinstance(step, Check) else b""
        status = body[len(told) :]
        if status != _OK:
            self.refused = self.refused or f"command {step.op:#04x}: status {status.hex()}"
        elif isinstance(step, Check) and told != step.expected:
            self.damaged = step.region.offset
        elif isinstance(step, Block):
            self.sent += len(step.packet) - _HEAD.size - _BLOCK_HEAD.size

    def late(self, now: float) -> None:
        """Fails if an answer is overdue at *now*, on the clock of ``Step.deadline``."""
        step = next(self._waiting(), None)
        if step is not None and step.wait_s is not None and now > step.deadline:
            self.refused = self.refused or "no answer"

    def _waiting(self) -> Iterator[Step]:
        """What has no answer yet, in the order in which the answers come."""
        return (step for step in self._unfinished if not step.answered)
