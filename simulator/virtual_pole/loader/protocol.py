"""The numbers of the serial protocol (Espressif: esptool documentation, "Serial Protocol")."""

from __future__ import annotations

from collections.abc import Callable
from struct import Struct
from typing import Protocol

from simulator.virtual_pole.chips import ChipKind
from simulator.virtual_pole.reactor import Timer
from simulator.virtual_pole.registers import Registers
from simulator.virtual_pole.timed_flash import TimedFlash

FLASH_BEGIN, FLASH_DATA, FLASH_END = 0x02, 0x03, 0x04
MEM_BEGIN, MEM_END, MEM_DATA = 0x05, 0x06, 0x07
SYNC, WRITE_REG, READ_REG = 0x08, 0x09, 0x0A
SPI_SET_PARAMS, SPI_ATTACH, READ_FLASH_SLOW, CHANGE_BAUDRATE = 0x0B, 0x0D, 0x0E, 0x0F
FLASH_DEFL_BEGIN, FLASH_DEFL_DATA, FLASH_DEFL_END = 0x10, 0x11, 0x12
SPI_FLASH_MD5, GET_SECURITY_INFO = 0x13, 0x14
ERASE_FLASH, ERASE_REGION, READ_FLASH, RUN_USER_CODE = 0xD0, 0xD1, 0xD2, 0xD3

REQUEST, ANSWER = 0, 1
HEADER = Struct("<BBHI")  # direction, operation, bytes that follow, checksum or value
BLOCK_HEADER = Struct("<IIII")  # bytes, sequence number, and two zeros before each block's data
CHECKSUM_SEED = 0xEF

SYNC_BODY = b"\x07\x07\x12\x20" + 32 * b"\x55"
SYNC_FRAME = HEADER.pack(REQUEST, SYNC, len(SYNC_BODY), 0) + SYNC_BODY


class Refusal(Exception):
    """The loader answers with this error, two bytes."""

    def __init__(self, code: int) -> None:
        super().__init__(hex(code))
        self.code = code


class Desk(Protocol):
    """What a loader needs of the chip it runs on; all times in seconds of ``now``."""

    def now(self) -> float: ...

    def at(self, when: float, action: Callable[[], None]) -> Timer: ...

    def send(self, data: bytes) -> float:
        """Puts bytes on the line; returns when they are through."""
        ...

    @property
    def baud(self) -> int:
        """The speed of the line, bits a second."""
        ...

    def set_baud(self, baud: int) -> None: ...

    def leave_loader(self) -> None:
        """Start what is in the flash."""
        ...

    def log(self, text: str) -> None: ...


class Stay(Protocol):
    """What a command needs of the loader that carries it out."""

    kind: ChipKind
    flash: TimedFlash
    registers: Registers
    security: frozenset[str]
    desk: Desk
    time: float  # when what is done so far is done
    after: Callable[[], None] | None  # what the command does once it is answered
    take_frame: Callable[[bytes], None] | None  # where frames go that are not commands
    synced: bool  # a host has spoken to it

    def send(self, frame: bytes) -> None:
        """Sends *frame* at ``time``."""

    def do(self, action: Callable[[], None]) -> None:
        """Does *action* at ``time``."""

    def start_stub(self) -> None:
        """The code in RAM runs."""

    def back_to_rom(self) -> None:
        """The stub ends and the ROM's loader waits again."""

    def leave(self) -> None:
        """The loader ends and the program in the flash starts, once the answer is through."""
