"""Register addresses and numbers of each chip, for the loader.

Addresses are those of the technical reference manuals (eFuse controller, SPI0/1, RTC control) of each chip.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Facts:
    """Register addresses of one kind of chip."""

    name: str  # as board files write it
    mac: int  # eFuse word with the lower half of the MAC; the upper 16 bits stand in the next one
    spi: int  # the flash's SPI controller
    user: int  # and from there its registers: USER, USER2, MISO_DLEN, W0
    user2: int
    miso: int
    w0: int
    bootloader: int  # offset in flash that the ROM starts from
    watchdogs: tuple[int, int, int, int] | None = None  # RTC: WDTCONFIG0, WDTWPROTECT, SWD_CONF, SWD_WPROTECT


ESP32 = Facts("esp32", 0x3FF5A004, 0x3FF42000, 0x1C, 0x24, 0x2C, 0x80, 0x1000)
_C3 = Facts(
    "esp32c3", 0x60008844, 0x60002000, 0x18, 0x20, 0x28, 0x58, 0x0, (0x60008090, 0x600080A8, 0x600080AC, 0x600080B0)
)
_S3 = Facts(
    "esp32s3", 0x60007044, 0x60002000, 0x18, 0x20, 0x28, 0x58, 0x0, (0x60008098, 0x600080B0, 0x600080B4, 0x600080B8)
)

FACTS = {facts.name: facts for facts in (ESP32, _C3, _S3)}

# what GET_SECURITY_INFO calls a chip; those that Diya does not run on are there to be named
IDS = {
    2: "esp32s2", 5: "esp32c3", 9: "esp32s3", 12: "esp32c2", 13: "esp32c6", 16: "esp32h2", 18: "esp32p4",
    20: "esp32c61", 23: "esp32c5",
}  # fmt: skip

MAGIC_AT = 0x40001000  # chips that have no such number have a word of their own here
MAGIC = {0x00F01D83: "esp32", 0xFFF0C101: "esp8266", 0x000007C6: "esp32s2"}


def flash_bytes(identity: int) -> int:
    """Size by what a flash chip answers to READ ID (0x9F), 24 bits, maker in the lowest; 0 where it does not tell."""
    code = identity >> 16 & 0xFF
    if identity & 0xFF == 0x1F:  # Adesto counts in its second byte, from 32 KiB
        return 1 << 15 + (identity >> 8 & 0x1F)
    if 0x12 <= code <= 0x1C:
        return 1 << code
    if 0x20 <= code <= 0x22:  # above 32 MiB some makers count on from here
        return 1 << code - 0x20 + 26
    if 0x32 <= code <= 0x3A:
        return 1 << code - 0x20
    return 0
