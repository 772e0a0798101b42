"""``machine.Counter`` as official MicroPython has it since 1.26 on an ESP32 and an ESP32-S3: it counts pulses.

From ports/esp32/modules/machine.py and ports/esp32/esp32_pcnt.c: a number has one object, which keeps counting; setting
``value`` loses no pulse; a counter that was given up raises RuntimeError.  Counts beyond the unit's own 16 bits are
whole.  As everywhere here the count itself is in the chip.
"""

from _chip import call, post
from machine import _number
from ops import CHIP, COUNTER_CLOSE, COUNTER_OPEN, COUNTER_SET, COUNTER_VALUE

_UNITS = (8, 4)  # of an ESP32, of an ESP32-S3


class Counter:
    RISING = 1
    FALLING = 2
    UP = 1
    DOWN = 2

    def __init__(self, id, src=None, *, edge=RISING, direction=UP, filter_ns=0):
        if not 0 <= id < _UNITS[call(CHIP)]:
            raise ValueError("invalid id")
        self._id = id
        self._open = True  # the object of a unit that counts already may be had without any more
        if src is not None:
            self.init(src, edge=edge, direction=direction, filter_ns=filter_ns)

    def init(self, src, *, edge=RISING, direction=UP, filter_ns=0):
        call(COUNTER_OPEN, self._id, _number(src), bytes((edge, direction)))
        self._open = True

    def value(self, value=None):
        if not self._open:
            raise RuntimeError("not initialised")
        count = call(COUNTER_VALUE, self._id)
        if value is not None:
            post(COUNTER_SET, self._id, value)
        return count

    def deinit(self):
        call(COUNTER_CLOSE, self._id)
        self._open = False
