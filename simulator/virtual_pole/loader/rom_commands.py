"""The loader in the chip's ROM: it erases before it takes data, and answers a block when that is programmed.

What it does not know it refuses eight times, under another number than the command's, and the flash answers nothing
before it is attached (Espressif: esptool's loader.py, `command` and `flash_spi_attach`; cmds.py, `attach_flash`).
"""

from __future__ import annotations

import zlib

from simulator.virtual_pole.chips import security_info
from simulator.virtual_pole.loader import protocol
from simulator.virtual_pole.loader.commands import DONE, Commands, Result
from simulator.virtual_pole.loader.protocol import Refusal, Stay

_SYNC_VALUE = 0x20120707  # any but zero: zero says that a stub answers
_SLOW_READ = 64  # bytes
# The ESP32-S3's ROM does not start code in RAM when secure boot is on; esptool puts the stub's address into this
# pointer of the ROM's and has it read the flash.
_READ_POINTER = 0x3FCEF688


class RomCommands(Commands):
    STATUS_BYTES = 4
    BAD_LENGTH = UNKNOWN = 0x0105
    FAILED = 0x0106
    BAD_CHECKSUM = 0x0107
    BAD_DEFLATE = 0x010B
    REFUSALS = 8
    ALLOWED_WHEN_SECURED = frozenset(
        {
            protocol.SYNC,
            protocol.FLASH_BEGIN,
            protocol.FLASH_DATA,
            protocol.FLASH_END,
            protocol.FLASH_DEFL_BEGIN,
            protocol.FLASH_DEFL_DATA,
            protocol.FLASH_DEFL_END,
            protocol.SPI_ATTACH,
            protocol.SPI_SET_PARAMS,
            protocol.CHANGE_BAUDRATE,
            protocol.GET_SECURITY_INFO,
        }
    )

    def __init__(self, loader: Stay) -> None:
        super().__init__(loader)
        self._at = 0
        self._left = 0
        self._attached = False
        self._begin_words = 5 if loader.kind.tells_security else 4  # newer chips are told whether data is encrypted
        self._inflate = zlib.decompressobj()
        self.table |= {
            protocol.SPI_ATTACH: self._attach,
            protocol.FLASH_BEGIN: self._begin,
            protocol.FLASH_DATA: self._data,
            protocol.FLASH_END: self._end,
            protocol.FLASH_DEFL_BEGIN: self._begin,
            protocol.FLASH_DEFL_DATA: self._compressed_data,
            protocol.FLASH_DEFL_END: self._end,
            protocol.READ_FLASH_SLOW: self._read_slow,
        }
        if loader.kind.tells_security:
            self.table[protocol.GET_SECURITY_INFO] = self._security

    @property
    def unfinished(self) -> bool:
        return self._left > 0

    def _sync(self, body: bytes, check: int) -> Result:
        super()._sync(body, check)
        return _SYNC_VALUE, b""

    def _security(self, _body: bytes, _check: int) -> Result:
        return 0, security_info(self.loader.kind, self.loader.security)

    def digest(self, digest: bytes) -> bytes:
        return digest.hex().encode()

    def _attach(self, body: bytes, _check: int) -> Result:
        self.words(body, 2)  # the stub takes one word
        self._attached = True
        return DONE

    def _need_flash(self) -> None:
        if not self._attached:
            raise Refusal(self.FAILED)

    def _flash_md5(self, body: bytes, check: int) -> Result:
        self._need_flash()
        return super()._flash_md5(body, check)

    def _begin(self, body: bytes, _check: int) -> Result:
        if len(body) != 4 * self._begin_words:
            raise Refusal(self.BAD_LENGTH)
        self._need_flash()
        size, _blocks, _block_size, at = self.words(body, 4)
        if at + size > self.loader.flash.size:
            raise Refusal(self.FAILED)
        self._at, self._left = at, size
        self._inflate = zlib.decompressobj()
        self.loader.time = self.loader.flash.erase(at, size, self.loader.time)
        return DONE

    def _data(self, body: bytes, check: int) -> Result:
        self._program(self.block(body, check))
        return DONE

    def _compressed_data(self, body: bytes, check: int) -> Result:
        try:
            self._program(self._inflate.decompress(self.block(body, check)))
        except zlib.error:
            raise Refusal(self.BAD_DEFLATE) from None
        return DONE

    def _program(self, data: bytes) -> None:
        data = data[: self._left]  # what pads the last block is no data
        if data:
            self.loader.time = self.loader.flash.program(self._at, data, self.loader.time)
        self._at += len(data)
        self._left -= len(data)
        if self._inflate.eof:  # esptool gives the size rounded up
            self._left = 0

    def _end(self, _body: bytes, _check: int) -> Result:
        self.loader.leave()  # whether it says "reboot" or "run": what is in the flash starts
        return DONE

    def _read_slow(self, body: bytes, _check: int) -> Result:
        at, n = self.words(body, 2)
        if self.loader.registers.read(_READ_POINTER):
            self.loader.start_stub()
        else:
            self._need_flash()
        return 0, self.loader.flash.file.read(at, min(n, _SLOW_READ)).ljust(_SLOW_READ, b"\0")
