"""LittleFS images: `vfs` with a pole's files, as stock MicroPython makes and mounts it, and an empty `data`.

Both partitions have the same geometry: the defaults of MicroPython's VfsLfs2, which pole/drivers/flash/storage.py
names. An image ends with the last block in use: the blocks behind it are not read before they are erased and written.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from littlefs import LittleFS, LittleFSError, UserContext

from host_tools.field.images.esp_image import TooLarge

BLOCK = 4096
_UNIT = 32  # bytes read, programmed and looked ahead at once
_CACHE = 4 * _UNIT  # fixed in VfsLfs2, as the next
_CYCLES = 100


def image_of(files: Mapping[str, bytes], size: int) -> bytes:
    """A file system of *size* bytes with *files*, by name or path; the same bytes for the same files.

    It is made on as few blocks as possible and then set to its real size, so the blocks in use are the first ones.
    Raises TooLarge where they do not fit.
    """
    blocks = size // BLOCK
    made = _made(files, blocks, blocks)
    if made is None:
        total = sum(map(len, files.values()))
        raise TooLarge(f"the pole's files have {total} bytes and do not fit into a file system of {size}")
    for count in range(made[1], blocks):
        smaller = _made(files, count, blocks)
        if smaller is not None:
            made = smaller
            break
    return made[0]


def empty(size: int) -> bytes:
    """An empty file system of *size* bytes: its first two blocks."""
    return image_of({}, size)


class _Memory(UserContext):
    """The blocks, without the line that the base class logs of each of its 150,000 reads: twice as fast."""

    def read(self, cfg: Any, block: int, off: int, size: int) -> bytearray:
        at = block * BLOCK + off
        return self.buffer[at : at + size]


def _spread(files: Mapping[str, bytes]) -> list[tuple[str, bytes]]:
    """The blocks of *files* in the order in which they are written, those of a large one far from each other.

    A block of a large file takes longer on the line than in the chip, one of a small file, which is nearly empty, takes
    longer in the chip.  Where they alternate, neither waits for the other while the image is flashed.
    """
    pieces = []
    for number, (name, data) in enumerate(sorted(files.items())):
        count = max(1, -(-len(data) // BLOCK))
        for block in range(count):
            place = (block + 0.5) / count if count > 1 else (number + 0.5) / len(files)
            pieces.append((place, name, block, data[block * BLOCK : (block + 1) * BLOCK]))
    return [(name, piece) for _, name, _, piece in sorted(pieces)]


def _made(files: Mapping[str, bytes], count: int, blocks: int) -> tuple[bytes, int] | None:
    """The file system made on *count* blocks and set to *blocks*, and how many are used.

    None where *files* do not fit.
    """
    context = _Memory(count * BLOCK)
    little = _little(context, count)
    try:
        little.format()
        little.mount()
        for folder in sorted({name.rpartition("/")[0] for name in files} - {""}):
            little.makedirs(folder)
        with ExitStack() as open_files:
            handles = {name: open_files.enter_context(little.open(name, "wb")) for name in sorted(files)}
            for name, piece in _spread(files):
                handles[name].write(piece)
        little = _packed(little, context, count)
        used = little.used_block_count
        if count < blocks:
            little.fs_grow(blocks)
        little.unmount()
    except LittleFSError as error:
        if error.code == LittleFSError.Error.LFS_ERR_NOSPC:
            return None
        raise
    data = bytes(context.buffer)
    end = len(data.rstrip(b"\xff"))
    return data[: -(-end // BLOCK) * BLOCK], used


def _little(context: UserContext, count: int) -> LittleFS:
    return LittleFS(
        context,
        mount=False,
        block_size=BLOCK,
        block_count=count,
        read_size=_UNIT,
        prog_size=_UNIT,
        cache_size=_CACHE,
        lookahead_size=_UNIT,
        block_cycles=_CYCLES,
        inline_max=0xFFFFFFFF,  # none: what is in a small file would be read with each look at its folder
    )


def _packed(little: LittleFS, context: UserContext, count: int) -> LittleFS:
    """*little* with the list of files in each folder written once, and not as it grew; mounted.

    littlefs packs a list that something stands behind, where it would write next: so something is put behind all that
    is written, for as long as it packs.
    """
    little.unmount()
    before = [bytes(context.buffer[at : at + BLOCK]) for at in range(0, count * BLOCK, BLOCK)]
    marked = [block.rstrip(b"\xff").ljust(BLOCK, b"\0") for block in before]
    context.buffer[:] = b"".join(marked)
    little = _little(context, count)
    little.mount()
    little.fs_gc()  # type: ignore[no-untyped-call]
    for number, block in enumerate(marked):
        at = number * BLOCK
        if context.buffer[at : at + BLOCK] == block:
            context.buffer[at : at + BLOCK] = before[number]
    return little
