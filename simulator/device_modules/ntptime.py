"""``ntptime`` as MicroPython ships it: asks a time server and sets the chip's clock, checking nothing."""

from _chip import call
from ops import NTP, RTC_SET

host = "pool.ntp.org"
timeout = 1


def time():
    """Seconds since 2000.  Raises OSError when no server answers."""
    seconds = call(NTP)
    if seconds < 0:
        raise OSError(-seconds)
    return seconds


def settime():
    call(RTC_SET, time())
