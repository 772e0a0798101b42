"""Models Espressif's flasher stub: it answers a block at once and programs it while the next one comes.

It inflates into a buffer of 32 KiB and programs that when it is full; it erases ahead, one part at a time, and not
what is blank already, as long as it has met nothing that is not blank.  What fails after an answer is told at the next
command.
"""

from __future__ import annotations

import zlib
from hashlib import md5

from simulator.virtual_pole.chips import ESP32, security_info
from simulator.virtual_pole.flash_file import SECTOR
from simulator.virtual_pole.loader import protocol
from simulator.virtual_pole.loader.clock import RAISED
from simulator.virtual_pole.loader.commands import DONE, Commands, Result
from simulator.virtual_pole.loader.protocol import Refusal, Stay

_INFLATED = 32 * 1024  # bytes
_BLANK = b"\xff" * SECTOR


class StubCommands(Commands):
    BAD_LENGTH = 0xC000
    BAD_CHECKSUM = 0xC100
    UNKNOWN = 0xC300
    FAILED = 0xC400
    NOT_WRITING = 0xC600
    BAD_DEFLATE = 0xC700
    NOT_HERE = 0xFF00

    def __init__(self, loader: Stay) -> None:
        super().__init__(loader)
        if loader.kind is ESP32:
            self.clock = RAISED
        self._flash = loader.flash
        self._writing = False
        self._at = 0
        self._left = 0  # bytes still to be programmed
        self._erase_at = 0
        self._erase_left = 0
        self._used = False  # whether a part that is not blank was found
        self._inflate = zlib.decompressobj()
        self._inflated = bytearray()
        self.table |= {
            protocol.FLASH_BEGIN: self._begin,
            protocol.FLASH_DATA: self._data,
            protocol.FLASH_END: self._end,
            protocol.FLASH_DEFL_BEGIN: self._begin,
            protocol.FLASH_DEFL_DATA: self._compressed_data,
            protocol.FLASH_DEFL_END: self._end,
            protocol.GET_SECURITY_INFO: self._security,
            protocol.ERASE_FLASH: self._erase_flash,
            protocol.ERASE_REGION: self._erase_region,
            protocol.READ_FLASH: self._read,
            protocol.RUN_USER_CODE: self._run,
        }

    @property
    def unfinished(self) -> bool:
        return self._writing and self._left > 0

    def _security(self, _body: bytes, _check: int) -> Result:
        if not self.loader.kind.tells_security:
            raise Refusal(self.NOT_HERE)
        return 0, security_info(self.loader.kind, self.loader.security)

    def _begin(self, body: bytes, _check: int) -> Result:
        size, _blocks, _block_size, at = self.words(body, 4)
        if at + size > self._flash.size:
            raise Refusal(self.FAILED)
        self._writing, self._at, self._left = True, at, size
        self._erase_at = at // SECTOR * SECTOR
        self._erase_left = -(-(at + size) // SECTOR) * SECTOR - self._erase_at
        self._used = False
        self._erase_ahead()
        if size:
            self.loader.desk.log(f"flash from {at:#x}: {size} bytes to come")
        return DONE

    def _erase_ahead(self) -> None:
        """Begins with the next part, if the flash chip is idle."""
        if not self._erase_left:
            return
        if not self._used:
            self.loader.time = max(self.loader.time, self._flash.idle_at) + self.clock.read_s(SECTOR)
            if self._flash.file.read(self._erase_at, SECTOR) == _BLANK:
                self._erase_at += SECTOR
                self._erase_left -= SECTOR
                return
            self._used = True
        if self._flash.idle_at <= self.loader.time:
            erased = self._flash.erase_next(self._erase_at, self._erase_left, self.loader.time)
            self._erase_at += erased
            self._erase_left -= erased

    def _data(self, body: bytes, check: int) -> Result:
        data = self._block(body, check)
        self.loader.after = lambda: self._program(data)
        return DONE

    def _compressed_data(self, body: bytes, check: int) -> Result:
        data = self._block(body, check)
        first = self.words(body, 2)[1] == 0
        self.loader.after = lambda: self._program_compressed(data, first)
        return DONE

    def _block(self, body: bytes, check: int) -> bytes:
        if not self._writing:
            raise Refusal(self.NOT_WRITING)
        return self.block(body, check)

    def _program_compressed(self, data: bytes, first: bool) -> None:
        if first:  # by its number
            self._inflate = zlib.decompressobj()
            self._inflated.clear()
        self._erase_ahead()
        try:
            self._inflated += self._inflate.decompress(data)
        except zlib.error:
            raise Refusal(self.BAD_DEFLATE) from None
        while len(self._inflated) >= _INFLATED or (self._inflated and self._inflate.eof):
            self._program(bytes(self._inflated[:_INFLATED]))
            del self._inflated[:_INFLATED]
            self._erase_ahead()

    def _program(self, data: bytes) -> None:
        data = data[: self._left]  # what pads the last block is no data
        if not data:
            return
        while self._erase_at < self._at + len(data):
            if self._used:
                self.loader.time = max(self.loader.time, self._flash.idle_at)
            self._erase_ahead()
        self.loader.time = self._flash.program(self._at, data, self.loader.time)
        self._at += len(data)
        self._left -= len(data)

    def _end(self, body: bytes, _check: int) -> Result:
        if not self._writing:
            raise Refusal(self.NOT_WRITING)
        if self._left:
            raise Refusal(self.BAD_LENGTH)
        self._writing = False
        if not self.words(body, 1)[0]:  # "reboot": with the boot strap as it was, into the loader in ROM
            self.loader.after = self.loader.back_to_rom
        return DONE

    def _erase_flash(self, _body: bytes, _check: int) -> Result:
        self.loader.time = self._flash.erase_all(self.loader.time)
        return DONE

    def _erase_region(self, body: bytes, _check: int) -> Result:
        at, n = self.words(body, 2)
        if at % SECTOR or n % SECTOR:
            raise Refusal(self.BAD_LENGTH)
        if at + n > self._flash.size:
            raise Refusal(self.FAILED)
        self.loader.time = self._flash.erase(at, n, self.loader.time)
        return DONE

    def _run(self, _body: bytes, _check: int) -> Result:
        self.loader.leave()
        return DONE

    def _read(self, body: bytes, _check: int) -> Result:
        at, n, piece, _in_flight = self.words(body, 4)
        if not 0 < piece <= SECTOR:
            raise Refusal(self.BAD_LENGTH)
        self.loader.after = lambda: self._send_flash(at, n, piece)
        return DONE

    def _send_flash(self, at: int, n: int, piece: int) -> None:
        """Piece after piece, each when the one before was acknowledged, and the MD5 of all at the end."""
        digest = md5()
        sent = 0

        def go_on() -> None:
            nonlocal sent
            data = self._flash.file.read(at + sent, min(piece, n - sent))
            digest.update(data)
            sent += len(data)
            self.loader.time += self.clock.read_s(len(data))
            self.loader.send(data)

        def acknowledged(frame: bytes) -> None:
            received = int.from_bytes(frame, "little")
            if len(frame) == 4 and received < n:
                go_on()
                return
            self.loader.take_frame = None
            self.loader.send(digest.digest())

        self.loader.take_frame = acknowledged
        go_on()
