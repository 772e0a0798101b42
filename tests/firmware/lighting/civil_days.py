"""Days of a civil date: the way back from ``dates.civil``, which no pole needs."""


def days(year, month, day):
    """Days from 2000-01-01 to the given date (negative before it), which must exist."""
    year -= month < 3  # a year that begins in March ends with the leap day
    before = ((month + 9) % 12 * 153 + 2) // 5  # days of its months before this one
    return 365 * year + year // 4 - year // 100 + year // 400 + before + day - 730426
