"""The kinds of chip: the identity of their ROM, and the registers that a loader reads.

Addresses and bits are those of the chips' technical reference manuals (Espressif: "eFuse Controller", "SPI Controller",
"UART Controller").
"""

from __future__ import annotations

from typing import NamedTuple

MAGIC_REGISTER = 0x40001000  # a word of ROM that differs from chip to chip

FLASH_ENCRYPTION, SECURE_BOOT, SECURE_DOWNLOAD = "flash-encryption", "secure-boot", "secure-download"
SECURITY = (FLASH_ENCRYPTION, SECURE_BOOT, SECURE_DOWNLOAD)


class ChipKind(NamedTuple):
    """One kind of chip, with the flash its usual module carries."""

    name: str
    image_id: int  # in the header of the images made for it
    tells_security: bool  # whether its ROM supports GET_SECURITY_INFO
    magic: int
    bootloader_at: int
    flash_mib: int
    can_shut_loader: bool  # secured, it has no loader at all, where newer chips keep one that only writes
    spi: int  # base of the SPI controller the flash is at
    spi_user2: int  # offsets in it: the opcode, and the first data word
    spi_data: int
    spi_address_shift: int  # where the 24 address bits begin in their register
    uart_divider: int
    watchdog: int | None  # the register whose top bit starts the RTC watchdog, where a loader uses it
    greeting: str  # what the ROM prints first, up to the reset cause
    power_on: str
    flash_boot: str
    download_boot: str


ESP32 = ChipKind(
    name="esp32",
    image_id=0,
    tells_security=False,
    magic=0x00F01D83,
    bootloader_at=0x1000,
    flash_mib=4,
    can_shut_loader=True,
    spi=0x3FF42000,
    spi_user2=0x24,
    spi_data=0x80,
    spi_address_shift=8,
    uart_divider=0x3FF40014,
    watchdog=None,
    greeting="ets Jul 29 2019 12:21:46\r\n\r\n",
    power_on="rst:0x1 (POWERON_RESET)",
    flash_boot="boot:0x13 (SPI_FAST_FLASH_BOOT)",
    download_boot="boot:0x3 (DOWNLOAD_BOOT(UART0/UART1/SDIO_REI_REO_V2))",
)
ESP32S3 = ChipKind(
    name="esp32s3",
    image_id=9,
    tells_security=True,
    magic=0x00000009,
    bootloader_at=0x0,
    flash_mib=8,
    can_shut_loader=False,
    spi=0x60002000,
    spi_user2=0x20,
    spi_data=0x58,
    spi_address_shift=0,
    uart_divider=0x60000014,
    watchdog=0x60008098,
    greeting="ESP-ROM:esp32s3-20210327\r\nBuild:Mar 27 2021\r\n",
    power_on="rst:0x1 (POWERON)",
    flash_boot="boot:0x8 (SPI_FAST_FLASH_BOOT)",
    download_boot="boot:0x0 (DOWNLOAD(USB/UART0))",
)
ESP32C3 = ChipKind(
    name="esp32c3",
    image_id=5,
    tells_security=True,
    magic=0x1B31506F,
    bootloader_at=0x0,
    flash_mib=4,
    can_shut_loader=False,
    spi=0x60002000,
    spi_user2=0x20,
    spi_data=0x58,
    spi_address_shift=0,
    uart_divider=0x60000014,
    watchdog=0x60008090,
    greeting="ESP-ROM:esp32c3-api1-20210207\r\nBuild:Feb  7 2021\r\n",
    power_on="rst:0x1 (POWERON)",
    flash_boot="boot:0xd (SPI_FAST_FLASH_BOOT)",
    download_boot="boot:0x5 (DOWNLOAD(USB/UART0/1))",
)
CHIPS = {kind.name: kind for kind in (ESP32, ESP32S3, ESP32C3)}


def registers(kind: ChipKind, mac: bytes, security: frozenset[str]) -> dict[int, int]:
    """What is in the chip's registers at power-on, eFuses included, of a chip with the station address *mac*."""
    return _esp32(mac, security) if kind is ESP32 else _newer(kind, mac, security)


def _esp32(mac: bytes, security: frozenset[str]) -> dict[int, int]:
    efuse = 0x3FF5A000
    encrypted = FLASH_ENCRYPTION in security
    return {
        MAGIC_REGISTER: ESP32.magic,
        efuse + 0x00: 1 << 20 | 1 << 16 if encrypted else 0,  # FLASH_CRYPT_CNT is odd, the key read-protected
        efuse + 0x04: int.from_bytes(mac[2:], "big"),
        efuse + 0x08: int.from_bytes(mac[:2], "big") | _crc8(mac) << 16,
        efuse + 0x0C: 1 << 15 | 1 << 13 | 1 << 9,  # revision bit 0, rated for 240 MHz, package D0WD
        efuse + 0x10: 64,  # the ROM's idea of its 8 MHz clock, with the calibration below: a crystal of 40 MHz exactly
        efuse + 0x14: 1 << 24 | 1 << 20,  # minor revision 1, revision bit 1
        efuse + 0x18: (1 << 7 if encrypted else 0) | (1 << 5 if SECURE_BOOT in security else 0),
        0x3FF6607C: 1 << 31,  # revision bit 2: with the other two, v3.1
        0x3FF5F06C: 1600 << 7,
    }


def _newer(kind: ChipKind, mac: bytes, security: frozenset[str]) -> dict[int, int]:
    efuse = 0x60007000 if kind is ESP32S3 else 0x60008800
    minor = 2 if kind is ESP32S3 else 4
    encrypted = FLASH_ENCRYPTION in security
    return {
        MAGIC_REGISTER: kind.magic,
        efuse + 0x34: 4 << 24 | 1 << 18 if encrypted else 0,  # key 0 is for XTS-AES-128, SPI_BOOT_CRYPT_CNT is odd
        efuse + 0x38: 1 << 20 if SECURE_BOOT in security else 0,
        efuse + 0x30: 1 << 20 if encrypted else 0,  # no encryption by the loader
        efuse + 0x44: int.from_bytes(mac[2:], "big"),
        efuse + 0x48: int.from_bytes(mac[:2], "big"),
        efuse + 0x50: minor << 18,
    }


def security_info(kind: ChipKind, security: frozenset[str]) -> bytes:
    """The 20 bytes of GET_SECURITY_INFO: flags, encryption count, purposes of the keys, chip and API version."""
    flags = (1 if SECURE_BOOT in security else 0) | (4 if SECURE_DOWNLOAD in security else 0)
    encrypted = FLASH_ENCRYPTION in security
    purposes = bytes([4 if encrypted else 0, 9 if SECURE_BOOT in security else 0, 0, 0, 0, 0, 0])
    return (
        flags.to_bytes(4, "little")
        + bytes([1 if encrypted else 0])
        + purposes
        + kind.image_id.to_bytes(4, "little")
        + (0).to_bytes(4, "little")
    )


def _crc8(mac: bytes) -> int:
    """The check byte beside the address in the ESP32's eFuses (Dallas/Maxim CRC-8)."""
    crc = 0
    for byte in mac:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x8C if crc & 1 else 0)
    return crc
