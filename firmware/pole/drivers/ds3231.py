"""DS3231 clock chip on I2C: keeps the time through a power cut on its battery, and measures the temperature.

It counts UTC in 24-hour form.  The years 2000 to 2099 are all it knows, in which every fourth year is a leap year.
"""

import machine

from pole import const

_ADDRESS = const(0x68)
_SECONDS = const(0x00)  # the first of seven: seconds, minutes, hours, weekday, day, month, year, each in BCD
_CONTROL = const(0x0E)
_STATUS = const(0x0F)
_STOPPED = const(0x80)  # in the status: the oscillator has stopped at some time, so the time is not to be believed
_TEMPERATURE = const(0x11)
# Control: the oscillator runs on the battery too, no square wave, no alarms.  Status: not stopped, no 32 kHz output.
_RUNNING = const(b"\x04\x00")

_EPOCH = const(946684800)  # Unix seconds of 2000-01-01
_CENTURY = const(36525 * 86400)
# days of each month; February's 29th is added where there is one
_MONTHS = const(b"\x1f\x1c\x1f\x1e\x1f\x1e\x1f\x1f\x1e\x1f\x1e\x1f")


class Ds3231:
    """Clock on I2C bus *bus*, pins *scl* and *sda*."""

    def __init__(self, bus, scl, sda):
        self._i2c = machine.I2C(bus, scl=machine.Pin(scl), sda=machine.Pin(sda), freq=100000)
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
        except OSError:
            return None
        return decode(self._time)

    def set(self, unix):
        """Sets the clock to *unix* seconds.

        Returns False when the clock does not answer or the year is not 2000 to 2099.
        """
        if not encode(unix, self._time):
            return False
        try:
            self._i2c.writeto_mem(_ADDRESS, _SECONDS, self._time)
            # last: cut short before this, the clock still says that it stopped
            self._i2c.writeto_mem(_ADDRESS, _CONTROL, _RUNNING)
        except OSError:
            return False
        return True

    def temperature_tenths(self):
        """Temperature in tenths of a degree Celsius, in steps of 2.5, or None when the clock does not answer."""
        try:
            self._i2c.readfrom_mem_into(_ADDRESS, _TEMPERATURE, self._degrees)
        except OSError:
            return None
        quarters = self._degrees[0] << 2 | self._degrees[1] >> 6
        if quarters & 0x200:
            quarters -= 0x400
        return (quarters * 5 + 1) // 2


def decode(registers):
    """Unix seconds of the seven time registers, or None when they hold no time of day of this century."""
    for i in range(7):
        if registers[i] & 15 > 9:
            return None
    second = _binary(registers[0])
    minute = _binary(registers[1])
    hour = _binary(registers[2])  # in 12-hour form, which we never set, bit 6 is up and this is above 23
    day = _binary(registers[4])
    month = _binary(registers[5] & 0x1F)  # bit 7 is the century
    year = _binary(registers[6])
    if second > 59 or minute > 59 or hour > 23 or year > 99 or not 1 <= month <= 12:
        return None
    if not 1 <= day <= _length(year, month):
        return None
    days = year * 365 + (year + 3) // 4 + day - 1
    for before in range(1, month):
        days += _length(year, before)
    return _EPOCH + days * 86400 + hour * 3600 + minute * 60 + second


def encode(unix, registers):
    """Puts *unix* seconds into the seven time registers.  Returns False outside the years 2000 to 2099."""
    seconds = unix - _EPOCH
    if not 0 <= seconds < _CENTURY:
        return False
    days, seconds = divmod(seconds, 86400)
    year = days * 4 // 1461
    day = days - year * 365 - (year + 3) // 4
    month = 1
    while day >= _length(year, month):
        day -= _length(year, month)
        month += 1
    registers[0] = _bcd(seconds % 60)
    registers[1] = _bcd(seconds // 60 % 60)
    registers[2] = _bcd(seconds // 3600)
    registers[3] = (days + 5) % 7 + 1  # Monday 1; 2000-01-01 was a Saturday
    registers[4] = _bcd(day + 1)
    registers[5] = _bcd(month)
    registers[6] = _bcd(year)
    return True


def _length(year, month):
    return _MONTHS[month - 1] + (1 if month == 2 and year % 4 == 0 else 0)


def _bcd(value):
    return value // 10 << 4 | value % 10


def _binary(bcd):
    return (bcd >> 4) * 10 + (bcd & 15)
