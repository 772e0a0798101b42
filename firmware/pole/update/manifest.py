"""Checks the fields of a manifest whose signature is right.

``json`` is trusted with it, unlike with what anybody may send: its signer wrote it (host_tools/release/manifest.py).
"""

import json
import sys
from binascii import a2b_base64

from pole import const
from pole.wire import ack_reasons, contract

# in one text, because each name of its own would stay in memory for good
_NAMES = "board bytes content downgrade golden image kind key list mpy serial site v version window"
_LATEST = const(4102444800000)  # 2100, Unix ms
_BYTES = const(1048576)  # of the app: the whole data partition
_LIST = const(16384)
_MOST = const(9999)  # in a version
_GOLDEN = const(1)  # as in update/pointer.py
_MPY = const(6)  # of CPython, which loads no .mpy files


def checked(parts, text):
    """(what the manifest *text* says, None), or (None, (reason, sentence)).

    What it says: (serial, modulus of a new key in base64), or (serial, None, version, window, content, bytes of the
    list, bytes, whether it is meant as a downgrade).  A MicroPython image has no list: its bytes are 0.
    """
    board, size, content, downgrade, golden, image, kind, key, listed, mpy, serial, site, v, version, window = (
        _NAMES.split(" ")
    )
    bad = ack_reasons.BAD_FIELD
    try:
        said = json.loads(text)
        what = said.get(kind)
    except (ValueError, AttributeError):
        return None, (bad, "manifest must be JSON, an object")
    most = _room_for_image() if what == image else _BYTES
    if not most:
        detail = "kind is image and must be app or key: the flash of this board has room for one MicroPython alone "
        return None, (bad, detail + "(4 MB), which is exchanged at its USB port")
    loads = getattr(sys.implementation, "_mpy", _MPY) & 0xFF
    wrong = (
        _other(said, kind, what if what in ("app", key, image) else "app", bad)
        or _other(said, v, 1, bad)
        or _other(said, site, parts.settings[site], bad)
        or _outside(said, serial, 1, _LATEST, bad)
    )
    if not wrong and what == key:
        wrong = _refused(said, key, _is_modulus(said.get(key)), "the modulus of a key of 3072 bits, in base64")
        return (None, wrong) if wrong else ((said[serial], said[key]), None)
    wrong = (
        wrong
        or _other(said, board, parts.ports.board, ack_reasons.WRONG_BOARD)
        or _other(said, golden, _GOLDEN, bad)
        or _other(said, mpy, loads, ack_reasons.WRONG_MPY)
        or _outside(said, size, 1, most, ack_reasons.TOO_LARGE)
        or _outside(said, listed, what != image, _LIST if what != image else 0, ack_reasons.TOO_LARGE)
        or _outside(said, window, 60, 3600, bad)
        or _refused(said, downgrade, isinstance(said.get(downgrade), bool), "true or false")
        or _refused(said, content, _is_hash(said.get(content)), "64 hexadecimal digits")
        or _refused(said, version, _is_version(said.get(version)), "three whole numbers such as 0.2.0")
    )
    if wrong:
        return None, wrong
    names = (serial, "", version, window, content, listed, size, downgrade)
    return [said.get(name) for name in names], None


def _room_for_image():
    """Bytes of the partition for another MicroPython image; 0 where there is none."""
    try:
        from esp32 import Partition

        return Partition(Partition.RUNNING).get_next_update().info()[3]  # type: ignore[arg-type]
    except (ImportError, OSError):  # no chip at all; or one that has the partition that runs, and no other
        return 0


def _refused(said, name, sound, wanted, reason=ack_reasons.BAD_FIELD):
    """The refusal of a field that is not *sound*, else None."""
    if sound:
        return None
    if name not in said:
        return reason, name + " is missing and must be " + wanted
    value = said[name]
    shown = "a number with a fraction" if isinstance(value, float) else contract.text_of(value)
    return reason, "%s is %s and must be %s" % (name, shown if len(shown) <= 40 else shown[:37] + "...", wanted)


def _other(said, name, wanted, reason):
    sound = said.get(name) == wanted and not isinstance(said[name], bool)
    return _refused(said, name, sound, contract.text_of(wanted), reason)


def _outside(said, name, low, high, reason):
    value = said.get(name)
    sound = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
    return _refused(said, name, sound, "a whole number from %d to %d" % (low, high), reason)


def _is_hash(text):
    return isinstance(text, str) and len(text) == 64 and not text.strip("0123456789abcdef")


def _is_modulus(text):
    try:
        data = a2b_base64(text) if isinstance(text, str) and len(text) == 512 else b""
    except ValueError:
        data = b""
    return len(data) == 384 and data[0] > 127 and data[383] & 1


def _is_version(text):
    numbers = text.split(".") if isinstance(text, str) else ()
    sound = len(numbers) == 3
    for one in numbers:
        sound = sound and one.isdigit() and str(int(one)) == one and int(one) <= _MOST
    return sound
