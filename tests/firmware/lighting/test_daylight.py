"""When the sky is surely bright and surely dark, from the equator to the poles."""

from pole.lighting.daylight import edges

DAY = 86400
JUNE = 1781956800  # 2026-06-20 12:00 UTC
DECEMBER = 1797768000  # 2026-12-20 12:00 UTC


def hours(unix, latitude, longitude):
    """(hours of surely day, hours of surely night) in the 24 hours from *unix* on."""
    phase, ahead = edges(unix, latitude, longitude)
    seconds = [0, 0, 0, 0]
    at = unix
    for edge in ahead:
        seconds[phase % 4] += min(edge, unix + DAY) - min(at, unix + DAY)
        at, phase = edge, phase + 1
    assert ahead == sorted(ahead) and at >= unix + DAY
    return seconds[1] / 3600, seconds[3] / 3600


def near(found, day, night):
    return abs(found[0] - day) < 0.1 and abs(found[1] - night) < 0.1


def test_in_sagar_night_begins_45_minutes_after_sunset_long_after_dusk():
    assert near(hours(JUNE, 23.84, 78.74), 13.57 - 2, 10.43 - 1.5)
    assert near(hours(DECEMBER, 23.84, 78.74), 10.57 - 2, 13.43 - 1.5)


def test_at_the_equator_dusk_is_quicker_still():
    assert near(hours(JUNE, 1.35, 103.82), 10.2, 10.3)


def test_white_nights_are_no_night_and_their_days_are_days():
    day, night = hours(JUNE, 64.15, -21.94)  # Reykjavik: the sun sets for three hours, and it is never dark
    assert night < 0.02 and abs(day - 19.1) < 0.2
    assert near(hours(JUNE, 60.17, 24.94), 16.94, 1.32)  # Helsinki: for five hours, and it is dark for one


def test_polar_day_and_polar_night():
    for latitude, summer, winter in ((69.65, JUNE, DECEMBER), (78.22, JUNE, DECEMBER), (-77.85, DECEMBER, JUNE)):
        day, night = hours(summer, latitude, 18.96)
        assert night < 0.02 and day > 21.9
        day, night = hours(winter, latitude, 18.96)
        assert day == 0 and night > 16


def test_the_south_has_its_seasons_and_the_date_line_its_days():
    assert near(hours(DECEMBER, -54.8, -68.3), 17.35 - 2, 4.75)  # Ushuaia: dusk is 56 minutes after sunset
    for longitude in (179.9, -179.9):
        assert near(hours(JUNE, -17.8, longitude), 8.98, 11.5)


def test_at_any_place_and_time_there_is_an_answer_for_two_days():
    for latitude in (-90, -66, -30, 0, 30, 66, 90):
        for longitude in (-180, 0, 180):
            for unix in range(JUNE, JUNE + 366 * DAY, 17 * DAY + 5000):
                phase, ahead = edges(unix, latitude, longitude)
                assert phase >= 4 and len(ahead) == 9 and ahead[0] > unix
                assert ahead[-1] >= unix + DAY
