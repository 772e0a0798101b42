"""The photocell driver against the sensor and the converter."""

from __future__ import annotations


def test_light_is_read_to_one_step_of_the_converter(bench, drivers):
    step = bench.board["photocell"]["full_scale_lux"] / 4095
    for lux in range(44, 1000):  # an ESP32's converter says nothing of less than 142 mV, which is 43 lux
        bench.lux = lux
        assert abs(drivers.photocell.read(None) - lux) <= step + 0.5
    for lux in range(43):
        bench.lux = lux
        assert drivers.photocell.read(None) == 0


def test_more_light_than_the_sensor_can_say_is_full_scale(bench, drivers):
    bench.lux = 80000.0
    assert drivers.photocell.read(None) == bench.board["photocell"]["full_scale_lux"]


def test_an_input_with_nothing_on_it_is_dark(bench):
    from pole.drivers.sensor.inputs import Sensor

    assert Sensor(39, 1000).read(None) == 0
