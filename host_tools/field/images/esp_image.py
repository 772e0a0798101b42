"""An ESP image (bootloader or application): read and checked as the chip's ROM does it, and its flash size set.

Layout, from Espressif's "Firmware Image Format": 8 bytes of header, 16 of extended header, segments of (address,
length, data), zeros up to the last byte of a 16-byte line, a checksum byte there (XOR of all segment data and 0xEF),
and, where the header says so, the SHA-256 of everything before it.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from functools import reduce
from operator import xor

from host_tools.errors import DiyaError

MAGIC = 0xE9
CHIP_IDS = {"esp32": 0, "esp32c3": 5, "esp32s3": 9}
FLASH_SIZES = {1: 0, 2: 1, 4: 2, 8: 3, 16: 4}  # MB: upper half of header byte 3

_HEADER = struct.Struct("<BBBBI")
_EXTENDED = struct.Struct("<BBBBHBHHBBBBB")
_SEGMENT = struct.Struct("<II")
_CHECKSUM_SEED = 0xEF
_DIGEST = 32  # bytes
_LINE = 16
_MOST_SEGMENTS = 16


class ImageError(DiyaError):
    """An image for the chip is damaged, cut short, or no such image."""

    code = 7


class TooLarge(ImageError):
    """Something does not fit into its place on the flash."""

    code = 9


class WrongChip(ImageError):
    """An image is for another chip than the board has."""

    code = 4


@dataclass(frozen=True)
class Segment:
    """*size* bytes of the file from *offset* on, which the chip sees at *address*."""

    address: int
    offset: int
    size: int


@dataclass(frozen=True)
class EspImage:
    """A sound image: *chip* it is for, *size* in bytes with checksum and digest, its *segments*."""

    chip: str
    flash_mb: int
    segments: tuple[Segment, ...]
    size: int
    hashed: bool


def read(data: bytes, what: str, start: int = 0) -> EspImage:
    """The image at byte *start* of *data*, called *what* in errors; what follows it is no matter.  Raises ImageError.

    Offsets in it count from its own first byte.
    """
    magic, count, _mode, size_and_speed, _entry = _HEADER.unpack(_part(data, start, _HEADER.size, what))
    if magic != MAGIC:
        raise ImageError(f"{what} is no ESP image: byte {start} must be 0xe9 and is {data[start]:#04x}")
    at = start + _HEADER.size
    extended = _EXTENDED.unpack(_part(data, at, _EXTENDED.size, what))
    chips = {number: chip for chip, number in CHIP_IDS.items()}
    if extended[4] not in chips:
        raise WrongChip(f"{what} is for the chip with number {extended[4]} and must be for {', '.join(CHIP_IDS)}")
    sizes = {number: mb for mb, number in FLASH_SIZES.items()}
    if not 0 < count <= _MOST_SEGMENTS or size_and_speed >> 4 not in sizes:
        raise ImageError(f"{what} is damaged: its header makes no sense")
    at += _EXTENDED.size
    segments = []
    checksum = _CHECKSUM_SEED
    for _ in range(count):
        address, size = _SEGMENT.unpack(_part(data, at, _SEGMENT.size, what))
        at += _SEGMENT.size
        checksum ^= _folded(_part(data, at, size, what))
        segments.append(Segment(address, at - start, size))
        at += size
    end = at + _LINE - (at - start) % _LINE
    if _part(data, end - 1, 1, what)[0] != checksum:
        raise ImageError(f"{what} is damaged: its checksum is not that of its data")
    hashed = bool(extended[-1])
    if hashed and hashlib.sha256(data[start:end]).digest() != _part(data, end, _DIGEST, what):
        raise ImageError(f"{what} is damaged: its SHA-256 is not that of its data")
    total = end - start + (_DIGEST if hashed else 0)
    return EspImage(chips[extended[4]], sizes[size_and_speed >> 4], tuple(segments), total, hashed)


def with_flash_size(data: bytes, mb: int) -> bytes:
    """The image *data*, saying that the flash has *mb* MB; its digest is that of what it says now.

    So esptool need not change it on the way, and what was written can be compared with what is in the flash.
    """
    image = read(data, "the image")
    out = bytearray(data[: image.size])
    out[3] = FLASH_SIZES[mb] << 4 | out[3] & 0x0F
    if image.hashed:
        out[-_DIGEST:] = hashlib.sha256(out[:-_DIGEST]).digest()
    return bytes(out)


def build(chip: str, flash_mb: int, entry: int, segments: list[tuple[int, bytes]]) -> bytes:
    """An image of *segments* (address, data), with checksum and digest."""
    speed = 0x0F  # 80 MHz
    out = bytearray(_HEADER.pack(MAGIC, len(segments), 2, FLASH_SIZES[flash_mb] << 4 | speed, entry))
    out += _EXTENDED.pack(0xEE, 0, 0, 0, CHIP_IDS[chip], 0, 0, 0xFFFF, 0, 0, 0, 0, 1)
    checksum = _CHECKSUM_SEED
    for address, data in segments:
        out += _SEGMENT.pack(address, len(data)) + data
        checksum ^= _folded(data)
    out += bytes(_LINE - 1 - len(out) % _LINE) + bytes((checksum,))
    return bytes(out) + hashlib.sha256(out).digest()


def _part(data: bytes, at: int, n: int, what: str) -> bytes:
    if at + n > len(data):
        raise ImageError(f"{what} is cut short: it has {len(data)} bytes and must have {at + n} at least")
    return data[at : at + n]


def _folded(data: bytes) -> int:
    """XOR of all bytes of *data*: halves are laid over each other as numbers, which is much faster than one by one."""
    while len(data) > 64:
        half = (len(data) + 1) // 2
        both = int.from_bytes(data[:half], "little") ^ int.from_bytes(data[half:], "little")
        data = both.to_bytes(half, "little")
    return reduce(xor, data, 0)
