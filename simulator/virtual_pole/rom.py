"""The chip's ROM at reset: reads the boot strap, checks the bootloader's image, and prints its log."""

from __future__ import annotations

from hashlib import sha256

from simulator.virtual_pole.chips import ESP32, FLASH_ENCRYPTION, SECURE_BOOT, ChipKind
from simulator.virtual_pole.flash_file import FlashFile

BROWNOUT = b"\r\nBrownout detector was triggered\r\n\r\n"  # what ESP-IDF says before it resets the chip
_MAGIC = 0xE9
_HEADER, _SEGMENT = 24, 8  # bytes, the extended header included
_CHECKSUM_SEED = 0xEF
_LARGEST = 0x80000  # bytes: no second-stage bootloader is this long


def boot_log(kind: ChipKind, download: bool) -> bytes:
    """What a chip prints as it comes out of reset, into its loader or to what is in the flash."""
    mode = kind.download_boot if download else kind.flash_boot
    waiting = "waiting for download\r\n" if download else ""
    return f"{kind.greeting}{kind.power_on},{mode}\r\n{waiting}".encode()


def load_log(kind: ChipKind, flash: FlashFile) -> bytes:
    """What it prints while it loads the bootloader in *flash*, which is sound."""
    header = flash.read(kind.bootloader_at, _HEADER)
    lines = (
        ["configsip: 0, SPIWP:0xee", "mode:DIO, clock div:2"]
        if kind is ESP32
        else ["SPIWP:0xee", "mode:DIO, clock div:1"]
    )
    at = kind.bootloader_at + _HEADER
    for _ in range(header[1]):
        segment = flash.read(at, _SEGMENT)
        address, length = (int.from_bytes(word, "little") for word in (segment[:4], segment[4:]))
        lines.append(f"load:{address:#010x},len:{length}")
        at += _SEGMENT + length
    lines.append(f"entry {int.from_bytes(header[4:8], 'little'):#010x}")
    return "".join(f"{line}\r\n" for line in lines).encode()


def bootloader_problem(kind: ChipKind, flash: FlashFile, security: frozenset[str]) -> str | None:
    """Why the ROM does not start what is in the flash, as it would print it; None: it is sound.

    The format is that of ESP-IDF ("App image format"): header, segments, an XOR of all their bytes at the end of a
    16-byte line, and where the header says so a SHA-256 of everything.
    """
    header = flash.read(kind.bootloader_at, _HEADER)
    word = int.from_bytes(header[:4], "little")
    if FLASH_ENCRYPTION in security:  # a loader wrote it unencrypted, so it decrypts to random bytes
        word ^= 0x5DB75DB7
        return f"invalid header: 0x{word:08x}"
    if header[0] != _MAGIC or not 0 < header[1] <= 16:
        return f"invalid header: 0x{word:08x}"
    if int.from_bytes(header[12:14], "little") != kind.image_id:
        return f"invalid chip id: {int.from_bytes(header[12:14], 'little')}, expected {kind.image_id}"
    if SECURE_BOOT in security:  # only its maker could have signed it
        return "secure boot check fail"
    at = kind.bootloader_at + _HEADER
    folded = _CHECKSUM_SEED
    for _ in range(header[1]):
        length = int.from_bytes(flash.read(at + 4, 4), "little")
        at += _SEGMENT
        if length > _LARGEST:
            return f"invalid segment length 0x{length:x}"
        folded ^= xor_bytes(flash.read(at, length))
        at += length
    at = (at - kind.bootloader_at) // 16 * 16 + 15 + kind.bootloader_at
    stored = flash.read(at, 1)[0]
    if stored != folded:
        return f"csum err:0x{folded:02x}!=0x{stored:02x}"
    end = at + 1
    image = flash.read(kind.bootloader_at, end - kind.bootloader_at)
    if header[23] and sha256(image).digest() != flash.read(end, 32):
        return "SHA-256 comparison failed"
    return None


def xor_bytes(data: bytes) -> int:
    """The XOR of all bytes of *data*, by halves, so that it takes no loop over them."""
    width = 1
    while width < len(data):
        width *= 2
    value = int.from_bytes(data, "little")
    while width > 1:
        width //= 2
        value = value >> 8 * width ^ value & (1 << 8 * width) - 1
    return value
