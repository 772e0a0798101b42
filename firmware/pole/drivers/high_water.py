"""The highest ``n`` of any signed message, in the chip's NVS: a second place beside the marks in the data store.

NVS and ``data`` are lost in different ways (IDF erases all of NVS when it runs full, ``data`` is reformatted when it is
corrupt), so a command that was obeyed once stays known as long as one of the two is there.
"""

from esp32 import NVS

_SPACE = "diya"
_KEY = "highWater"


class HighWater:
    """An NVS that raises is told to *failures* (drivers/failures.py) as ``nvs``; commands are obeyed without it."""

    def __init__(self, failures):
        self._failures = failures

    def get(self):
        """The number, 0 before the first message; None where NVS does not know, and a new pole is made to know."""
        stored = bytearray(8)
        try:
            NVS(_SPACE).get_blob(_KEY, stored)
        except Exception as error:
            if error.args[:1] != (-4354,):  # ESP_ERR_NVS_NOT_FOUND
                self._failures.note("nvs", error)
            return None
        return int.from_bytes(stored, "little")

    def put(self, n):
        """Stores *n*, at most 64 bits."""
        try:
            store = NVS(_SPACE)
            store.set_blob(_KEY, n.to_bytes(8, "little"))
            store.commit()
            self._failures.works("nvs")
        except Exception as error:
            self._failures.note("nvs", error)
