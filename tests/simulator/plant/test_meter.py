"""What meters make of what flows."""

from statistics import mean, pstdev

import pytest

from simulator.plant.faults import HEALTHY, Faults
from simulator.plant.luminaire import LuminaireModel
from simulator.plant.meter import ADE7953, BL0942, PZEM004T, TYPES, Meter, MeterType
from simulator.plant.senses import Electrical
from tests.simulator.small_site import LED_90, plant

FLOW = Electrical(235.0, 0.4, 90.0)


def test_each_meter_has_its_own_calibration_that_stays() -> None:
    means = []
    for number in range(200):
        meter = Meter(f"P{number:04}", 7)
        means.append(mean(meter.show(FLOW, HEALTHY, now).power_w for now in range(20)))
    assert 0.002 < pstdev(means) / 90.0 < 0.004
    assert abs(mean(means) - 90.0) < 0.1


@pytest.mark.parametrize("kind", TYPES.values(), ids=lambda kind: kind.name)
def test_a_reading_is_a_whole_number_of_steps_and_as_noisy_as_its_type_says(kind: MeterType) -> None:
    meter = Meter("P0001", 7, kind)
    readings = [meter.show(FLOW, HEALTHY, now) for now in range(3000)]
    for value, step in zip(readings[0][:3], (kind.step_v, kind.step_a, kind.step_w), strict=True):
        assert abs(value / step - round(value / step)) < 1e-6
    noise = pstdev([reading.power_w for reading in readings])
    least = kind.deviation_w(90.0)
    assert 0.9 * least < noise < 1.1 * (least**2 + kind.step_w**2 / 12) ** 0.5


def test_a_coarse_meter_shows_nothing_of_a_snubber_and_none_shows_less_than_nothing() -> None:
    for kind in (BL0942, ADE7953, PZEM004T):
        shown = [Meter(f"P{n:04}", 7, kind).show(Electrical(240.0, 0.0, 0.0), HEALTHY, 0) for n in range(50)]
        assert all(reading.current_a >= 0.0 and reading.power_w >= 0.0 for reading in shown)
        assert max(reading.current_a for reading in shown) < 0.003


def test_a_noisy_meter_is_three_times_as_noisy() -> None:
    meter = Meter("P0001", 7)

    def noise(present: Faults) -> float:
        return pstdev([meter.show(FLOW, present, now).power_w for now in range(2000)])

    assert abs(noise(Faults(meter_noise=1.0)) / noise(HEALTHY) - 3.0) < 0.1
    assert abs(noise(Faults(meter_noise=0.5)) / noise(HEALTHY) - 2.0) < 0.1


def test_a_frozen_meter_repeats_its_last_frame() -> None:
    meter = Meter("P0001", 7)
    last = meter.show(FLOW, HEALTHY, 0)
    frozen = Faults(meter_frozen=0.2)  # all or nothing
    assert meter.show(Electrical(200.0, 0.0, 0.0), frozen, 1000) == last == meter.show(FLOW, frozen, 2000)
    assert meter.show(FLOW, HEALTHY, 3000) != last
    never_read = Meter("P0002", 7)
    assert never_read.show(FLOW, frozen, 0) == never_read.show(FLOW, frozen, 1000)


def test_the_commissioning_curve_is_that_of_the_lamp_through_its_own_meter() -> None:
    levels = (10, 25, 50, 75, 100)
    pole = plant()
    curve = pole.curve(levels)
    model = LuminaireModel(LED_90, "P0001", 7)
    assert [level for level, _watts, _factor in curve] == list(levels)
    for level, watts, factor in curve:
        true_w, true_factor = model.draw(level / 100, 240.0, level / 100)
        assert abs(watts / true_w - 1) < 0.012
        assert abs(factor - true_factor) < 0.012
    assert curve == pole.curve(levels) == plant().curve(levels) != plant(seed=8).curve(levels)
    pole.inject(1, "string_open", 0.5, 0)
    assert pole.curve(levels) == curve  # it was measured before
    old = plant(ageing=1.0).curve(levels)
    assert all(abs(aged[1] / new[1] - 0.90) < 0.002 for aged, new in zip(old, curve, strict=True))
    with pytest.raises(ValueError, match="the pole P0001 has no meter"):
        plant(board={}).curve(levels)
