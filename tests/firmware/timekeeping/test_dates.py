from pole.settings import check_calendar
from pole.timekeeping import dates

try:
    from tests.firmware.lighting import civil_days
except ImportError:
    import civil_days


def test_days_of_known_dates():
    for civil, days, weekday in (
        ((1999, 12, 31), -1, 5),
        ((2000, 1, 1), 0, 6),
        ((2000, 2, 29), 59, 2),
        ((2024, 2, 29), 8825, 4),
        ((2026, 11, 24), 9824, 2),
        ((2099, 12, 31), 36524, 4),
        ((2100, 3, 1), 36584, 1),
    ):
        assert civil_days.days(*civil) == days
        assert dates.civil(days) == civil
        assert dates.weekday(days) == weekday


def test_number_reads_like_the_date():
    assert dates.number(9824) == 20261124


def test_only_real_dates_exist():
    for number in (20000101, 20240229, 20261108, 20991231):
        assert check_calendar.exists(number), number
    for number in (0, -1, 19991231, 20260229, 20261131, 20261301, 20260001, 20260100, 21000101, 10**12):
        assert not check_calendar.exists(number), number
