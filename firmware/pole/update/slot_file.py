"""One file of a slot: its line in the list, and whether its bytes are right."""

from binascii import hexlify
from hashlib import sha256

from pole import const

_LINE = const(512)  # bytes of a line at most
_READ = const(2048)  # bytes hashed or copied at once
_MOST = const(1048576)
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"


def line(store, path, at):
    """([path, size, sha256, piece, {base: (bytes, piece)}], place of the next line) from place *at* of the
    list in file *path*.

    None at its end.  Raises ValueError for a line that makes no sense, OSError.
    """
    with store.open(path) as file:
        file.seek(at)
        text = file.read(_LINE)
    if not text:
        return None
    end = text.find(b"\n")
    words = text[: max(end, 0)].decode().split(" ")
    name = "/" + words[0]
    if name[:4] == "/lib":
        name = name[4:]
    if len(words) < 4 or len(words) % 4 or name[-4:] != ".mpy" or not name[1:-4] or name[1:-4].strip(_LETTERS):
        raise ValueError("the line at byte %d of the list makes no sense" % at)
    deltas = {}
    for place in range(4, len(words), 4):
        deltas[words[place + 1]] = (_number(words[place + 2]), _number(words[place + 3]))
    return [words[0], _number(words[1]), words[2], _number(words[3]), deltas], at + end + 1


def _number(text):
    value = int(text)
    if not 0 <= value <= _MOST:
        raise ValueError("a number of the list is %d" % value)
    return value


def hash_more(state, store, path):
    """Hashes some more of file *path*: *state* is [] before the first call.  SHA-256 in hexadecimal digits at its end,
    "" before.  Raises OSError.
    """
    if not state:
        state += [sha256(), 0]
    with store.open(path) as file:
        file.seek(state[1])
        data = file.read(_READ)
    if data:
        state[0].update(data)
        state[1] += len(data)
        return ""
    found = hexlify(state[0].digest()).decode()
    del state[:]
    return found


def copy_more(source, path, store, new):
    """Copies some more of file *path* of *source* to the end of file *new* of *store*; False at its end.

    Raises OSError.
    """
    with source.open(path) as file:
        file.seek(store.size(new))
        data = file.read(_READ)
    if data:
        store.append(new, data)
    return bool(data)
