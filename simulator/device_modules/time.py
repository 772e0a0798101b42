"""``time`` as on an ESP32, on simulated time: 30-bit ticks that wrap, whole seconds since 2000."""

import _chip
from _chip import call, idle
from ops import RTC_GET

_PERIOD = 1 << 30
_HALF = 1 << 29


def ticks_ms():
    return _chip.ticks


def ticks_us():
    return (_chip.ticks * 1000) & (_PERIOD - 1)


ticks_cpu = ticks_us


def ticks_add(ticks, delta):
    return (ticks + delta) & (_PERIOD - 1)


def ticks_diff(later, earlier):
    return ((later - earlier + _HALF) & (_PERIOD - 1)) - _HALF


def sleep_ms(ms):
    end = ticks_add(_chip.ticks, max(0, ms))
    while True:
        left = ticks_diff(end, _chip.ticks)
        if left <= 0:
            return
        idle(left)


def sleep(seconds):
    sleep_ms(int(seconds * 1000))


def sleep_us(us):
    sleep_ms((us + 999) // 1000)


def time():
    return call(RTC_GET)
