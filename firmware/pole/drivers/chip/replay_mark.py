"""Two numbers in the chip's NVS: a second place beside the files in the data store that hold the same.

``highWater``   the highest ``n`` of any message under the pole's own key
``flashNonce``  see security/flash_nonce.py

NVS and ``data`` are lost in different ways (IDF erases all of NVS when it runs full, ``data`` is reformatted when it is
corrupt), so a command that was applied once is refused as long as one of the two is there.
"""

from esp32 import NVS

_SPACE = "diya"
_KEY = "highWater"
NONCE = "flashNonce"


class HighWater:
    """The numbers.  An NVS that raises is noted in *failures* (drivers/failures.py) as ``nvs``; commands are applied
    without it.
    """

    def __init__(self, failures):
        self._failures = failures

    def get(self, key=_KEY):
        """The number called *key*; None where NVS does not have it.  A new pole's ``highWater`` is flashed as 0."""
        stored = bytearray(8)
        try:
            NVS(_SPACE).get_blob(key, stored)
        except Exception as error:
            if error.args[:1] != (-4354,):  # ESP_ERR_NVS_NOT_FOUND
                self._failures.note("nvs", error)
            return None
        return int.from_bytes(stored, "little")

    def put(self, n, key=_KEY):
        """Stores *n*, at most 64 bits."""
        try:
            store = NVS(_SPACE)
            store.set_blob(key, n.to_bytes(8, "little"))
            store.commit()
            self._failures.works("nvs")
        except Exception as error:
            self._failures.note("nvs", error)
