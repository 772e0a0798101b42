"""Identity of the chip, cause and number of its starts.  Only needed at the start, so main.py unloads it then."""

from binascii import hexlify

import machine
from esp32 import NVS

_CAUSES = {
    machine.PWRON_RESET: "powerOn",
    machine.HARD_RESET: "hard",
    machine.WDT_RESET: "watchdog",
    machine.DEEPSLEEP_RESET: "deepSleep",
    machine.SOFT_RESET: "soft",
}


def identity(failures):
    """The chip's own number, 12 hexadecimal digits; all 0 where reading it raises."""
    try:
        return hexlify(machine.unique_id()).decode()
    except Exception as error:
        failures.note("chip", error)
        return "0" * 12


def reset_cause(failures):
    """Why the chip started: ``powerOn``, ``hard``, ``watchdog``, ``deepSleep``, ``soft`` or ``unknown``."""
    try:
        return _CAUSES.get(machine.reset_cause(), "unknown")
    except Exception as error:
        failures.note("chip", error)
        return "unknown"


def count_boot(failures):
    """How often the chip has started, this time included; 0 where NVS cannot be read.

    The count is in NVS and starts at 1 again if that is lost.
    """
    count = 0
    try:
        store = NVS("diya")
        try:
            count = store.get_i32("boots") + 1
        except OSError as error:
            if error.args[:1] != (-4354,):  # ESP_ERR_NVS_NOT_FOUND
                raise
            count = 1
        store.set_i32("boots", count)
        store.commit()
        failures.works("nvs")
    except Exception as error:
        failures.note("nvs", error)
    return count
