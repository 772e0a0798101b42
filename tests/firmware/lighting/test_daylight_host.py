"""What the pole takes for surely day and surely night, against the light of the sky by astral: no sound photocell is
called broken on any day of the year, from Svalbard to Tierra del Fuego."""

from datetime import UTC, datetime
from itertools import pairwise

import pytest
from astral import Observer
from astral.sun import elevation

from pole.lighting.daylight import edges
from simulator.plant.weather import NIGHT_SKY_LUX, clear_sky_log, through_cloud

DAY = 86400
YEAR = 1767225600  # 2026-01-01 00:00 UTC
SURELY_DAY, SURELY_NIGHT = 1, 3
DARK_LUX, BRIGHT_LUX = 10, 60  # where health/surroundings.py calls a photocell wrong
RAISED_AFTER_S = 600
LEAST, MOST = 0.5 * through_cloud(1.0), 1.5  # a dirty photocell under cloud, one that looks at the bright sky


@pytest.mark.parametrize("latitude", [78.22, 69.65, 64.15, 60.17, 51.5, 23.84, 1.35, -33.9, -54.8, -77.85])
def test_a_sound_photocell_is_wrong_on_no_day_of_the_year(latitude: float) -> None:
    observer = Observer(latitude, 18.96)
    for unix in range(YEAR, YEAR + 365 * DAY, 5 * DAY):
        phase, ahead = edges(unix, latitude, 18.96)
        for number, (begin, end) in enumerate(pairwise([unix, *ahead[:5]])):
            surely = (phase + number) % 4
            for at in range(begin, end + 1, 600):  # and its first and last moments are the worst
                for edge in (at, end):
                    _hold(observer, surely, edge, end - begin)


def _hold(observer: Observer, surely: int, at: int, lasts_s: int) -> None:
    if lasts_s < RAISED_AFTER_S or surely not in (SURELY_DAY, SURELY_NIGHT):
        return
    moment = datetime.fromtimestamp(at, UTC)
    lux = 10 ** clear_sky_log(elevation(observer, moment, with_refraction=False)) + NIGHT_SKY_LUX
    assert lux * LEAST > DARK_LUX if surely == SURELY_DAY else lux * MOST < BRIGHT_LUX, (moment, lux)
