"""DS3231 clock chip on I2C: keeps the time through a power cut on its battery, and measures the temperature.

It counts UTC in 24-hour form, from 2000 to 2099; every fourth year is a leap year.
"""

from pole import const
from pole.runtime.transient import unload

_ADDRESS = const(0x68)
_SECONDS = const(0x00)  # the first of seven: seconds, minutes, hours, weekday, day, month, year, each in BCD
_MARK = const(0x07)  # the seven registers of the two alarms, which are not used, hold the mark of bcd_time.py
_CONTROL = const(0x0E)
_STATUS = const(0x0F)
_STOPPED = const(0x80)  # in the status: the oscillator has stopped at some time, so the time is not valid
_TEMPERATURE = const(0x11)
# Control: the oscillator runs on the battery too, no square wave, no alarms.  Status: not stopped, no 32 kHz output.
_RUNNING = const(b"\x04\x00")

_CALENDAR = ("pole.drivers.rtc.bcd_time",)  # needed at the start and once an hour


class Ds3231:
    """Clock on bus *i2c*.  ``error``: what the bus last raised, None while the clock answers."""

    def __init__(self, i2c):
        self.error = None
        self._i2c = i2c
        self._time = bytearray(7)
        self._status = bytearray(1)
        self._degrees = bytearray(2)

    def get(self):
        """Unix seconds, or None when the clock has stopped since it was set, holds no time, or does not answer."""
        try:
            self._i2c.readfrom_mem_into(_ADDRESS, _STATUS, self._status)
            if self._status[0] & _STOPPED:
                return None
            self._i2c.readfrom_mem_into(_ADDRESS, _SECONDS, self._time)
        except Exception as error:
            self.error = error
            return None
        from pole.drivers.rtc.bcd_time import decode

        unix = decode(self._time)
        unload(*_CALENDAR)
        return unix

    def mark(self, unix):
        """(bits of the witnesses who agreed on the time that was last set, bound of its error in ms at *unix*, what
        ``get`` gave); (0, 0) where none is known: another program set the clock, or never any.  Raises OSError.
        """
        from pole.drivers.rtc.bcd_time import read_mark

        self._i2c.readfrom_mem_into(_ADDRESS, _MARK, self._time)
        out = read_mark(self._time, unix)
        unload(*_CALENDAR)
        return out

    def set(self, unix, by=15):
        """Sets the clock to *unix* seconds, on which the witnesses *by* (timekeeping/clock.py) agree.

        Returns False when the clock does not answer, the year is not 2000 to 2099, or there is no memory for the dates.
        """
        try:
            from pole.drivers.rtc.bcd_time import encode, mark

            sound = encode(unix, self._time)
            note = mark(unix, by)
        except MemoryError:
            sound = False
        unload(*_CALENDAR)
        if not sound:
            return False
        try:
            self._i2c.writeto_mem(_ADDRESS, _SECONDS, self._time)
            self._i2c.writeto_mem(_ADDRESS, _MARK, note)
            # last: if the power is cut before this, the clock still reports that it stopped
            self._i2c.writeto_mem(_ADDRESS, _CONTROL, _RUNNING)
        except Exception as error:
            self.error = error
            return False
        return True

    def temperature_tenths(self):
        """Temperature in tenths of a degree Celsius, in steps of 2.5, or None when the clock does not answer."""
        try:
            self._i2c.readfrom_mem_into(_ADDRESS, _TEMPERATURE, self._degrees)
            self.error = None
        except Exception as error:
            self.error = error
            return None
        quarters = self._degrees[0] << 2 | self._degrees[1] >> 6
        if quarters & 0x200:
            quarters -= 0x400
        return (quarters * 5 + 1) // 2


def make(_part, i2c):
    """The clock on the bus *i2c*."""
    return Ds3231(i2c)
