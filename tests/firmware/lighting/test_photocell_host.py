"""The photocell of a pole without the time, through days of the simulator's sky.

It puts no street out at night, and a sound one lets the lamp go out on most days.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from host_tools.site import load_site
from pole.lighting.daylight import nights
from pole.lighting.photocell import Photocell
from simulator.plant.mains import Feeder
from simulator.plant.pole import PolePlant
from simulator.plant.weather import Weather
from simulator.run_time import RunTime

STEP_MS = 30_000
HOUR_MS = 3_600_000
DARK_DEGREES = -6.0  # civil dusk


def lived(
    month: int, seed: int, days: int, fault: str = "", latitude: float = 23.84, at_h: int = 0
) -> tuple[int, float]:
    """(seconds off between dusk and dawn, part of the light days but the first on which it was off) from noon on."""
    site = load_site("sagar", 1)
    time = RunTime(int(datetime(2026, month, 10, 12, tzinfo=ZoneInfo(site.timezone)).timestamp()), site.timezone)
    weather = Weather(latitude, site.longitude, seed, time)
    pole = site.poles[0]
    plant = PolePlant(
        pole, site.luminaires[pole.luminaire], Feeder(pole.feeder, seed, time), weather, seed,
        board={"photocell": {"full_scale_lux": 1000}},
    )  # fmt: skip
    cell = Photocell(50, 90, 20, *nights(latitude))
    lit, dark_s, off, day = True, 0, 0, 0
    for now_ms in range(0, days * 24 * HOUR_MS, STEP_MS):
        if fault and now_ms == at_h * HOUR_MS:
            plant.inject(1, fault, 1.0, now_ms)
        plant.set_outputs(lit, 1.0 if lit else 0.0, now_ms)
        cell.update(int(min(plant.lux(now_ms), 1000)), now_ms & 0x3FFFFFFF, lit)
        lit = cell.dark or bool(cell.doubt(False))
        if now_ms % 600_000:
            continue
        degrees = weather.sun_degrees(time.start_unix + now_ms // 1000)
        if not lit and degrees < DARK_DEGREES:
            dark_s += 600
        if now_ms > 12 * HOUR_MS and degrees > 4:
            day += 1
            off += not lit
    return dark_s, off / day


@pytest.mark.parametrize("month", [1, 4, 7, 10])
def test_a_sound_one_lets_the_lamp_go_out_on_most_days_of_every_season(month: int) -> None:
    parts = [lived(month, seed, 5) for seed in (1, 2)]
    assert [dark for dark, _part in parts] == [0, 0]
    assert sum(part for _dark, part in parts) / 2 > 0.8


@pytest.mark.parametrize("latitude", [8.0, 45.0, 60.0])
@pytest.mark.parametrize("month", [6, 12])
def test_from_8_to_60_degrees_it_is_dark_at_no_night(latitude: float, month: int) -> None:
    dark, part = lived(month, 3, 3, latitude=latitude)
    assert dark == 0
    assert part > 0.6


@pytest.mark.parametrize(
    "fault",
    [
        "photocell_own_light", "photocell_reversed", "photocell_loose", "photocell_stuck_light", "photocell_stuck_dark",
        "headlights", "fog",
    ],
)  # fmt: skip
@pytest.mark.parametrize("month", [1, 7])
def test_what_is_wrong_with_it_from_the_start_darkens_no_night(fault: str, month: int) -> None:
    assert lived(month, 5, 3, fault)[0] == 0


@pytest.mark.parametrize(
    "fault", ["photocell_own_light", "photocell_reversed", "photocell_loose", "photocell_stuck_light"]
)
def test_what_goes_wrong_by_day_darkens_an_hour_of_a_night_at_most(fault: str) -> None:
    assert lived(11, 5, 3, fault, at_h=25)[0] <= 3600
