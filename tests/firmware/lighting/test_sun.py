from pole.lighting import sun

SAGAR = (23.84, 78.74)
ZENITHS = (sun.SUNRISE_ZENITH, sun.TWILIGHT_ZENITH)


def test_sagar_at_both_solstices():
    # from astral 3.2 without refraction: dawn, sunrise, sunset, dusk in seconds from 00:00 UTC
    for day, expected in (
        (9668, (-1618, -88, 48907, 50436)),  # 2026-06-21
        (9851, (3495, 4982, 43379, 44865)),  # 2026-12-21
    ):
        found = (
            sun.event(day, *SAGAR, sun.TWILIGHT_ZENITH, True),
            sun.event(day, *SAGAR, sun.SUNRISE_ZENITH, True),
            sun.event(day, *SAGAR, sun.SUNRISE_ZENITH, False),
            sun.event(day, *SAGAR, sun.TWILIGHT_ZENITH, False),
        )
        assert max([abs(found[i] - expected[i]) for i in range(4)]) <= 2, (found, expected)


def test_far_longitudes_belong_to_the_solar_day():
    # noon of a solar day is near 12:00 - longitude / 15 h UTC, so on both sides of the date line events leave the day
    assert -23000 < sun.event(9668, 0, 180, sun.SUNRISE_ZENITH, True) < -20000
    assert 106000 < sun.event(9668, 0, -180, sun.SUNRISE_ZENITH, False) < 110000


def test_sunset_is_never_before_sunrise():
    for latitude in range(-90, 91, 15):
        for day in range(9500, 9900, 7):
            for zenith in ZENITHS:
                rise = sun.event(day, latitude, 20, zenith, True)
                fall = sun.event(day, latitude, 20, zenith, False)
                assert rise <= fall + 1, (latitude, day, rise, fall)


def test_polar_day_lasts_from_midnight_to_midnight():
    rise, fall = [sun.event(9668, 75, 0, sun.SUNRISE_ZENITH, rising) for rising in (True, False)]
    assert abs(rise - 120) < 30 and abs(fall - 86520) < 30  # solar midnight: the sun is two minutes late in June


def test_polar_day_has_no_night_in_it():
    for day in range(9650, 9680):
        fall = sun.event(day, 75, 20, sun.SUNRISE_ZENITH, False)
        assert fall <= sun.event(day + 1, 75, 20, sun.SUNRISE_ZENITH, True) + 86400


def test_polar_night_has_no_day_in_it():
    rise, fall = [sun.event(9851, 75, 0, sun.SUNRISE_ZENITH, rising) for rising in (True, False)]
    assert abs(rise - fall) <= 1 and abs(rise - 43080) < 60


def test_the_poles_themselves():
    for latitude, june in ((90, 86400), (-90, 0)):
        day = sun.event(9668, latitude, 0, sun.SUNRISE_ZENITH, False) - sun.event(
            9668, latitude, 0, sun.SUNRISE_ZENITH, True
        )
        assert abs(day - june) <= 60
