"""Civil dates as integers: days since 2000-01-01, in the Gregorian calendar (UTC or local, as the caller means them).

A date in a configuration is the integer yyyymmdd, which compares like the date it stands for.
"""

from pole import const

DAY = 86400  # seconds
UNIX_DAYS = 10957  # days from 1970-01-01 to 2000-01-01

# days of a common year before each month
_BEFORE = const((0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365))


def civil(days):
    """(year, month, day) of *days* since 2000-01-01."""
    year = 2000 + days * 400 // 146097
    if days < _days_before(year):  # the mean year is out by at most one
        year -= 1
    elif days >= _days_before(year + 1):
        year += 1
    rest = days - _days_before(year)
    leap = 1 if _is_leap(year) else 0
    if leap and rest == 59:
        return year, 2, 29
    if leap and rest > 59:
        rest -= 1
    month = 12
    while rest < _BEFORE[month - 1]:
        month -= 1
    return year, month, rest - _BEFORE[month - 1] + 1


def weekday(days):
    """ISO weekday of *days* since 2000-01-01: 1 is Monday, 7 is Sunday."""
    return (days + 5) % 7 + 1


def number(days):
    """The date of *days* since 2000-01-01 as yyyymmdd."""
    year, month, day = civil(days)
    return year * 10000 + month * 100 + day


def _is_leap(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _days_before(year):
    """Days from 2000-01-01 to January 1st of *year*."""
    years = year - 2000
    return 365 * years + (years + 3) // 4 - (years + 99) // 100 + (years + 399) // 400
