"""``esp32`` of the real port, as far as the pole uses it: the flash's key-value store and its data partition, and the
die's temperature."""

from _chip import call, post, read, read_into
from ops import (
    FLASH_BLOCK,
    FLASH_ERASE,
    FLASH_PROGRAM,
    FLASH_READ,
    FLASH_SIZE,
    NVS_COMMIT,
    NVS_ERASE,
    NVS_GET,
    NVS_SET,
    TEMPERATURE,
)

_I32 = 0
_BLOB = 1
_NAMES = {
    -4354: "ESP_ERR_NVS_NOT_FOUND",
    -4361: "ESP_ERR_NVS_KEY_TOO_LONG",
    -4364: "ESP_ERR_NVS_INVALID_LENGTH",
}


def raw_temperature():
    return call(TEMPERATURE)


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
    """The one called ``data``.  It reads a whole block at once: littlefs asks for little at a time, and a trip is dear.

    Programming waits for no answer: littlefs reads back what it has programmed.
    """

    TYPE_DATA = 1

    @staticmethod
    def find(type, subtype=255, label=None):
        return [Partition()] if label == "data" and call(FLASH_SIZE) else []

    def __init__(self):
        self._page = bytearray(FLASH_BLOCK)
        self._block = -1  # the one in the page

    def readblocks(self, block, buffer, offset=0):
        if block != self._block:
            self._block = block
            read_into(FLASH_READ, self._page, block * FLASH_BLOCK, FLASH_BLOCK)
        buffer[:] = memoryview(self._page)[offset : offset + len(buffer)]

    def writeblocks(self, block, buffer, offset=0):
        self._block = -1
        post(FLASH_PROGRAM, block * FLASH_BLOCK + offset, 0, buffer)

    def ioctl(self, what, argument):
        if what == 4:
            return call(FLASH_SIZE) // FLASH_BLOCK
        if what == 5:
            return FLASH_BLOCK
        if what == 6:
            self._block = -1
            post(FLASH_ERASE, argument)
        return 0
