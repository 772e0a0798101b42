"""``time`` as on an ESP32, on the computer's own time or a simulated one: 30-bit ticks that wrap, whole seconds since
2000.
"""

import _chip
import utime
from ops import RTC_GET

_PERIOD = 1 << 30
_HALF = 1 << 29
_EPOCH = 946684800  # 2000-01-01 in the virtual machine's own seconds

try:
    from simulated_ticks import ticks_ms, ticks_us  # in the path where the time is simulated (firmware_run/pole.py)

    _SHORT_US = 0
except ImportError:
    _START = utime.ticks_ms()
    _SHORT_US = 1000  # what is shorter is not waited for through the simulator

    def ticks_ms():
        return (utime.ticks_ms() - _START) & (_PERIOD - 1)

    def ticks_us():
        return utime.ticks_us() & (_PERIOD - 1)


ticks_cpu = ticks_us


def ticks_add(ticks, delta):
    return (ticks + delta) & (_PERIOD - 1)


def ticks_diff(later, earlier):
    return ((later - earlier + _HALF) & (_PERIOD - 1)) - _HALF


def sleep_ms(ms):
    end = ticks_add(ticks_ms(), max(0, ms))
    while True:
        left = ticks_diff(end, ticks_ms())
        if left <= 0:
            return
        _chip.idle(left, 1)


def sleep(seconds):
    sleep_ms(int(seconds * 1000))


def sleep_us(us):
    if us < _SHORT_US:
        utime.sleep_us(us)
    else:
        sleep_ms(max(1, us // 1000))


def time():
    return _chip.call(RTC_GET)


def time_ns():
    return time() * 1000000000


def gmtime(seconds=None):
    return utime.gmtime((time() if seconds is None else seconds) + _EPOCH)[:8]


localtime = gmtime  # the chip knows no time zone


def mktime(parts):
    year, month, day, hour, minute, second = parts[:6]
    months = year * 12 + month - 1
    year, month = months // 12, months % 12  # from March on a year's days do not depend on the leap day at its end
    if month < 2:
        year -= 1
    day += (153 * ((month + 10) % 12) + 2) // 5 + 365 * year + year // 4 - year // 100 + year // 400
    return (day - 730426) * 86400 + hour * 3600 + minute * 60 + second
