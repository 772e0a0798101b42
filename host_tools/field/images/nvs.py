"""The non-volatile storage (NVS) of a new pole: its high-water mark is 0, because it has applied no command yet."""

from __future__ import annotations

import io
import warnings

_NAMESPACE, _KEY = "diya", "highWater"  # pole/drivers/chip/replay_mark.py
_NO_MARK = bytes(8)


def of_new_pole(size: int) -> bytes:
    """NVS of *size* bytes, in which the high-water mark is zero.

    Without it the pole would behave as one whose marks were lost, and wait for new keys.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from esp_idf_nvs_partition_gen import nvs_partition_gen as nvs
    out = io.BytesIO()
    # the generator adds the page that NVS keeps free
    storage = nvs.nvs_open(out, size - nvs.Page.PAGE_PARAMS["max_size"], nvs.Page.VERSION2)
    nvs.write_entry(storage, _NAMESPACE, "namespace", "", "")
    nvs.write_entry(storage, _KEY, "data", "hex2bin", _NO_MARK.hex())
    nvs.nvs_close(storage)
    return out.getvalue().ljust(size, b"\xff")
