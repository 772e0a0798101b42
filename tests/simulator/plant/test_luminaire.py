"""Driver and LEDs: power, power factor, light."""

from statistics import pstdev

from simulator.plant import luminaire as led
from tests.simulator.small_site import LED_30, LED_90


def model(name: str = "P0001") -> led.LuminaireModel:
    return led.LuminaireModel(LED_90, name, 7)


def test_a_warm_luminaire_at_nominal_voltage_is_within_its_tolerance_of_the_table() -> None:
    for name in ("P0001", "P0002", "P0003"):
        for level, watts, factor in LED_90.points[1:]:
            drawn, pf = model(name).draw(level / 100, 240.0, level / 100)
            assert abs(drawn - watts) <= led.TOLERANCE * watts
            assert abs(pf - factor) < 0.04
    halfway, _pf = model().draw(0.375, 240.0, 0.375)
    low, high = model().draw(0.25, 240.0, 0.25)[0], model().draw(0.50, 240.0, 0.50)[0]
    assert abs(halfway - (low + high) / 2) < 1e-9


def test_no_two_luminaires_are_alike_and_none_lies_beside_its_table_by_the_same_part_everywhere() -> None:
    drawn = [
        [model(f"P{number:04}").rated(level / 100) for level, _w, _pf in LED_90.points[1:]] for number in range(300)
    ]
    beside = [
        [watts / point[1] - 1 for (watts, _pf), point in zip(one, LED_90.points[1:], strict=True)] for one in drawn
    ]
    assert 0.012 < pstdev([one[-1] for one in beside]) < 0.024
    assert 0.010 < pstdev([one[-1] - one[0] for one in beside]) < 0.020  # from level to level of one lamp
    assert max(abs(part) for one in beside for part in one) < led.TOLERANCE + 1e-9
    assert 0.007 < pstdev([one[2][1] for one in drawn]) < 0.014  # power factor, at half


def test_power_follows_the_temperature_of_the_air() -> None:
    warm, cold = model().draw(0.5, 240.0, 0.5, 25.0)[0], model().draw(0.5, 240.0, 0.5, 0.0)[0]
    assert abs(cold / warm - 1.025) < 1e-9


def test_an_old_lamp_draws_less_and_gives_much_less() -> None:
    new, old = model(), led.LuminaireModel(LED_90, "P0001", 7, ageing=1.0)
    assert abs(old.rated(0.5)[0] / new.rated(0.5)[0] - 0.90) < 1e-9
    assert old.light_kept == 0.70 and new.light_kept == 1.0


def test_power_hardly_depends_on_voltage_until_the_driver_limits_its_current() -> None:
    full = model().draw(1.0, 240.0, 1.0)[0]
    assert abs(model().draw(1.0, 210.0, 1.0)[0] - full) < 0.01 * full
    assert abs(model().draw(1.0, 260.0, 1.0)[0] - full) < 0.01 * full
    assert model().draw(1.0, 120.0, 1.0)[0] < 0.85 * full
    assert model().draw(1.0, 80.0, 1.0)[0] == 0.0


def test_a_cold_luminaire_draws_a_little_more() -> None:
    cold, warm = model().draw(1.0, 240.0, 0.0)[0], model().draw(1.0, 240.0, 1.0)[0]
    assert 1.02 < cold / warm < 1.05


def test_the_driver_holds_its_minimum_and_switches_off_below_half_a_volt() -> None:
    assert model().output(0.07) == model().output(0.10) == 0.10
    assert model().output(0.04) == 0.0
    assert model().draw(0.0, 240.0, 0.0) == (0.5, 0.10)  # the table's own point at level 0
    assert led.LuminaireModel(LED_30, "P0001", 7).draw(0.0, 240.0, 0.0) == (led.STANDBY_W, led.STANDBY_PF)


def test_light_falls_with_hours_and_leds_are_thriftier_when_dimmed() -> None:
    assert led.light_of(1.0) == 1.0 and led.light_of(0.0) == 0.0
    assert 0.5 < led.light_of(0.5) < 0.55
    assert led.light_left(0) == 1.0
    assert abs(led.light_left(50_000) - 0.70) < 1e-9
