"""Pipelining of esptool's writes: answers esptool early, sends blocks back-to-back, verifies each MD5.  Pure.

esptool sends a command, waits for the answer, and then prepares its next command; while it prepares, the line is idle,
and while the chip works (it computes an MD5, it programs the end of a region) the line is idle too.  Here esptool gets
the answer "done" early, and the chip's real answer comes later: anything but "done" fails esptool's next command, and
the whole pass.  Nothing counts as written before ``idle``, and no block of the *final* region, without which the chip
does not start, is sent before all others are verified.  The value of a register that was read is kept, unless esptool
has written one of the same controller: it reads the same eFuses before each region, and would not wait as long as four
blocks can take.

**Buffers of the chip.**  Espressif's flasher stub has two buffers: it works on one command while it receives the next.
So sending of a command may begin while at most one before it is unfinished.  A block of data is answered when it has
arrived, and finished when a later command is answered; all others are finished when they are answered.  For a command
directly behind another there would be no buffer yet: GAP bytes that belong to no frame separate them.  (This is for a
UART.  At a chip's own USB everything is sent *one by one*.)

**MD5.**  The chip computes it for each byte that was written, a piece at a time.  It costs no time on the line if a
block of data arrives meanwhile: if the chip has nothing unfinished, and the block comes directly behind the request.
That is the case after a region's beginning; and within a region after a block that was finished quickly (the stub
programs when it has inflated 32 KiB, and such a block filled no buffer), when a register's value has come after it.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Iterator

from host_tools.field.flashing.loader import ANSWER, FLASH_BEGIN, FLASH_END, HEAD, MD5, READ_REG, WRITE_REG, packed
from host_tools.field.flashing.loader_chips import MAGIC_AT
from host_tools.field.flashing.pipeline_steps import (
    BLOCK_HEAD,
    INFLATED,
    PIECE,
    Begin,
    Block,
    Check,
    Region,
    Rest,
    Step,
)

AHEAD = 4  # blocks esptool may be ahead of the line
GAP = 64  # bytes: the stub takes up to 32 in one interrupt, and between two of those it handles what has come
_FLASH_DATA, _DEFLATED_BEGIN, _DEFLATED_DATA, _DEFLATED_END = 0x03, 0x10, 0x11, 0x12
_BEGINS, _BLOCKS, _ENDS = (FLASH_BEGIN, _DEFLATED_BEGIN), (_FLASH_DATA, _DEFLATED_DATA), (FLASH_END, _DEFLATED_END)
_OK, _FAILED = b"\0\0", b"\x01\x06"
_FENCE = packed(READ_REG, struct.pack("<I", MAGIC_AT))  # esptool, too, asks for it after the last block
_CONTROLLER = 12  # bits of an address that tell the registers of one controller apart


def _controller(question: bytes) -> int:
    """Of the register that READ_REG asks for."""
    return int(struct.unpack_from("<I", question, HEAD.size)[0]) >> _CONTROLLER


class Ahead:
    """One pass of esptool, in which the region at *final* comes last.

    *one_by_one*: nothing is sent before all earlier commands are answered.
    ``refused``: why the chip refused something; ``damaged``: offset of the region that the flash did not keep;
    ``sent``: compressed bytes that the chip has confirmed.
    """

    def __init__(self, final: int, one_by_one: bool = False) -> None:
        self._one_by_one = one_by_one
        self.refused = ""
        self.damaged: int | None = None
        self.sent = 0
        self._final = final
        self._queue: deque[Step | Rest] = deque([Step(_FENCE)])  # its answer is given to esptool after each region
        self._due: deque[Check] = deque()  # to be sent when the line has something else to carry meanwhile
        self._unfinished: deque[Step] = deque()
        self._region: Region | None = None
        self._registers: dict[bytes, bytes] = {}  # answers by question
        self._written: set[int] = set()  # controllers of which esptool has written a register

    @property
    def failed(self) -> bool:
        """Whether anything but "done" has come."""
        return bool(self.refused) or self.damaged is not None

    @property
    def idle(self) -> bool:
        """Whether the chip has finished and verified everything."""
        return not (self._queue or self._due or self._unfinished)

    @property
    def room(self) -> bool:
        """Whether esptool may prepare another block."""
        return len(self._queue) <= AHEAD

    def ask(self, packet: bytes) -> bytes | None:
        """Take a command from esptool; returns the answer, None if it has to be the chip's."""
        op = packet[1]
        region = self._region
        if self.failed:
            return packed(op, _FAILED, ANSWER)
        if op in _BEGINS:
            self._begin(packet)
        elif op in _ENDS:
            self._queue.append(Step(packet))
        elif op == WRITE_REG:
            self._written |= {
                address >> _CONTROLLER for address, *_ in struct.iter_unpack("<IIII", packet[HEAD.size :])
            }
            self._queue.append(Step(packet))
        elif region is not None and op in _BLOCKS:
            self._queue += region.take(packet)
        elif (
            region is not None
            and op == MD5
            and struct.unpack_from("<II", packet, HEAD.size) == (region.offset, len(region.data))
        ):
            self._queue.append(Rest(region))
            return packed(op, region.digest + _OK, ANSWER)
        elif packet in self._registers and _controller(packet) not in self._written:
            return self._registers[packet]
        else:
            self._queue.append(Step(packet, None))
            return None
        return packed(op, _OK, ANSWER)

    def _begin(self, packet: bytes) -> None:
        size, count, _, offset = struct.unpack_from("<IIII", packet, HEAD.size)
        self._region = Region(offset, size, count, packet[1] == _DEFLATED_BEGIN)
        self._queue.append(Begin(packet, offset))

    def next(self) -> Step | None:
        """The next command for the chip, if one can be sent now."""
        if self.failed:
            self._queue.clear()
            self._due.clear()
        self._put_off()
        if not self._queue or len(self._unfinished) > 1 or (self._one_by_one and next(self._waiting(), None)):
            return None
        first = self._queue[0]
        assert isinstance(first, Step)  # a Rest has been put off
        step: Step | None = None
        if isinstance(first, Block) and first.long:
            if self._unfinished:
                before = self._unfinished[0]
                step = self._fence(before, first)
                if self._due and not isinstance(before, (Block, Check)):
                    return None  # a beginning: at its answer
            elif self._due:
                step = self._due.popleft()
        if step is None:
            self._queue.popleft()
            step = first
        step.behind = next(self._waiting(), None) is not None
        self._unfinished.append(step)
        return step

    def _put_off(self) -> None:
        """The checks left for a region wait for a good moment, but not beyond the beginning of the final one."""
        while self._queue:
            first = self._queue[0]
            if isinstance(first, Rest):
                self._queue.popleft()
                checks = first.region.rest()
                if first.region.offset == self._final:
                    self._queue.extendleft(reversed(checks))
                else:
                    self._due += checks
                continue
            if isinstance(first, Begin) and first.offset == self._final:
                self._queue.extendleft(reversed(self._due))
                self._due.clear()
            return

    def _fence(self, before: Step, block: Block) -> Step | None:
        """A read of a register, if it is worth asking for an MD5 between these two."""
        if not isinstance(before, Block) or not before.quick or before.region is not block.region:
            return None
        region, end = before.region, before.end // INFLATED * INFLATED
        if region.unproved(end) >= (PIECE if block.end < region.size else PIECE // 4):
            self._due.append(region.check(end))
        return Step(_FENCE) if self._due else None

    def answer(self, packet: bytes) -> bytes | None:
        """Take a packet from the chip; returns what esptool gets of it."""
        step = next(self._waiting(), None)
        if step is None or len(packet) < HEAD.size or packet[:2] != bytes((ANSWER, step.op)):
            return packet
        while self._unfinished[0] is not step:
            self._unfinished.popleft()
        step.answered = True
        if not isinstance(step, Block):
            self._unfinished.popleft()
        if step.op == READ_REG:
            self._registers[step.packet] = packet
        if step.wait_s is None:
            return packet
        self._judge(step, packet[HEAD.size :])
        return None

    def _judge(self, step: Step, body: bytes) -> None:
        told = body[:-2] if isinstance(step, Check) else b""
        status = body[len(told) :]
        if status != _OK:
            self.refused = self.refused or f"command {step.op:#04x}: status {status.hex()}"
        elif isinstance(step, Check) and told != step.expected:
            self.damaged = step.region.offset
        elif isinstance(step, Block):
            self.sent += len(step.packet) - HEAD.size - BLOCK_HEAD.size

    def late(self, now: float) -> None:
        """Fails if an answer is overdue at *now*, on the clock of ``Step.deadline``."""
        step = next(self._waiting(), None)
        if step is not None and step.wait_s is not None and now > step.deadline:
            self.refused = self.refused or "no answer"

    def _waiting(self) -> Iterator[Step]:
        """What has no answer yet, in the order in which the answers come."""
        return (step for step in self._unfinished if not step.answered)
