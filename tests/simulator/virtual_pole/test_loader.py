"""How the loader takes its time over commands, on a clock that goes as far as it is told."""

from __future__ import annotations

import heapq
import struct
import zlib
from collections.abc import Callable, Iterator

import pytest

from host_tools.field.flashing import slip
from host_tools.field.flashing.pipeline import GAP
from simulator.virtual_pole.chips import CHIPS
from simulator.virtual_pole.flash_file import FlashFile
from simulator.virtual_pole.loader import protocol
from simulator.virtual_pole.loader.loader import Loader
from simulator.virtual_pole.reactor import Timer
from simulator.virtual_pole.registers import Registers
from simulator.virtual_pole.timed_flash import TimedFlash

MAGIC = struct.pack("<I", 0x40001000)


class Desk:
    """The chip around the loader.  ``late``: as much of the time has gone before anything due is done."""

    baud = 921600

    def __init__(self) -> None:
        self.time = 0.0
        self.late = 0.0
        self.told: list[str] = []
        self.answers: list[int] = []
        self.refused: list[int] = []
        self._due: list[tuple[float, int, Timer]] = []
        self._frames = slip.Frames()

    def now(self) -> float:
        return self.time + self.late

    def at(self, when: float, action: Callable[[], None]) -> Timer:
        timer = Timer(action)
        heapq.heappush(self._due, (when, len(self._due) + len(self.answers), timer))
        return timer

    def wait(self, seconds: float) -> None:
        end = self.time + seconds
        while self._due and self._due[0][0] <= end:
            when, _, timer = heapq.heappop(self._due)
            self.time = max(self.time, when)
            if timer.action is not None:
                timer.action()
        self.time = end

    def send(self, data: bytes) -> float:
        for answer in self._frames.feed(data):
            if answer != b"OHAI":
                (self.refused if answer[-2:] != b"\0\0" else self.answers).append(answer[1])
        return self.time

    def set_baud(self, baud: int) -> None: ...

    def leave_loader(self) -> None: ...

    def log(self, text: str) -> None:
        self.told.append(text)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def stub(desk: Desk) -> Iterator[Loader]:
    kind = CHIPS["esp32"]
    file = FlashFile(None, 4 << 20)
    loader = Loader(kind, TimedFlash(file), Registers(kind, {}, 4 << 20), frozenset(), desk)
    loader.start_stub()
    desk.wait(0.1)
    yield loader
    file.close()


def frame(op: int, body: bytes) -> bytes:
    check = 0xEF
    for byte in body[16:]:
        check ^= byte
    return slip.frame(struct.pack("<BBHI", 0, op, len(body), check) + body)


def writing(size: int) -> tuple[bytes, bytes]:
    """The beginning of a region, and a block that fills it."""
    line = zlib.compress(bytes(size), 9)
    begin = frame(protocol.FLASH_DEFL_BEGIN, struct.pack("<IIIII", size, 1, 0x4000, 0x10000, 0))
    return begin, frame(protocol.FLASH_DEFL_DATA, struct.pack("<IIII", len(line), 0, 0, 0) + line)


APART = bytes(GAP)
READ = frame(protocol.READ_REG, MAGIC)


def test_a_block_is_answered_at_once_and_the_next_command_waits_for_it(stub: Loader, desk: Desk) -> None:
    begin, block = writing(64 * 1024)
    stub.receive(begin)
    desk.wait(0.01)
    stub.receive(block + APART + READ)
    desk.wait(0.05)
    assert desk.answers == [protocol.FLASH_DEFL_BEGIN, protocol.FLASH_DEFL_DATA]  # 256 pages take 0.1 s
    desk.wait(0.2)
    assert desk.answers[2:] == [protocol.READ_REG]


def test_a_third_command_finds_no_buffer(stub: Loader, desk: Desk) -> None:
    begin, block = writing(64 * 1024)
    stub.receive(begin)
    desk.wait(0.01)
    stub.receive(block)
    stub.receive(READ)
    stub.receive(APART + READ)
    desk.wait(1)
    assert desk.answers == [protocol.FLASH_DEFL_BEGIN, protocol.FLASH_DEFL_DATA, protocol.READ_REG]
    assert "a frame found no buffer" in desk.told


def test_a_command_right_behind_another_finds_no_buffer_yet(stub: Loader, desk: Desk) -> None:
    stub.receive(READ + READ)
    desk.wait(0.1)
    assert desk.answers == [protocol.READ_REG]
    assert "a frame found no buffer" in desk.told


def test_bytes_of_no_meaning_keep_two_commands_apart(stub: Loader, desk: Desk) -> None:
    stub.receive(READ + APART + READ)
    desk.wait(0.1)
    assert desk.answers == [protocol.READ_REG, protocol.READ_REG]


def test_a_block_with_the_number_0_begins_a_stream_anew(stub: Loader, desk: Desk) -> None:
    """So a block that is cut in two must not have the number of the first twice."""
    line = zlib.compress(bytes(range(256)) * 256, 9)
    stub.receive(frame(protocol.FLASH_DEFL_BEGIN, struct.pack("<IIIII", 65536, 2, 0x4000, 0x10000, 0)))
    desk.wait(0.01)
    for part in (line[:100], line[100:]):
        stub.receive(frame(protocol.FLASH_DEFL_DATA, struct.pack("<IIII", len(part), 0, 0, 0) + part))
        desk.wait(1)
    stub.receive(READ)
    desk.wait(0.1)
    assert desk.refused == [protocol.READ_REG]  # told at the next command


def test_answers_come_in_the_order_of_commands_however_late_the_computer_is(stub: Loader, desk: Desk) -> None:
    begin, block = writing(4096)
    stub.receive(begin)  # its answer is due when it has looked whether a sector is blank
    desk.late = 0.01
    stub.receive(APART + block)
    desk.wait(0.1)
    assert desk.answers == [protocol.FLASH_DEFL_BEGIN, protocol.FLASH_DEFL_DATA]


def test_reading_waits_for_an_erase_and_takes_the_time_of_one_slow_line(stub: Loader, desk: Desk) -> None:
    stub.receive(frame(protocol.SPI_FLASH_MD5, struct.pack("<IIII", 0, 1 << 20, 0, 0)))
    desk.wait(0.50)
    assert desk.answers == []
    desk.wait(0.10)
    assert desk.answers == [protocol.SPI_FLASH_MD5]  # 1 MiB over one line of 20 MHz, and MD5 at 160 MHz
