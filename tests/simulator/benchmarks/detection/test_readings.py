"""What the benchmark hands to the detectors, against the real drivers over the virtual chips."""

from __future__ import annotations

from typing import Any

from simulator.benchmarks.detection import readings
from simulator.hardware.meter.bl0942 import Electrical


def test_the_meter_reads_the_same_through_chip_and_driver(bench: Any, drivers: Any) -> None:
    from pole.drivers.reading import Reading

    ours = Reading()
    for step in range(1500):
        volts = 90.0 + (step * 7919 % 21000) / 100.0
        amperes = (0.0, 0.0008, 0.003, 0.02)[step % 4] if step % 5 == 0 else (step * 104729 % 60000) / 10000.0
        watts = volts * amperes * ((step * 31 % 100) + 1) / 100.0
        bench.load = Electrical(volts, amperes, watts)
        drivers.meter.request()
        bench.wait(drivers.meter.answer_ms)
        assert drivers.meter.read(drivers.reading)
        readings.electrical(ours, volts, amperes, watts)
        for name in ("voltage_mv", "current_ma", "power_mw", "pf_thousandths"):
            assert getattr(ours, name) == getattr(drivers.reading, name), (name, volts, amperes, watts)


def test_the_thermometer_reads_the_same(bench: Any, drivers: Any) -> None:
    for tenth in range(-300, 900, 7):
        bench.celsius = tenth / 10.0 + 0.033
        assert readings.tenths(bench.celsius) == drivers.clock.temperature_tenths()


def test_the_photocell_reads_the_same(bench: Any, drivers: Any) -> None:
    full = bench.board["photocell"]["full_scale_lux"]
    for step in range(0, 12000, 13):
        bench.lux = step / 10.0
        assert readings.analogue(bench.lux, full) == drivers.photocell.read(None)


def test_the_accelerometer_reads_the_same(bench: Any) -> None:
    import machine  # type: ignore[import-not-found]

    from pole.drivers.reading import Reading
    from pole.drivers.sensor.lis3dh import Lis3dh
    from simulator.hardware.sensor import lis3dh

    felt = {"rest": (0.0, 0.0, 1.0), "shock": 0.0}
    part = {"scl": 25, "sda": 26}
    chip = lis3dh.Lis3dh(lambda: bench.now_ms, lambda: felt["rest"], lambda a, b: felt["shock"])  # type: ignore[arg-type,return-value]
    bench.chip.i2c.attach(part["scl"], part["sda"], lis3dh.ADDRESS, chip)
    driver = Lis3dh(machine.I2C(0, scl=machine.Pin(part["scl"]), sda=machine.Pin(part["sda"]), freq=100000))
    reading = Reading()
    driver.read(reading)  # sets it up
    for step in range(200):
        felt["shock"] = step * 0.05
        felt["rest"] = (step / 250.0 - 0.4, 0.3 - step / 999.0, 1.0 - step / 77.0)
        bench.wait(1000)
        driver.read(reading)
        assert reading.shock_mg == readings.shock_mg(step * 0.05)
        assert (reading.x_mg, reading.y_mg, reading.z_mg) == tuple(readings.milli_g(g) for g in felt["rest"])  # type: ignore[union-attr]
