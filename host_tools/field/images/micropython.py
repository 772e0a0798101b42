"""A MicroPython image as micropython.org offers it: one file with bootloader, partition table and MicroPython itself.

Which version it is and which .mpy files it loads are read from MicroPython's own `sys.implementation`, which is a
constant in it.
"""

from __future__ import annotations

import hashlib
import re
import struct
from dataclasses import dataclass

from host_tools.field.images import esp_image, partitions, stand_in
from host_tools.field.images.esp_image import EspImage, ImageError

OLDEST = (1, 22)
_BANNER = re.compile(rb"MicroPython (v(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?[-.0-9A-Za-z]{0,40}) on (\d{4}-\d\d-\d\d)")
_MPY_SINCE = (((1, 23), (6, 3)), ((1, 22), (6, 2)))  # by MicroPython's own list of releases


@dataclass(frozen=True)
class MicroPython:
    """*chip* it is for, *version* such as v1.24.1, *mpy* the (version, sub-version) of the .mpy files it loads.

    *bootloader* and *app* are the images in it, *sha256* that of the whole file (hexadecimal).  *practice*: it is a
    stand-in, which no chip can run.
    """

    chip: str
    version: str
    mpy: tuple[int, int]
    bootloader: bytes
    app: bytes
    sha256: str
    practice: bool = False


def read(data: bytes, what: str) -> MicroPython:
    """The MicroPython image *data*, called *what* in errors.

    Raises ImageError where it is damaged, no such image, or older than 1.22.
    """
    bootloader = esp_image.read(data, what)
    start = partitions.BOOTLOADER_OFFSETS[bootloader.chip]
    at = partitions.OFFSET - start
    if bootloader.size > at:
        raise ImageError(
            f"{what} is MicroPython alone, without bootloader: take the .bin of the board from micropython.org"
        )
    if len(data) < at + partitions.ROOM:
        raise ImageError(f"{what} is cut short: it has {len(data)} bytes and ends before its partition table")
    table = partitions.decode(data[at : at + partitions.ROOM], f"the partition table of {what}")
    slot = partitions.first_app(table) if any(p.is_app for p in table.values()) else None
    if slot is None or len(data) <= slot.offset - start:
        raise ImageError(f"{what} is cut short: it has {len(data)} bytes and ends before MicroPython itself")
    if slot.offset < partitions.OFFSET:
        raise ImageError(f"{what} is damaged: MicroPython would stand before its partition table")
    image = esp_image.read(data, what, slot.offset - start)
    app = data[slot.offset - start :][: image.size]
    if image.chip != bootloader.chip:
        raise ImageError(f"{what} is damaged: its bootloader is for {bootloader.chip}, MicroPython for {image.chip}")
    version, numbers = _version(app, what)
    return MicroPython(
        chip=image.chip,
        version=version,
        mpy=_mpy(app, image, numbers),
        bootloader=data[: bootloader.size],
        app=app,
        sha256=hashlib.sha256(data).hexdigest(),
        practice=stand_in.MARK in app,
    )


def _version(app: bytes, what: str) -> tuple[str, tuple[int, int, int]]:
    banner = _BANNER.search(app)
    if banner is None:
        raise ImageError(f"{what} holds no MicroPython: there is no version of it in there")
    version = banner[1].decode()
    numbers = (int(banner[2]), int(banner[3]), int(banner[4] or 0))
    if numbers[:2] < OLDEST:
        raise ImageError(f"{what} is MicroPython {version} and must be v{OLDEST[0]}.{OLDEST[1]} or newer")
    return version, numbers


def _mpy(app: bytes, image: EspImage, numbers: tuple[int, int, int]) -> tuple[int, int]:
    """The .mpy version in `sys.implementation`, else the one that releases of that version have.

    The constant is a tuple of (name, version, machine, _mpy ...): where the tuple with the version's numbers is
    known, the tuple that points at it is the right one.  Small integers are shifted by one, with the lowest bit set.
    """
    version = struct.pack("<4I", 4, *(2 * number + 1 for number in numbers))
    for segment in image.segments:
        end = segment.offset + segment.size
        at = app.find(version, segment.offset, end)
        if at < 0:
            continue
        pointer = struct.pack("<I", segment.address + at - 4 - segment.offset)  # a tuple begins with its type
        user = app.find(pointer, segment.offset, end - 12)
        while user >= 0:
            (word,) = struct.unpack_from("<I", app, user + 8)
            if word & 1 and 0 < (word >> 1 & 0xFF) < 32:
                return word >> 1 & 0xFF, word >> 9 & 3
            user = app.find(pointer, user + 4, end - 12)
    return next(mpy for since, mpy in _MPY_SINCE if numbers[:2] >= since)
