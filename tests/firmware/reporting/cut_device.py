"""littlefs over flash that can be cut, on whichever runtime this is: MicroPython's own VfsLfs2, or littlefs-python.

The flash is the same model twice: MicroPython cannot import the simulator's (simulator/hardware/flash.py).
"""

BLOCKS = 40
BLOCK = 4096

try:
    import os

    import vfs

    from pole.drivers.flash.files import Files

    _READ, _PROGRAM, _COUNT, _SIZE, _ERASE = 0, 1, 4, 5, 6

    class Flash:
        """A block device for VfsLfs2.  ``log``: operations as (byte, data or None for an erase)."""

        def __init__(self, image=None):
            self.buffer = image or bytearray(b"\xff" * (BLOCKS * BLOCK))
            self.log = []

        def readblocks(self, block, buffer, offset=0):
            at = block * BLOCK + offset
            buffer[:] = memoryview(self.buffer)[at : at + len(buffer)]

        def writeblocks(self, block, buffer, offset=0):
            at = block * BLOCK + offset
            assert self.buffer[at : at + len(buffer)] == b"\xff" * len(buffer), "programmed twice"
            self._do(at, bytes(buffer))

        def ioctl(self, what, block):
            if what == _COUNT:
                return BLOCKS
            if what == _SIZE:
                return BLOCK
            if what == _ERASE:
                self._do(block * BLOCK, None)
            return 0

        def _do(self, at, data):
            self.log.append((at, data))
            apply(self.buffer, at, data)

    def apply(image, at, data):
        image[at : at + BLOCK if data is None else at + len(data)] = b"\xff" * BLOCK if data is None else data

    def tear(image, at, data):
        if data is None:
            image[at : at + BLOCK // 2] = b"\xff" * (BLOCK // 2)
            for place in range(at + BLOCK // 2, at + BLOCK):
                image[place] |= (place * 40503 >> 9) & 0xFF
        else:
            half = len(data) // 2
            image[at : at + half] = data[:half]
            image[at + half] &= data[half] | 0x55

    _ROOT = "/cut"

    def store(flash, new=False):
        """The data store over *flash*, mounted; *new* formats it first."""
        try:
            vfs.umount(_ROOT)
        except OSError:
            pass
        if new:
            vfs.VfsLfs2.mkfs(flash)
        vfs.mount(vfs.VfsLfs2(flash), _ROOT)
        return Files(_ROOT)

    assert os
except ImportError:  # CPython
    from simulator.hardware import flash as model
    from simulator.hardware.little_files import LittleFiles

    class Flash(model.Flash):
        def __init__(self, image=None):
            super().__init__(BLOCKS, image)
            self.log = []

        @property
        def buffer(self):
            return self.image()

    def apply(image, at, data):
        model.apply(image, model.Operation(at, data))

    def tear(image, at, data):
        model.tear(image, model.Operation(at, data))

    def store(flash, new=False):
        files = LittleFiles(flash)
        if new:
            files.format()
        files.mount()
        return files


def cuts(image, scratch, log, first=0):
    """All the flash can hold when the power goes at or behind operation *first*: (operations done, *scratch*).

    *image* is the flash before the log, and *scratch*, as long, holds what is left each time, to be used up: there are
    only these two, since a heap of MicroPython's has no room for many.
    """
    for done in range(len(log)):
        at, data = log[done]
        if done >= first:
            scratch[:] = image
            yield done, scratch
            scratch[:] = image
            tear(scratch, at, data)
            yield done, scratch
        apply(image, at, data)
    yield len(log), image
