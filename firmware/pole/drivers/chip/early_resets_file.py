"""Count and reason of early resets before this start: only loaded at the start, and where RTC memory raises.

NVS holds them then, in a blob that is removed when it is read.
"""

import machine
from esp32 import NVS

MARK = b"diya"  # a power cut leaves anything there
_SPACE, _KEY = "diya", "deaths"
_MOST = 205  # bytes


def begin(failures):
    """(early resets in a row before this start, reason of the latest as text); without any memory (0, "")."""
    memory = b""
    try:
        memory = bytes(machine.RTC().memory())
    except Exception as error:
        failures.note("rtcMemory", error)
    if memory[:4] != MARK:
        memory = _recall(failures)
    if memory[:4] != MARK or len(memory) < 5:
        return 0, ""
    return memory[4], "".join([chr(byte) for byte in memory[5:] if 32 <= byte < 127])


def _recall(failures):
    """The blob, b"" where there is none; the start after a power cut must not find it again."""
    blob = bytearray(_MOST)
    try:
        nvs = NVS(_SPACE)
        size = nvs.get_blob(_KEY, blob)
        nvs.erase_key(_KEY)
        nvs.commit()
        return bytes(blob[:size])
    except Exception as error:
        if error.args[:1] != (-4354,):  # ESP_ERR_NVS_NOT_FOUND, as almost always
            failures.note("nvs", error)
        return b""


def store(failures, data):
    """Puts *data* into NVS."""
    try:
        nvs = NVS(_SPACE)
        nvs.set_blob(_KEY, data)
        nvs.commit()
    except Exception as error:
        failures.note("nvs", error)
