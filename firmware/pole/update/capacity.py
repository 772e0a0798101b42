"""How many blocks of the flash an update needs, and how many it may take: the journal keeps all that it may ever need.

The same count as host_tools/release/space.py, where littlefs' form is explained.
"""

from pole import const
from pole.reporting.journal import BUDGET
from pole.wire.ack_reasons import NO_SPACE

_BLOCK = const(4096)
_INLINE = const(128)
_POINTER = const(4)
_KEPT = const(12)  # blocks for the configuration, keys, marks and counters, each written beside the old one
_FOLDERS = const(6)  # blocks of a slot's two folders and their lists


def check(store, blocks, work):
    """Raises ValueError where there are not *blocks* more in *store* beside the journal; *work* is told the reason."""
    used = 0
    for name in store.names():
        if name[:1] == "j":  # a segment of the journal, or the one that is going
            used += blocks_of(store.size(name))
    missing = blocks + _KEPT + max(BUDGET // _BLOCK - used, 0) - store.free()
    if missing > 0:
        work.reason = NO_SPACE
        text = "bytes is %d and %d blocks of the flash are missing for that beside the journal"
        raise ValueError(text % (work.size, missing))


def least(size):
    """Blocks of an app of *size* bytes, at least."""
    return size // _BLOCK + _FOLDERS


def blocks_of(size):
    """Blocks of a file of *size* bytes."""
    if size <= _INLINE:
        return 0
    count, room = 1, _BLOCK
    while room < size:
        zeros = 0
        while not count >> zeros & 1:
            zeros += 1
        room += _BLOCK - _POINTER * (zeros + 1)
        count += 1
    return count
