"""The time registers of a clock chip: seconds, minutes, hours, weekday, day, month, year, each in BCD.

The years are 2000 to 2099, in which every fourth is a leap year.  Seven more registers hold a mark: by which witnesses
the time was set, and when.  A chip that another program set, or that lost power, does not have the mark.
"""

from pole import const

_EPOCH = const(946684800)  # Unix seconds of 2000-01-01
_CENTURY = const(36525 * 86400)
# days of each month: 31 28 31 30 31 30 31 31 30 31 30 31; February's 29th is added where there is one
_MONTHS = const(b"\x1f\x1c\x1f\x1e\x1f\x1e\x1f\x1f\x1e\x1f\x1e\x1f")
_MAGIC = const(b"Dy")
_SECOND_MS = const(1000)  # the chip counts whole seconds
_DAY_MS = const(432)  # error of a day: 5 parts per million
_POOR_MS = const(100000)  # a time that may be wrong by more does not count as a witness


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


def mark(unix, by):
    """The seven bytes of the mark: set at *unix*, by the witnesses *by*."""
    day = (unix - _EPOCH) // 86400
    text = _MAGIC + bytes((by, day >> 8 & 255, day & 255))
    return text + bytes((0x5A, _sum(text)))


def read_mark(registers, unix):
    """(bits of the witnesses, bound of the error in ms at *unix*), (0, 0) where the mark is not there or too old."""
    by = registers[2]
    if registers[:2] != _MAGIC or not 0 < by < 16 or registers[6] != _sum(registers[:5]):
        return 0, 0
    days = (unix - _EPOCH) // 86400 - (registers[3] << 8 | registers[4])
    error_ms = _SECOND_MS + (days + 1) * _DAY_MS
    return (by, error_ms) if days >= 0 and error_ms <= _POOR_MS else (0, 0)


def _sum(text):
    return (sum(text) ^ 0xA5) & 255


def _length(year, month):
    return _MONTHS[month - 1] + (1 if month == 2 and year % 4 == 0 else 0)


def _bcd(value):
    return value // 10 << 4 | value % 10


def _binary(bcd):
    return (bcd >> 4) * 10 + (bcd & 15)
