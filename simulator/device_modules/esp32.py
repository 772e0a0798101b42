"""``esp32`` of the real port, as far as the pole uses it: the flash's key-value store and partitions, and the die's
temperature."""

import struct

from _chip import call, post, read, read_into
from ops import (
    FLASH_BLOCK,
    FLASH_ERASE,
    FLASH_PROGRAM,
    FLASH_READ,
    IDF_HEAP,
    NVS_COMMIT,
    NVS_ERASE,
    NVS_GET,
    NVS_SET,
    OTA_BOOT,
    OTA_RUNNING,
    OTA_SET_BOOT,
    OTA_VALID,
    PARTITIONS,
    TEMPERATURE,
)

HEAP_DATA = 4  # what idf_heap_info is asked for
small = 0  # bytes of a read that allocates nothing, which takes longer
_I32 = 0
_BLOB = 1
_NAMES = {
    -1: "ESP_FAIL",
    -258: "ESP_ERR_INVALID_ARG",
    -261: "ESP_ERR_NOT_FOUND",
    -5379: "ESP_ERR_OTA_VALIDATE_FAILED",
    -4354: "ESP_ERR_NVS_NOT_FOUND",
    -4361: "ESP_ERR_NVS_KEY_TOO_LONG",
    -4364: "ESP_ERR_NVS_INVALID_LENGTH",
}


def raw_temperature():
    return call(TEMPERATURE)


def idf_heap_info(capabilities):
    rows = read(IDF_HEAP)
    return [struct.unpack_from("<IIII", rows, at) for at in range(0, len(rows), 16)]


def _fail(code):
    raise OSError(code, _NAMES[code])


class NVS:
    def __init__(self, namespace):
        self._namespace = namespace.encode() + b"\0"

    def _name(self, key):
        if len(key) > 15:
            _fail(-4361)
        return self._namespace + key.encode()

    def set_i32(self, key, value):
        if not -0x80000000 <= value < 0x80000000:
            raise OverflowError("overflow converting long int to machine word")
        call(NVS_SET, _I32, value, self._name(key) + b"\0")

    def get_i32(self, key):
        found = read(NVS_GET, _I32, 0, self._name(key))
        if not found:
            _fail(-4354)
        return int.from_bytes(found, "little") - (found[3] >> 7 << 32)

    def set_blob(self, key, value):
        call(NVS_SET, _BLOB, 0, self._name(key) + b"\0" + bytes(value))

    def get_blob(self, key, buffer):
        found = read(NVS_GET, _BLOB, 0, self._name(key))
        if not found:
            _fail(-4354)
        if len(found) - 1 > len(buffer):
            _fail(-4364)
        buffer[: len(found) - 1] = found[1:]
        return len(found) - 1

    def erase_key(self, key):
        if call(NVS_ERASE, 0, 0, self._name(key)):
            _fail(-4354)

    def commit(self):
        call(NVS_COMMIT)


class Partition:
    """One row of the partition table, called *which*; ``RUNNING``: whose program runs, ``BOOT``: whose will.

    It reads a whole block at once: littlefs asks for little at a time, and a trip to the simulator is slow.
    Programming waits for no answer: littlefs reads back what it has programmed.
    """

    TYPE_APP = 0
    TYPE_DATA = 1
    BOOT = 0
    RUNNING = 1

    @staticmethod
    def find(type=1, subtype=255, label=None):
        return [
            Partition(row[4])
            for row in _table()
            if row[0] == type and subtype in (255, row[1]) and label in (None, row[4])
        ]

    def __init__(self, which):
        rows = _table()
        if which in (0, 1):
            number = call(OTA_RUNNING if which else OTA_BOOT)
        else:
            number = [row[4] for row in rows].index(which) if [row for row in rows if row[4] == which] else -1
        if number < 0:
            raise OSError(2)
        self._number = number
        self._row = rows[number]
        self._base = self._row[2]
        self._page = self._view = None
        self._block = -1  # the one in the page

    def info(self):
        return self._row + (False,)

    # littlefs asks for little, thousands of times: no function on this way has more than 11 places for its values, so
    # that a call takes no memory
    def readblocks(self, block, buffer, offset=0):
        if block != self._block:
            self._load(block)
        if len(buffer) > small:
            buffer[:] = self._view[offset : offset + len(buffer)]
        else:
            _copy(self._page, offset, buffer)

    def _load(self, block):
        if self._page is None:
            self._page = bytearray(FLASH_BLOCK)
            self._view = memoryview(self._page)
        self._block = block
        read_into(FLASH_READ, self._page, self._base + block * FLASH_BLOCK, FLASH_BLOCK)

    def writeblocks(self, block, buffer, offset=None):
        self._block = -1
        at = self._base + block * FLASH_BLOCK
        if offset is None:  # a whole block, which is erased first
            post(FLASH_ERASE, at // FLASH_BLOCK)
        post(FLASH_PROGRAM, at + (offset or 0), 0, buffer)

    @classmethod
    def mark_app_valid_cancel_rollback(cls):
        _done(call(OTA_VALID))

    def set_boot(self):
        _done(call(OTA_SET_BOOT, self._number))

    def get_next_update(self):
        slots = sorted([row for row in _table() if row[0] == 0 and 0x10 <= row[1] < 0x20], key=lambda row: row[1])
        if not slots:
            raise OSError(2)
        place = slots.index(self._row) + 1 if self._row in slots else 0
        return Partition(slots[place % len(slots)][4])

    def ioctl(self, what, argument):
        if what == 4:
            return self._row[3] // FLASH_BLOCK
        if what == 5:
            return FLASH_BLOCK
        if what == 6:
            self._block = -1
            post(FLASH_ERASE, self._base // FLASH_BLOCK + argument)
        return 0


def _copy(page, at, buffer):
    n = len(buffer)
    while n:
        n -= 1
        buffer[n] = page[at + n]


def _done(code):
    if code:
        _fail(code)


def _table():
    """(type, subtype, first byte, bytes, label) of every partition."""
    rows = read(PARTITIONS)
    out = []
    for at in range(0, len(rows), 26):
        kind, subtype, first, size, label = struct.unpack_from("<BBII16s", rows, at)
        out.append((kind, subtype, first, size, label.rstrip(b"\0").decode()))
    return out
