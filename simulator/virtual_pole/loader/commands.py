"""The common commands of the ROM's loader and the stub."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import md5
from struct import unpack, unpack_from

from simulator.virtual_pole.loader import protocol
from simulator.virtual_pole.loader.clock import CRYSTAL
from simulator.virtual_pole.loader.protocol import BLOCK_HEADER, CHECKSUM_SEED, Refusal, Stay
from simulator.virtual_pole.rom import xor_bytes

Result = tuple[int, bytes]  # the value in the answer's header, and its data
DONE: Result = (0, b"")
_WATCHDOG_ON = 1 << 31


class Commands:
    """Commands by number in ``table``; each takes a frame's body and checksum and raises Refusal."""

    STATUS_BYTES = 2
    BAD_LENGTH = UNKNOWN = BAD_CHECKSUM = FAILED = 0
    REFUSALS = 1  # answers to a command that is not known
    ALLOWED_WHEN_SECURED: frozenset[int] = frozenset()

    def __init__(self, loader: Stay) -> None:
        self.loader = loader
        self.clock = CRYSTAL
        self.carried_over = 0  # the error of something done after its answer: the next command is refused with it
        self._memory_left = 0
        self.table: dict[int, Callable[[bytes, int], Result]] = {
            protocol.SYNC: self._sync,
            protocol.READ_REG: self._read_register,
            protocol.WRITE_REG: self._write_registers,
            protocol.SPI_SET_PARAMS: lambda _body, _check: DONE,
            protocol.SPI_ATTACH: lambda _body, _check: DONE,
            protocol.CHANGE_BAUDRATE: self._change_baud,
            protocol.MEM_BEGIN: self._memory_begin,
            protocol.MEM_DATA: self._memory_data,
            protocol.MEM_END: self._memory_end,
            protocol.SPI_FLASH_MD5: self._flash_md5,
        }

    @property
    def unfinished(self) -> bool:
        """Whether a write to the flash has begun whose data has not all come."""
        return False

    def _sync(self, _body: bytes, _check: int) -> Result:
        self.loader.synced = True
        return DONE

    def _read_register(self, body: bytes, _check: int) -> Result:
        address = self.words(body, 1)[0]
        if address == self.loader.kind.uart_divider:
            return self._divider(), b""
        return self.loader.registers.read(address), b""

    def _divider(self) -> int:
        """Of the UART's clock, which is the crystal's here."""
        return round(40_000_000 / self.loader.desk.baud)

    def _write_registers(self, body: bytes, _check: int) -> Result:
        if not body or len(body) % 16:
            raise Refusal(self.BAD_LENGTH)
        for at in range(0, len(body), 16):
            address, value, mask, delay_us = unpack_from("<IIII", body, at)
            self.loader.time += delay_us / 1e6
            self.loader.registers.write(address, value, mask)
            if address == self.loader.kind.watchdog and value & mask & _WATCHDOG_ON:
                self.loader.leave()
        return DONE

    def _change_baud(self, body: bytes, _check: int) -> Result:
        baud = self.words(body, 2)[0]
        loader = self.loader
        loader.after = lambda: loader.do(lambda: loader.desk.set_baud(baud))
        return DONE

    def _memory_begin(self, body: bytes, _check: int) -> Result:
        self._memory_left = self.words(body, 4)[0]
        return DONE

    def _memory_data(self, body: bytes, check: int) -> Result:
        self._memory_left -= len(self.block(body, check))
        return DONE

    def _memory_end(self, body: bytes, _check: int) -> Result:
        stay, _entry = self.words(body, 2)
        if self._memory_left > 0:
            raise Refusal(self.FAILED)
        if not stay:
            self.loader.after = self.loader.start_stub
        return DONE

    def _flash_md5(self, body: bytes, _check: int) -> Result:
        at, n, _, _ = self.words(body, 4)
        loader = self.loader
        loader.time = max(loader.time, loader.flash.idle_at) + self.clock.md5_s(n)  # reading waits for an erase
        return 0, self.digest(md5(self.loader.flash.file.read(at, n)).digest())

    def digest(self, digest: bytes) -> bytes:
        """An MD5 as it stands in an answer."""
        return digest

    # -- parts of a body

    def words(self, body: bytes, count: int) -> tuple[int, ...]:
        """The first *count* words of *body*."""
        if len(body) < 4 * count:
            raise Refusal(self.BAD_LENGTH)
        return unpack(f"<{count}I", body[: 4 * count])

    def block(self, body: bytes, check: int) -> bytes:
        """The data of a block, checked."""
        length = self.words(body, 4)[0]
        data = body[BLOCK_HEADER.size :]
        if len(data) != length:
            raise Refusal(self.BAD_LENGTH)
        if xor_bytes(data) ^ CHECKSUM_SEED != check & 0xFF:
            raise Refusal(self.BAD_CHECKSUM)
        return data
