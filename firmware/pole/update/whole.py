"""Whether a slot is as it was received: each file of its list by its SHA-256.  Only loaded at the start, and to verify.

``list`` is text with a line a file: path below the slot, bytes, SHA-256 in hexadecimal digits, and what else only the
download needs.
"""

from binascii import hexlify
from hashlib import sha256

from pole import const
from pole.update.pointer import LIST
from pole.wire.digest import hash_of

_AT_ONCE = const(1024)  # bytes
_TRIES = const(2)  # a single bad read must not cost a slot


def whole(store, slot, digest, feed):
    """Whether all files of *slot* are there and right; *digest*: that of its list.

    *feed()*, the watchdog's, is called for each file.
    """
    text = store.read(slot + LIST)
    if not text or hash_of(text) != digest:
        return False
    for line in text.decode().split("\n"):
        if line:
            feed()
            path, _size, right = line.split(" ")[:3]
            if not _is_right(store, slot + "/" + path, right):
                return False
    return True


def _is_right(store, path, right):
    for _ in range(_TRIES):
        try:
            if digest_of(store, path) == right:
                return True
        except OSError:
            pass
    return False


def digest_of(store, path):
    """SHA-256 of file *path* of *store*, hexadecimal.  Raises OSError."""
    found = sha256()
    with store.open(path) as file:
        while True:
            piece = file.read(_AT_ONCE)
            if not piece:
                return hexlify(found.digest()).decode()
            found.update(piece)
