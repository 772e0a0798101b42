import datetime

from hypothesis import given, strategies

from pole.settings import check_calendar
from pole.timekeeping import dates
from tests.firmware.lighting import civil_days

EPOCH = datetime.date(2000, 1, 1)


@given(strategies.dates())
def test_like_the_datetime_of_cpython(date):
    days = (date - EPOCH).days
    assert civil_days.days(date.year, date.month, date.day) == days
    assert dates.civil(days) == (date.year, date.month, date.day)
    assert dates.weekday(days) == date.isoweekday()
    assert dates.number(days) == int(f"{date:%Y%m%d}" if date.year > 999 else date.isoformat().replace("-", ""))


def test_every_day_of_four_hundred_years():
    for days in range(-36525, 109575):
        date = EPOCH + datetime.timedelta(days)
        assert dates.civil(days) == (date.year, date.month, date.day)


@given(strategies.integers(20000000, 21000000))
def test_exists_like_the_datetime_of_cpython(number):
    try:
        datetime.date(number // 10000, number // 100 % 100, number % 100)
        real = True
    except ValueError:
        real = False
    assert check_calendar.exists(number) == real
