"""The chip itself: who it is, why it started and how often.  Only asked at the start, so main.py forgets it then."""

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


def identity():
    """The chip's own number, 12 hexadecimal digits."""
    return hexlify(machine.unique_id()).decode()


def reset_cause():
    """Why the chip started: ``powerOn``, ``hard``, ``watchdog``, ``deepSleep``, ``soft`` or ``unknown``."""
    return _CAUSES.get(machine.reset_cause(), "unknown")


def count_boot():
    """How often the chip has started, this time included; the count lives in NVS and starts again if that is lost."""
    store = NVS("diya")
    try:
        count = store.get_i32("boots") + 1
    except OSError:
        count = 1
    store.set_i32("boots", count)
    store.commit()
    return count
