"""A flash with two partitions for a MicroPython image, in the place of the chip's ``esp32``, for both runtimes."""

import sys

BLOCK = 4096


class Partition:
    """``RUNNING`` and ``BOOT`` as the chip's; ``flash`` has {label: its bytes}, ``done`` what was called."""

    BOOT = 0
    RUNNING = 1
    flash = {}
    done = []
    running = "ota_0"
    boot = "ota_0"
    one = False  # there is one partition alone
    worn = ()  # places of bytes that stay zero
    weak = []  # places at which the first write fails
    left = None  # calls that change something until the power is cut

    def __init__(self, which):
        cls = Partition
        self._label = cls.running if which == 1 else cls.boot if which == 0 else which

    def info(self):
        return (0, 16, 0, len(Partition.flash[self._label]), self._label, False)

    def get_next_update(self):
        if Partition.one:
            raise OSError(2)
        return Partition("ota_1" if self._label == "ota_0" else "ota_0")

    def readblocks(self, block, buffer, offset=0):
        at = block * BLOCK + offset
        buffer[:] = Partition.flash[self._label][at : at + len(buffer)]

    def writeblocks(self, block, buffer, offset=None):
        assert offset is not None, "a whole block would be erased once more"
        if block * BLOCK + offset in Partition.weak:
            Partition.weak.remove(block * BLOCK + offset)
            raise OSError(5)
        self._step("write", block)
        data, at = Partition.flash[self._label], block * BLOCK + offset
        for place in range(len(buffer)):
            data[at + place] &= 0 if at + place in Partition.worn else buffer[place]

    def ioctl(self, what, argument):
        assert what == 6
        self._step("erase", argument)
        Partition.flash[self._label][argument * BLOCK : (argument + 1) * BLOCK] = b"\xff" * BLOCK
        return 0

    def set_boot(self):
        Partition.boot = self._label

    def _step(self, what, block):
        assert self._label != Partition.running, "the image that runs is never written"
        if Partition.left == 0:
            raise Cut
        if Partition.left is not None:
            Partition.left -= 1
        Partition.done.append((what, block))


class Cut(Exception):
    """The power is gone."""


class _Module:
    pass


def fit(blocks=6):
    """Puts a flash with two partitions of *blocks* blocks there, the other one full of old things."""
    module = _Module()
    module.Partition = Partition
    sys.modules["esp32"] = module
    Partition.flash = {label: bytearray(b"\x55" * (blocks * BLOCK)) for label in ("ota_0", "ota_1")}
    Partition.done = []
    Partition.running = Partition.boot = "ota_0"
    Partition.one, Partition.worn, Partition.weak, Partition.left = False, (), [], None


def unfit():
    del sys.modules["esp32"]
