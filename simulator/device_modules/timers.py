"""``machine.Timer``.  Its callbacks run whenever the pole waits or sleeps.

An ESP32 runs them between any two steps of the program; one that computes without end keeps them waiting here.
"""

import sys
from time import ticks_add, ticks_diff, ticks_ms

running = []  # timers that will call back


class Timer:
    ONE_SHOT = 0
    PERIODIC = 1

    def __init__(self, id, **options):
        self._id = id
        if options:
            self.init(**options)

    def init(self, *, mode=PERIODIC, freq=-1, period=-1, callback=None):
        self.deinit()
        self._mode = mode
        self._period = int(1000 / freq) if freq > 0 else period
        self._callback = callback
        self._due = ticks_add(ticks_ms(), self._period)
        running.append(self)

    def deinit(self):
        for other in [other for other in running if other._id == self._id]:  # a chip has one object of each number
            running.remove(other)

    def value(self):
        return self._period - max(0, ticks_diff(self._due, ticks_ms()))

    def _left(self):
        return max(0, ticks_diff(self._due, ticks_ms()))

    def _call(self):
        if self._mode == self.ONE_SHOT:
            running.remove(self)
        else:
            self._due = ticks_add(self._due, self._period)
        if self._callback:
            self._callback(self)


def wait(ms):
    """*ms* milliseconds (-1: no limit), or less where a timer is due before."""
    for timer in running:
        left = timer._left()
        if ms < 0 or left < ms:
            ms = left
    return ms


def run():
    """Calls back who is due; what a callback raises is printed, and the program goes on."""
    if running:
        _run()


def _run():
    for timer in list(running):
        if timer in running and not timer._left():
            try:
                timer._call()
            except Exception as error:
                sys.print_exception(error)
