"""The nonce of the flashing: a random number that makes messages for an earlier node at this pole invalid.

The pole makes it at its first start with an empty ``data`` and a new NVS: when a node is new, was replaced, or was
flashed with its data erased.  A revisit leaves both alone, and with them the nonce and the marks against replay.  It
is in both, so that it is lost only with both; it is sent in ``birth`` and is part of what the pole's own key signs.
"""

import binascii

from pole import const
from pole.drivers.flash.files import unread

_NAME = const("flash.nonce")
_KEY = const("flashNonce")  # as in drivers/chip/replay_mark.py


def flash_nonce(store, high_water, random):
    """The nonce as 16 hexadecimal digits, from *store* (files) or *high_water*; made by *random(n)* (bytes) where
    neither has it, and written where it is missing.

    Where one of them cannot be read and the other does not have it, it is made for this run only: nothing is
    overwritten, and the next start may find it.
    """
    text = store.read(_NAME)
    kept = _sound(text)
    number = high_water.get(_KEY)
    nonce = kept or ("%016x" % number if number is not None else "")
    if not nonce:
        nonce = binascii.hexlify(random(8)).decode()
    if not kept and unread(store, _NAME, text):
        return nonce
    for missing, put in (
        (number is None, lambda: high_water.put(int(nonce, 16), _KEY)),
        (not kept, lambda: store.write(_NAME, nonce.encode())),
    ):
        try:
            if missing:
                put()
        except OSError as error:  # stored in neither, it is another one at the next start, and ``birth`` says so
            print("diya: the nonce of the flashing cannot be stored: " + str(error))
    return nonce


def _sound(text):
    """The nonce in *text* (bytes or None), "" where it is none."""
    if not text or len(text) != 16:
        return ""
    digits = "".join([chr(byte) for byte in text])
    return digits if all([digit in "0123456789abcdef" for digit in digits]) else ""
