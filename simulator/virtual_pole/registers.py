"""The chip's registers as a loader reads and writes them, with the SPI controller that asks the flash chip things."""

from __future__ import annotations

from simulator.virtual_pole.chips import ChipKind

_WINBOND = 0xEF
_SERIAL_NOR = 0x40
_RUN = 1 << 18  # of the controller's command register: do what the user registers say
_COMMAND, _ADDRESS = 0x00, 0x04  # offsets in the controller
_READ_ID, _READ_SFDP = 0x9F, 0x5A
_SFDP_SIGNATURE, _SFDP_VENDOR = 0x50444653, 0x10  # "SFDP" at address 0, the vendor's number here


class Registers:
    """Words by address; what is not known reads as zero and keeps what is written."""

    def __init__(self, kind: ChipKind, words: dict[int, int], flash_bytes: int) -> None:
        self._kind = kind
        self._words = dict(words)
        # JEDEC id as the controller receives it, first byte lowest: vendor, type, size as a power of two
        self._flash_id = _WINBOND | _SERIAL_NOR << 8 | (flash_bytes.bit_length() - 1) << 16

    def read(self, address: int) -> int:
        return self._words.get(address, 0)

    def write(self, address: int, value: int, mask: int) -> None:
        value = value & mask | self._words.get(address, 0) & ~mask
        if address == self._kind.spi + _COMMAND:
            if value & _RUN:
                self._words[self._kind.spi + self._kind.spi_data] = self._ask_flash()
            return  # done at once: the bit reads as zero again
        self._words[address] = value & 0xFFFFFFFF

    def _ask_flash(self) -> int:
        opcode = self.read(self._kind.spi + self._kind.spi_user2) & 0xFF
        if opcode == _READ_ID:
            return self._flash_id
        if opcode == _READ_SFDP:
            at = self.read(self._kind.spi + _ADDRESS) >> self._kind.spi_address_shift
            return {0: _SFDP_SIGNATURE, _SFDP_VENDOR: _WINBOND}.get(at, 0)
        return 0  # status registers: idle, nothing protected; commands without an answer
