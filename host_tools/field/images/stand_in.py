"""A stand-in for micropython.org's image of a chip, for use without a network: valid in every part, but no program.

All checks of an image find what they find in a real one: bootloader, partition table and application at their places,
the version, the constant `sys.implementation`, and bytes that compress as well.  The virtual pole runs the real
MicroPython virtual machine instead.  A chip cannot run it: it contains ``MARK``, by which `micropython.read` recognises
it.
"""

from __future__ import annotations

import hashlib
import struct

from host_tools.field.images import esp_image, partitions
from host_tools.field.images.partitions import Partition

# where the chip sees read-only data of an application (32 bytes into a page), and its instruction RAM
_RODATA = {"esp32": 0x3F400020, "esp32s3": 0x3C000020, "esp32c3": 0x3C000020}
_RAM = {"esp32": 0x40080000, "esp32s3": 0x40374000, "esp32c3": 0x40380000}
_NAMES = {"esp32": "Generic ESP32 module with ESP32", "esp32s3": "Generic ESP32S3 module with ESP32S3",
          "esp32c3": "ESP32C3 module with ESP32C3"}  # fmt: skip
_NATIVE = {"esp32": 10, "esp32s3": 10, "esp32c3": 11}  # as .mpy files number machine code: xtensawin, rv32imc
MARK = b"diya: a stand-in for practice; there is no MicroPython in here"
_BOOTLOADER = 24 * 1024  # bytes of it, about


def stand_in_image(
    chip: str, size: int = 1_700_000, version: str = "1.24.1", mpy: tuple[int, int] = (6, 3), flash_mb: int = 4
) -> bytes:
    """An image for *chip* of about *size* bytes, the same ones each time; they compress about 1.6 to 1.

    It says that it is MicroPython *version*, loads .mpy files of version *mpy*, and is made for *flash_mb* MB.
    """
    start = partitions.BOOTLOADER_OFFSETS[chip]
    table = {
        "nvs": Partition("nvs", 1, 2, 0x9000, 0x6000),
        "phy_init": Partition("phy_init", 1, 1, 0xF000, 0x1000),
        "factory": Partition("factory", 0, 0, 0x10000, 0x1F0000),
        "vfs": Partition("vfs", 1, 0x81, 0x200000, 0x200000),
    }
    ram = _RAM[chip]
    bootloader = esp_image.build(chip, flash_mb, ram, [(ram, _filler(f"{chip} bootloader", _BOOTLOADER))])
    room = max(4096, size - (0x10000 - start) - 4096)
    rodata = _implementation(chip, version, mpy) + _filler(f"{chip} {version}", room)
    app = esp_image.build(chip, flash_mb, ram, [(_RODATA[chip], rodata), (ram, _filler(f"{chip} ram", 2048))])
    head = bootloader.ljust(partitions.OFFSET - start, b"\xff") + partitions.encode(table)
    return head.ljust(table["factory"].offset - start, b"\xff") + app


def _implementation(chip: str, version: str, mpy: tuple[int, int]) -> bytes:
    """What `sys.implementation` is made of, as the compiler lays it out: strings, the version's tuple, its own."""
    numbers = [int(part) for part in version.partition("-")[0].split(".")]
    text = f"3.4.0; MicroPython v{version} on 2024-11-29\0{_NAMES[chip]}\0".encode()
    text += MARK
    text += bytes(-len(text) % 4)
    here = _RODATA[chip] + len(text)
    tuple_type, small, name = _RODATA[chip] + 0x8000, 2, 1 << 3 | 2
    inner = [tuple_type, 4, *(2 * number + 1 for number in (*numbers, 0, 0)[:3]), name]
    header = mpy[0] | (mpy[1] | _NATIVE[chip] << 2) << 8
    outer = [tuple_type, 4, 9 << 3 | small, here, _RODATA[chip], 2 * header + 1]
    words = inner + outer
    return text + struct.pack(f"<{len(words)}I", *words)


def _filler(seed: str, n: int) -> bytes:
    """*n* random bytes, each of them one of 27 values."""
    return hashlib.shake_128(seed.encode()).digest(n).translate(bytes(0x40 + byte % 27 for byte in range(256)))
