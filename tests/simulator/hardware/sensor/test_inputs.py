"""The door contact and the residual-current monitor."""

from __future__ import annotations

import pytest

from simulator.engines.virtual_loop import VirtualLoop


def test_leakage_is_read_to_one_step_of_the_converter(bench, drivers):
    step = bench.board["leakage"]["full_scale_ma"] / 4095
    for milliamperes in range(22, 500):
        bench.leakage_a = milliamperes / 1000
        assert abs(drivers.leakage.read(None) - milliamperes) <= step + 0.5


def test_leakage_that_the_converter_cannot_tell_reads_nothing(bench, drivers):
    for milliamperes in range(21):  # below 142 mV
        bench.leakage_a = milliamperes / 1000
        assert drivers.leakage.read(None) == 0


# (raw, mV) of real ESP32s at 11 dB: espressif/esp-idf#164 begins at 123 mV, and an early chip's offset is 200 mV
@pytest.mark.parametrize("offset_mv", [123, 142, 200])
def test_a_leak_of_30_mA_is_found_on_any_calibrated_chip(bench, drivers, monkeypatch, offset_mv):
    def raw(milliamperes):
        return max(0, round((3300 * milliamperes / bench.board["leakage"]["full_scale_ma"] - offset_mv) / 0.8056))

    class Adc:
        def read_u16(self):
            return raw(self.ma) << 4

        def read_uv(self):
            return round(offset_mv + raw(self.ma) * 0.8056) * 1000

    adc = Adc()
    monkeypatch.setattr(drivers.leakage, "_adc", adc)
    for adc.ma, found in ((0, False), (3, False), (19, False), (30, offset_mv < 198), (60, True)):
        assert (drivers.leakage.read(None) >= 27) is found


def test_a_leak_beyond_the_monitor_is_its_full_scale(bench, drivers):
    bench.leakage_a = 10.0
    assert drivers.leakage.read(None) == bench.board["leakage"]["full_scale_ma"]


@pytest.mark.parametrize("open_level", [0, 1])
def test_the_door(bench, open_level):
    from pole.drivers.sensor.inputs import Contact

    pin = bench.board["door"]["pin"]
    bench.chip.gpio.contacts[pin] = lambda: bench.door_open == (open_level == 0)
    door = Contact(pin, open_level)
    for bench.door_open in (False, True, False):
        assert door.read(None) is bench.door_open


def test_a_cut_wire_reads_as_an_open_door(bench, drivers):
    assert drivers.door.read(None) is False
    del bench.chip.gpio.contacts[bench.board["door"]["pin"]]
    assert drivers.door.read(None) is True


@pytest.mark.parametrize("present_level", [0, 1])
def test_the_supply_tells_of_every_outage_and_of_its_end(bench, present_level):
    from pole.drivers.sensor.supply import Supply

    mains = True
    bench.chip.gpio.contacts[23] = lambda: mains == (present_level == 0)
    supply = Supply(23, present_level)
    told: list[bool] = []
    loop = VirtualLoop()  # type: ignore[abstract]
    loop.create_task(supply.watch(lambda: told.append(supply.present())))
    for ms in range(400):
        mains = not (60 <= ms < 180 or ms >= 300)
        loop.step(ms)
    assert told == [False, True, False]
    loop.abandon()


def _half_wave(ms: float, hertz: float) -> float:
    """Where in its half-wave the mains is, 0 to 2 for a whole period."""
    return ms / 1000 * 2 * hertz % 2


COUPLERS = {  # how an optocoupler follows the mains: (milliseconds, hertz) to whether it conducts
    "both half-waves": lambda ms, hertz: 0.13 < _half_wave(ms, hertz) % 1 < 0.87,
    "one half-wave": lambda ms, hertz: 0.13 < _half_wave(ms, hertz) < 0.87,
    "one half-wave, low voltage": lambda ms, hertz: 0.25 < _half_wave(ms, hertz) < 0.75,
}


@pytest.mark.parametrize("coupler", COUPLERS)
@pytest.mark.parametrize("hertz", [47.5, 49.97, 50.0, 52.1, 59.95, 60.0])
def test_an_optocoupler_that_lets_go_at_zero_crossings_is_a_sound_supply(bench, coupler, hertz):
    from pole.drivers.sensor.supply import Supply

    ms, cut = 0, 7000
    bench.chip.gpio.contacts[23] = lambda: ms < cut and COUPLERS[coupler](ms, hertz)
    supply = Supply(23, 0)
    told: list[tuple[int, bool]] = []
    loop = VirtualLoop()  # type: ignore[abstract]
    loop.create_task(supply.watch(lambda: told.append((ms, supply.present()))))
    for ms in range(cut + 200):
        loop.step(ms)
    ((at, present),) = told
    assert not present and cut <= at <= cut + 85
    loop.abandon()


def test_a_pin_of_the_supply_that_raises_once_is_told_while_its_error_can_be_seen(bench):
    from pole.drivers.sensor.supply import Supply

    raised = [OSError(5)]

    def contact():
        if raised and ms >= 100:
            raise raised.pop()
        return True

    ms = 0
    bench.chip.gpio.contacts[23] = contact
    supply = Supply(23, 0)
    told: list[str] = []
    loop = VirtualLoop()  # type: ignore[abstract]
    loop.create_task(supply.watch(lambda: told.append(f"{supply.error} {supply.present()}")))
    for ms in range(2000):
        loop.step(ms)
    assert told == ["5 True"] and supply.error is None
    loop.abandon()


def test_a_supply_that_is_not_there_at_the_start_is_told_within_30_ms(bench):
    from pole.drivers.sensor.supply import Supply

    bench.chip.gpio.contacts[23] = lambda: False
    told: list[bool] = []
    loop = VirtualLoop()  # type: ignore[abstract]
    loop.create_task(Supply(23, 0).watch(lambda: told.append(True)))
    for ms in range(31):
        loop.step(ms)
    assert told == [True]
    loop.abandon()
