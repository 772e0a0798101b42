"""How much of the `data` partition a pole's files take: two apps, the journal, and what the pole remembers.

Blocks are littlefs': a file of more than 128 bytes has blocks of its own, whose n-th begins with as many pointers as n
has trailing zero bits, and one more (littlefs, SPEC.md, "CTZ skip-lists"); a folder has two blocks, and two more where
its list is longer than half a block, because littlefs then splits it in the middle.  Smaller files stand in that list,
and fill it unevenly: 160 files of 128 bytes take 44 blocks, each pair but half full of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pole.reporting.journal import BUDGET

BLOCK = 4096
DATA_BLOCKS = 256  # of `data`, on every board
SHARE = 85  # percent of them that may be used: littlefs spreads the wear over the others
INLINE = 128  # a file of no more bytes stands in its folder
_POINTER = 4
_ENTRY = 24  # bytes of a file in its folder's list, beside its name
_UNEVEN = 2  # times the bytes of a file in its folder's list, of which a split leaves half of the room empty
_FOLDER = 2
_PAIRS = 2  # of blocks, which are exactly so many; where a folder has more, one is added
SETTINGS = 14  # blocks: the configuration, the next and the last one, keys, marks, counters and what was learned


def blocks_of(files: Mapping[str, bytes]) -> int:
    """Blocks of one slot with *files* ({path below it: bytes}) and its list."""
    folders = {"": _ENTRY + len("list")}
    for path, data in files.items():
        folder, _, name = path.rpartition("/")
        inside = _UNEVEN * len(data) if len(data) <= INLINE else 0
        folders[folder] = folders.get(folder, 0) + _ENTRY + len(name) + inside
    lists = sum(_list_of_folder(size) for size in folders.values())
    return sum(file_blocks(len(data)) for data in files.values()) + lists + _list_blocks(files)


def needed_blocks(files: Mapping[str, bytes]) -> int:
    """Blocks of `data` that two slots with *files* need, with the journal and all else that a pole keeps."""
    return 2 * blocks_of(files) + BUDGET // BLOCK + SETTINGS


def problem_of(files: Mapping[str, bytes], board: str) -> str:
    """Why an app with *files* on *board* takes too much of `data`, a sentence; empty where it does not."""
    needed, most = needed_blocks(files), most_blocks()
    if needed <= most:
        return ""
    return (
        f"the app takes {blocks_of(files)} blocks of flash on {board}: two of them, the journal and the configuration "
        f"need {needed} blocks, and {most} of `data` may be used ({SHARE} %)"
    )


def most_blocks() -> int:
    """Blocks of `data` that may be used."""
    return DATA_BLOCKS * SHARE // 100


def file_blocks(size: int) -> int:
    """Blocks of a file of *size* bytes."""
    if size <= INLINE:
        return 0
    count, room = 1, BLOCK
    while room < size:
        zeros = (count & -count).bit_length() - 1
        room += BLOCK - _POINTER * (zeros + 1)
        count += 1
    return count


def _list_of_folder(size: int) -> int:
    """Blocks of a folder whose list has *size* bytes, as counted."""
    pairs = -(-size // (BLOCK // 2))
    return _FOLDER * (pairs + (pairs > _PAIRS))


def _list_blocks(paths: Iterable[str]) -> int:
    """Blocks of the list: 75 bytes a file and its path, and one difference of each."""
    return file_blocks(sum(len(path) + 75 + 40 for path in paths))
