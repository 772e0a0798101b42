"""esptool is told ahead what the chip says later, on a chip that has no more than two buffers."""

from __future__ import annotations

import struct
import zlib
from collections import deque
from collections.abc import Callable
from hashlib import md5
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from host_tools.field.flashing.loader import ANSWER, MD5, READ_REG, REQUEST, WRITE_REG
from host_tools.field.flashing.pipeline import Ahead, Step

BEGIN, DATA, END = 0x10, 0x11, 0x12
MAGIC = 0x40001000
BLOCK = 16 * 1024


def packet(op: int, body: bytes, direction: int = REQUEST) -> bytes:
    return struct.pack("<BBHI", direction, op, len(body), 0) + body


class Chip:
    """Two buffers, a flash, and the stub's way with a block: it answers when that has come, then works it off."""

    def __init__(self, spoil: Callable[[int, bytes], bytes] = lambda _at, data: data) -> None:
        self.flash = bytearray(0x200000)
        self.proved: list[tuple[int, int]] = []  # offset, bytes
        self.begun: list[int] = []
        self.before: dict[int, int] = {}  # where a region begins: how much was proved when its first block came
        self.answers: deque[bytes] = deque()
        self._buffers: deque[bytes] = deque()
        self._busy = False  # with a block that is answered
        self._spoil = spoil
        self._data = zlib.decompressobj()
        self._at = 0

    def receive(self, command: bytes) -> None:
        self._buffers.append(command)
        assert len(self._buffers) <= 2, "it has no third buffer"

    @property
    def can_work(self) -> bool:
        return bool(self._buffers)

    def work(self) -> None:
        """One step: answers a command, or works off the block that it has answered."""
        command = self._buffers[0]
        if self._busy:
            self._busy = False
            self._program(command[24:])
            self._buffers.popleft()
            return
        op, body = command[1], command[8:]
        told = b""
        if op == BEGIN:
            self._at = struct.unpack_from("<IIII", body)[3]
            self.begun.append(self._at)
            self.before[self._at] = sum(length for _, length in self.proved)
            self._data = zlib.decompressobj()
        elif op == MD5:
            at, length = struct.unpack_from("<II", body)
            self.proved.append((at, length))
            told = md5(self.flash[at : at + length]).digest()
        self.answers.append(packet(op, told + b"\0\0", ANSWER))
        if op == DATA:
            self._busy = True
        else:
            self._buffers.popleft()

    def _program(self, data: bytes) -> None:
        data = self._spoil(self._at, self._data.decompress(data))
        self.flash[self._at : self._at + len(data)] = data
        self._at += len(data)


def questions(regions: dict[int, bytes]) -> list[bytes]:
    """What esptool asks while it writes *regions*, as it does."""
    out = [packet(READ_REG, struct.pack("<I", 0x3FF5A000)), packet(WRITE_REG, bytes(16))]
    for offset, data in regions.items():
        line = zlib.compress(data, 9)
        blocks = [line[at : at + BLOCK] for at in range(0, len(line), BLOCK)]
        out.append(packet(BEGIN, struct.pack("<IIIII", len(data), len(blocks), BLOCK, offset, 0)))
        for number, block in enumerate(blocks):
            out.append(packet(DATA, struct.pack("<IIII", len(block), number, 0, 0) + block))
        out.append(packet(READ_REG, struct.pack("<I", MAGIC)))
        out.append(packet(END, struct.pack("<I", 1)))
        out.append(packet(MD5, struct.pack("<IIII", offset, len(data), 0, 0)))
    return out


def run(
    ahead: Ahead, chip: Chip, asked: list[bytes], choose: Callable[[int], int], one_by_one: bool = False
) -> list[bytes]:
    """Lets all three go on in an order that *choose* decides; returns what esptool was answered."""
    left, line, told = deque(asked), deque[Step](), list[bytes]()
    held: bytes | None = None
    waits = False
    unanswered = 0
    while True:
        for step in iter(ahead.next, None):
            assert step.behind == (unanswered > 0), "the chip has to look for one before the next begins"
            assert not (one_by_one and unanswered)
            unanswered += 1
            line.append(step)
        moves: list[str] = []
        if held is not None and (ahead.room or ahead.failed):
            moves.append("tell")
        if left and held is None and not waits:
            moves.append("ask")
        moves += ["arrive"] * bool(line) + ["work"] * chip.can_work + ["answer"] * bool(chip.answers)
        if not moves:
            return told
        move = moves[choose(len(moves))]
        if move == "ask":
            held = ahead.ask(left.popleft())
            waits = held is None
        elif move == "tell":
            assert held is not None
            told.append(held)
            held = None
        elif move == "arrive":
            chip.receive(line.popleft().packet)
        elif move == "work":
            chip.work()
        else:
            unanswered -= 1
            passed = ahead.answer(chip.answers.popleft())
            if passed is not None:
                told.append(passed)
                waits = False


# data that compresses well, badly, and both
PATTERN = bytes(range(256)) * 1200
DENSE = b"".join(md5(struct.pack("<I", number)).digest() for number in range(25_000))
SPARSE = b"".join(DENSE[at : at + 700].ljust(4096, b"\xff") for at in range(0, 70_000, 700))
REGIONS = {
    0x80000: b"\xff" * 4096,
    0x10000: SPARSE[:300_000],
    0x90000: PATTERN + DENSE,
    0x8000: PATTERN[:3072],
    0x1000: DENSE[:20_000],
}


@pytest.mark.parametrize("one_by_one", [False, True])
@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_every_byte_is_written_and_proved_whatever_comes_first(one_by_one: bool, random: Random) -> None:
    ahead, chip = Ahead(0x1000, one_by_one), Chip()
    asked = questions(REGIONS)
    told = run(ahead, chip, asked, random.randrange, one_by_one)
    assert ahead.idle and not ahead.failed
    assert len(told) == len(asked) and all(
        answer[:2] == bytes((ANSWER, question[1])) for answer, question in zip(told, asked, strict=True)
    )
    for offset, data in REGIONS.items():
        assert chip.flash[offset : offset + len(data)] == data
        pieces = sorted((at, length) for at, length in chip.proved if offset <= at < offset + len(data))
        assert [at for at, _ in pieces] == [
            offset + sum(length for _, length in pieces[:i]) for i in range(len(pieces))
        ]
        assert sum(length for _, length in pieces) == len(data)
    assert chip.begun == list(REGIONS)
    assert chip.before[0x1000] == sum(map(len, REGIONS.values())) - len(REGIONS[0x1000])
    assert ahead.sent == sum(len(zlib.compress(data, 9)) for data in REGIONS.values())


@pytest.mark.parametrize("where", list(REGIONS))
@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_what_the_flash_does_not_keep_ends_the_pass_before_the_last_region(where: int, random: Random) -> None:
    def spoil(at: int, data: bytes) -> bytes:
        return bytes(len(data)) if where <= at < where + len(REGIONS[where]) else data

    ahead, chip = Ahead(0x1000), Chip(spoil)
    told = run(ahead, chip, questions(REGIONS), random.randrange)
    assert ahead.damaged == where
    assert where == 0x1000 or chip.flash[0x1000:0x2000] == bytes(4096)
    refusal = ahead.ask(packet(END, bytes(4)))
    assert told and refusal is not None and refusal[8:] == b"\x01\x06"


def test_the_line_has_something_to_carry_while_the_chip_computes_an_md5() -> None:
    """All but the last regions' last pieces are asked for right before a long block."""
    ahead, chip = Ahead(0x1000), Chip()
    sent: list[bytes] = []
    receive = chip.receive
    chip.receive = lambda command: (sent.append(command), receive(command))[1]  # type: ignore[method-assign]
    run(ahead, chip, questions(REGIONS), lambda _n: 0)
    behind = [len(after) for before, after in pairwise(sent) if before[1] == MD5]
    assert len(behind) > len(REGIONS) and all(length > 4096 for length in behind[:-3])


def test_a_register_is_known_that_was_read_unless_one_of_the_same_controller_was_written() -> None:
    ahead, chip = Ahead(0x1000), Chip()

    def read(address: int) -> bool:
        """Whether esptool gets an answer that is not the chip's."""
        known = ahead.ask(packet(READ_REG, struct.pack("<I", address)))
        run(ahead, chip, [], lambda _n: 0)
        return known is not None

    def write(address: int) -> None:
        assert ahead.ask(packet(WRITE_REG, struct.pack("<IIII", address, 1, 0xFFFFFFFF, 0))) is not None
        run(ahead, chip, [], lambda _n: 0)

    run(ahead, chip, [], lambda _n: 0)
    efuse, spi_command, spi_user = 0x3FF5A00C, 0x3FF42000, 0x3FF4201C
    assert [read(efuse), read(efuse), read(spi_user)] == [False, True, False]
    write(spi_command)
    assert [read(efuse), read(spi_user), read(spi_user)] == [True, False, False]
