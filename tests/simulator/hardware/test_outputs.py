"""Relay and dimmer: the lamp is lit from power-on, without a flicker, on any board."""

from __future__ import annotations

import pytest

from simulator.hardware.chip import HARD_RESET, PWRON_RESET, WDT_RESET


def pins(bench) -> tuple[int, int]:
    return bench.board["relay"]["pin"], bench.board["dimmer"]["pin"]


def test_coming_up_changes_nothing_on_a_board_that_rests_safe(bench, drivers):
    assert bench.outputs == []
    relay, dimmer = pins(bench)
    assert bench.chip.gpio.level(relay) == bench.board["relay"]["closed"]
    assert bench.chip.gpio.duty(dimmer) == 0  # low is full light on this board
    assert bench.chip.gpio.frequency(dimmer) == bench.board["dimmer"]["frequency"]


@pytest.mark.parametrize("closed", [0, 1])
def test_the_relay_goes_straight_to_closed(bench, closed):
    from pole.drivers.output.relay import Relay

    bench.chip.gpio.pulls = {23: 1 - closed}  # a board that rests with the contact open
    relay = Relay(23, closed)
    assert bench.outputs == [(23, 65535 * closed)]
    relay.set(False)
    assert bench.chip.gpio.level(23) == 1 - closed
    relay.set(True)
    assert bench.chip.gpio.level(23) == closed


@pytest.mark.parametrize("inverted", [False, True])
def test_the_dimmer_goes_straight_to_full_light(bench, inverted):
    from pole.drivers.output.dimmer import Dimmer

    full = 0 if inverted else 65535
    bench.chip.gpio.pulls = {23: 1 if inverted else 0}  # a board that rests dark
    dimmer = Dimmer(23, 1000, inverted)
    assert bench.outputs == [(23, full)]
    for hundredths in range(10001):
        dimmer.set(hundredths)
        light = abs(bench.chip.gpio.duty(23) - (65535 - full))
        assert abs(light - hundredths * 6.5535) <= 0.5


@pytest.mark.parametrize("cause", [PWRON_RESET, HARD_RESET, WDT_RESET])
def test_any_reset_lights_a_lamp_that_was_off(bench, drivers, cause):
    relay, dimmer = pins(bench)
    drivers.relay.set(False)
    drivers.dimmer.set(1000)
    bench.chip.power_on(cause)
    assert bench.chip.gpio.level(relay) == bench.board["relay"]["closed"]
    assert bench.chip.gpio.duty(dimmer) == 0


def test_setting_what_is_set_already_tells_nobody(bench, drivers):
    drivers.relay.set(False)
    drivers.dimmer.set(5000)
    seen = len(bench.outputs)
    drivers.relay.set(False)
    drivers.dimmer.set(5000)
    assert len(bench.outputs) == seen
