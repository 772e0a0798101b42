"""What a quiet pole sends, and why it wakes."""

from __future__ import annotations

import pytest

from simulator.benchmarks.pole import day
from simulator.device_modules import hostops, ops

MOST_SENT_A_DAY = 230_000
MOST_WAKES_AN_HOUR = 560  # with a dusk and its ramp


def test_a_quiet_pole_sends_no_more_than_it_has_to() -> None:
    one = day.live(6)
    assert set(one.air.kinds) >= {"ping", "meter", "state", "time"}
    assert one.air.up["meter"].messages == pytest.approx(6 * 12, abs=3)
    assert one.air.sent * 4 < MOST_SENT_A_DAY
    assert one.wakes_an_hour < MOST_WAKES_AN_HOUR


def test_why_a_pole_woke_is_the_first_thing_that_the_list_names() -> None:
    assert day.reason({ops.PWM_SET, ops.UART_READ, ops.ADC_READ}) == "the meter is read"
    assert day.reason({hostops.RECV, hostops.INTEREST}) == "the broker sends"
    assert day.reason({hostops.INTEREST}) == day.NOTHING
