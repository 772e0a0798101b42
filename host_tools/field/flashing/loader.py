"""A client of the loader in a chip's ROM, for the checks before anything is written.

All that decides whether a pole may be flashed is read here, over the port that stays open for esptool's one
pass afterwards: starting esptool twice would cost half a second a port, and its own checks come too late or cost
more.  The protocol is Espressif's ("Serial Protocol" in esptool's documentation): SLIP packets
``<direction, command, length, check or value>`` and an answer that ends in its status.
"""

from __future__ import annotations

import struct
import time
from functools import reduce
from operator import xor

import serial

from host_tools.field.flashing import loader_chips, slip
from host_tools.field.flashing.flasher_stub import Stub

SYNC, READ_REG, WRITE_REG = 0x08, 0x0A, 0x09
FLASH_BEGIN, FLASH_END = 0x02, 0x04
MEM_BEGIN, MEM_END, MEM_DATA = 0x05, 0x06, 0x07
SPI_PARAMETERS, SPI_ATTACH, READ_FLASH, CHANGE_BAUD = 0x0B, 0x0D, 0x0E, 0x0F
MD5, SECURITY_INFO = 0x13, 0x14
ERASE_REGION = 0xD1  # of the stub alone
REQUEST, ANSWER = 0, 1
HEAD = struct.Struct("<BBHI")  # direction, command, bytes that follow, check or value

ROM_BAUD = 115200
POLL_S = 0.05  # longest wait of one read of the port
SETTLE_S = 0.005  # before a change of baud rate, for what is still in the wires
SECTOR, CHUNK = 4096, 64  # bytes: of one erase; that the ROM reads at a time
RAM_BLOCK = 0x1800  # bytes put into RAM at a time
ROM_BLOCK = 0x400  # bytes that the ROM takes at a time for the flash

_SYNC_BODY = b"\x07\x07\x12\x20" + 32 * b"\x55"
_USER_COMMAND, _USER_MISO, _USER_START, _COMMAND_8_BITS = 1 << 31, 1 << 28, 1 << 18, 7 << 28
_READ_ID = 0x9F
_UNLOCK_WDT, _UNLOCK_SWD, _SWD_AUTO_FEED = 0x50D83AA1, 0x8F1D312A, 1 << 31


def packed(op: int, body: bytes, direction: int = REQUEST, check: int = 0) -> bytes:
    """A packet of the loader's protocol; *check* is of a block's data."""
    return HEAD.pack(direction, op, len(body), check) + body


def checksum(data: bytes) -> int:
    """What a block of *data* is checked with."""
    return reduce(xor, data, 0xEF)


class Silent(Exception):
    """No whole answer within the time it may take."""


class Refused(Exception):
    """The loader understood the command and refuses it."""


class Loader:
    """Sends commands to the loader over an open *port*, whose time-out is set to ``POLL_S`` once.

    Raises Silent, Refused and what the port raises when the cable is pulled (serial.SerialException, OSError).
    """

    def __init__(self, port: serial.SerialBase) -> None:
        self.port = port
        port.timeout = POLL_S
        self.is_stub = False  # esptool's code in RAM answers, left by a pass that was cut, and not the ROM
        self._frames = slip.Frames()
        self._ready: list[bytes] = []
        self._refusal = b""  # a ROM sends the same one eight times for a command that it does not know

    def sync(self, attempts: int) -> bool:
        """Whether a loader answers within *attempts* times 0.1 s."""
        for _ in range(attempts):
            self.drop_input()
            try:
                self.is_stub = self.command(SYNC, _SYNC_BODY, wait_s=0.1) == bytes(4)
            except (Silent, Refused):
                continue
            end = time.monotonic() + 0.1
            try:  # the same answer comes eight times
                for _ in range(7):
                    self._answer(SYNC, end)
            except Silent:
                pass
            return True
        return False

    def command(self, op: int, body: bytes = b"", answer: int = 0, wait_s: float = 1.0, check: int = 0) -> bytes:
        """Ask for *op* and return its answer: *answer* bytes, or with 0 the four bytes of the header's value."""
        if self._refusal[1:2] == bytes((op,)):
            self._refusal = b""
        self.port.write(slip.frame(packed(op, body, check=check)))
        value, payload = self._answer(op, time.monotonic() + wait_s)
        status = payload[answer : answer + 2] if len(payload) >= answer + 2 else payload[:2]
        if len(status) < 2 or status[0] or len(payload) < answer + 2:
            raise Refused(f"command {op:#04x}: {payload[:4].hex() or 'no status'}")
        return payload[:answer] if answer else value

    def _answer(self, op: int, end: float) -> tuple[bytes, bytes]:
        while True:
            while self._ready:
                found = self._ready.pop(0)
                if len(found) < 8 or found[0] != ANSWER or found == self._refusal:
                    continue
                payload = found[8:]
                invalid = len(payload) >= 2 and payload[0] != 0 and payload[1] == 5
                self._refusal = found if invalid else b""
                if found[1] == op:
                    return found[4:8], payload
                if invalid:  # under any number
                    raise Refused(f"command {op:#04x} is unknown")
            if time.monotonic() > end:
                raise Silent(f"command {op:#04x}")
            data = self.port.read(max(1, self.port.in_waiting))
            self._ready += self._frames.feed(data)

    def leave_stub(self) -> None:
        """Back to the ROM's loader."""
        for _ in range(2):  # the first may be refused for what was left half done
            try:
                self.command(FLASH_BEGIN, struct.pack("<IIIII", 0, 0, 0x4000, 0, 0))
                self.command(FLASH_END, struct.pack("<I", 0))
                return
            except Refused:
                pass

    def drop_input(self) -> None:
        """Drop the bytes that have come so far."""
        while self.port.in_waiting:
            self.port.read(self.port.in_waiting)
        self._frames = slip.Frames()
        self._ready.clear()

    def register(self, address: int) -> int:
        """The word at *address*."""
        return int.from_bytes(self.command(READ_REG, struct.pack("<I", address)), "little")

    def set_register(self, address: int, value: int) -> None:
        """Put *value* into the word at *address*."""
        self.command(WRITE_REG, struct.pack("<IIII", address, value, 0xFFFFFFFF, 0))

    def security(self) -> tuple[int, int, int]:
        """(flags, count of flash encryption, chip's number); Refused by an ESP32, which has none of it."""
        info = self.command(SECURITY_INFO, answer=20)
        flags, count = struct.unpack_from("<IB", info)
        return flags, count, struct.unpack_from("<I", info, 12)[0]

    def attach_flash(self, facts: loader_chips.Facts) -> int:
        """Connect the ROM to the flash chip and return its size in bytes, 0 if it does not tell."""
        pads = 0
        if facts is loader_chips.ESP32:  # a flash inside the package hangs on pins that its eFuses name
            word3, word5 = self.register(facts.mac + 8), self.register(facts.mac + 16)
            clk, q, d, cs = (word5 >> shift & 0x1F for shift in (0, 5, 10, 15))
            pads = (word3 >> 4 & 0x1F) << 24 | cs << 18 | d << 12 | q << 6 | clk
        self.command(SPI_ATTACH, struct.pack("<II", pads, 0))
        spi = facts.spi
        before = self.register(spi + facts.user), self.register(spi + facts.user2)
        self.set_register(spi + facts.miso, 23)
        self.set_register(spi + facts.user, _USER_COMMAND | _USER_MISO)
        self.set_register(spi + facts.user2, _COMMAND_8_BITS | _READ_ID)
        self.set_register(spi + facts.w0, 0)
        self.set_register(spi, _USER_START)
        for _ in range(10):
            if not self.register(spi) & _USER_START:
                break
        size = loader_chips.flash_bytes(self.register(spi + facts.w0))
        self.set_register(spi + facts.user, before[0])
        self.set_register(spi + facts.user2, before[1])
        if size:
            self.command(SPI_PARAMETERS, struct.pack("<IIIIII", 0, size, 65536, SECTOR, 256, 0xFFFF))
        return size

    def read_flash(self, offset: int, length: int) -> bytes:
        """*length* bytes of flash from *offset*; slow, 64 bytes a question."""
        data = b""
        while len(data) < length:
            body = struct.pack("<II", offset + len(data), CHUNK)
            data += self.command(READ_FLASH, body, answer=CHUNK)
        return data[:length]

    def flash_md5(self, offset: int, length: int) -> str:
        """MD5 of *length* bytes of flash from *offset*, in hex."""
        wait_s = 3.0 + 8.0 * length / 1e6
        body = struct.pack("<IIII", offset, length, 0, 0)
        if self.is_stub:
            return self.command(MD5, body, answer=16, wait_s=wait_s).hex()
        return self.command(MD5, body, answer=32, wait_s=wait_s).decode()

    def run(self, stub: Stub) -> None:
        """Load *stub* into the chip's RAM and start it; ``is_stub`` says whether it came up."""
        for address, data in stub.segments:
            blocks = [data[at : at + RAM_BLOCK] for at in range(0, len(data), RAM_BLOCK)]
            self.command(MEM_BEGIN, struct.pack("<IIII", len(data), len(blocks), RAM_BLOCK, address))
            for number, block in enumerate(blocks):
                body = struct.pack("<IIII", len(block), number, 0, 0) + block
                self.command(MEM_DATA, body, check=checksum(block))
        self.command(MEM_END, struct.pack("<II", 0, stub.entry))
        end = time.monotonic() + 1.0
        while b"OHAI" not in self._ready:
            if time.monotonic() > end:
                return
            self._ready += self._frames.feed(self.port.read(max(1, self.port.in_waiting)))
        self._ready.clear()
        self.is_stub = True

    def erase_sector(self, offset: int, facts: loader_chips.Facts) -> None:
        """Erase the 4 KiB of flash at *offset*."""
        if self.is_stub:
            self.command(ERASE_REGION, struct.pack("<II", offset, SECTOR), wait_s=10.0)
            return
        body = struct.pack("<IIII", SECTOR, SECTOR // ROM_BLOCK, ROM_BLOCK, offset)
        if facts is not loader_chips.ESP32:
            body += struct.pack("<I", 0)  # not encrypted
        self.command(FLASH_BEGIN, body, wait_s=10.0)

    def change_baud(self, baud: int, facts: loader_chips.Facts) -> bool:
        """Go on at *baud*; returns whether the chip still answers."""
        told = baud
        if facts is loader_chips.ESP32:
            # this ROM divides by a crystal that it has estimated with an oscillator whose drift its eFuses hold
            estimate = (
                (self.register(0x3FF5F06C) >> 7 & 0x1FFFFFF) * 15625 * (self.register(facts.mac + 12) & 0xFF) / 40
            )
            told = int(baud * estimate // (40_000_000 if estimate > 33_000_000 else 26_000_000)) or baud
        self.command(CHANGE_BAUD, struct.pack("<II", told, 0))
        time.sleep(SETTLE_S)
        self.port.baudrate = baud
        return self.sync(4)

    def hold_watchdogs(self, facts: loader_chips.Facts) -> None:
        """Through the chip's own USB a reset leaves these two running, and they would end the loader."""
        if facts.watchdogs is None:
            return
        configuration, unlock, swd, swd_unlock = facts.watchdogs
        for address, value in ((unlock, _UNLOCK_WDT), (configuration, 0), (unlock, 0), (swd_unlock, _UNLOCK_SWD)):
            self.set_register(address, value)
        self.set_register(swd, self.register(swd) | _SWD_AUTO_FEED)
        self.set_register(swd_unlock, 0)
