"""Mounts the ``data`` partition, and formats it where there is nothing to mount.  Only needed at the start.

MicroPython itself mounts only ``vfs``, and restarts without end when it cannot.  Here a damaged file system loses only
its own content, and the lamp works even on a flash that cannot be written any more.
"""

from pole import const
from pole.drivers.flash.files import Files

_UNIT = const(32)  # bytes read, programmed and looked ahead at once; simulator/hardware/little_files.py has the same
_FORMAT = const(256)  # more than a fresh format programs of a block


class Partition:
    """The chip's own, to be mounted at folder *root*: ``blocks`` is 0 where the partition table has none."""

    def __init__(self, root):
        import esp32

        try:
            import vfs
        except ImportError:  # MicroPython 1.22
            import os as vfs  # type: ignore[no-redef]

        self._vfs = vfs
        self.store = Files(root)
        self._root = root
        found = esp32.Partition.find(esp32.Partition.TYPE_DATA, label="data")
        self._device = found[0] if found else None
        self.blocks = self._device.ioctl(4, 0) if found else 0

    def readblocks(self, block, buffer, offset):
        self._device.readblocks(block, buffer, offset)

    def mount(self):
        """Raises OSError where there is no littlefs, or a damaged one."""
        # without a modification time of each file: it would take flash, and nothing reads it
        found = self._vfs.VfsLfs2(self._device, readsize=_UNIT, progsize=_UNIT, lookahead=_UNIT, mtime=False)
        try:
            self._vfs.umount(self._root)  # boot() may be called by hand a second time: the mount point must be free
        except OSError:
            pass
        self._vfs.mount(found, self._root)

    def format(self):
        """Raises OSError when it cannot be done.  It erases three blocks: two seconds at the very most."""
        self._vfs.VfsLfs2.mkfs(self._device, readsize=_UNIT, progsize=_UNIT, lookahead=_UNIT)


def bring_up(partition):
    """Mounts *partition*, formatting it if it must; returns whether what was on it was lost.

    Where even a new file system cannot be mounted the pole goes on without: reading its store finds nothing, writing
    raises OSError.
    """
    if not partition.blocks:
        print("diya: there is no data partition, nothing can be stored: flash this pole again")
        return False
    problem = None
    for _ in range(2):  # a single bad read must not lead to a format
        try:
            partition.mount()
            return False
        except OSError as error:
            problem = error
    new = _new(partition)
    try:
        partition.format()
        partition.mount()
    except OSError as error:
        print("diya: the data partition cannot be used, nothing can be stored:", error)
        return False
    if not new:
        print("diya: the data partition was damaged and is formatted:", problem)
    return not new


def _new(partition):
    """Whether nothing was ever stored: it is erased, but for a first format that may have been cut short."""
    buffer = bytearray(_UNIT)
    for block in range(partition.blocks):
        partition.readblocks(block, buffer, _FORMAT if block < 2 else 0)  # littlefs fills a block from its start
        if buffer != b"\xff" * _UNIT:
            return False
    return True
