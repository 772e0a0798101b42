"""The highest ``n`` of any signed message, in the chip's NVS: a second place beside the marks in the data store.

NVS and ``data`` are lost in different ways (IDF erases all of NVS when it runs full, ``data`` is reformatted when it is
corrupt), so a command that was obeyed once stays known as long as one of the two is there.
"""

from esp32 import NVS

_SPACE = "diya"
_KEY = "highWater"


def get():
    """The number, 0 before the first message; None where NVS does not know, and a new pole is made to know."""
    stored = bytearray(8)
    try:
        NVS(_SPACE).get_blob(_KEY, stored)
    except OSError:
        return None
    return int.from_bytes(stored, "little")


def put(n):
    """Stores *n*, at most 64 bits.  Raises OSError."""
    store = NVS(_SPACE)
    store.set_blob(_KEY, n.to_bytes(8, "little"))
    store.commit()
