"""Clocks that a pole is told wrongly and parts that raise, and when the pole could know."""

from __future__ import annotations

import pytest

from simulator.device_modules import ops
from simulator.happenings.act import ADC, BUS, METER
from simulator.street.troubles import CITY_TIME, SERVER_TIME, Troubles


class Bench:
    def __init__(self) -> None:
        self.now = 0
        self.troubles = Troubles(lambda: self.now)

    def at(self, ms: int) -> Troubles:
        self.now = ms
        return self.troubles


def test_a_wrong_time_is_met_when_it_is_answered_and_gone_with_the_first_right_answer() -> None:
    bench = Bench()
    bench.at(1000).begin(1, SERVER_TIME, -60)
    assert bench.at(1500).ahead_ms(CITY_TIME) == 0
    assert bench.at(2000).ahead_ms(SERVER_TIME) == -60_000
    assert bench.at(3000).ahead_ms(SERVER_TIME) == -60_000
    bench.at(4000).end(1, SERVER_TIME)
    assert bench.troubles.gone_ms(1) is None
    assert bench.at(5000).ahead_ms(SERVER_TIME) == 0
    assert (bench.troubles.seen_ms(1), bench.troubles.gone_ms(1)) == (2000, 5000)


def test_a_clock_that_is_wrong_by_some_seconds_need_not_be_told_of() -> None:
    bench = Bench()
    bench.at(1000).begin(1, CITY_TIME, 20)
    assert bench.at(2000).ahead_ms(CITY_TIME) == 20_000
    assert bench.troubles.seen_ms(1) is None


def test_of_two_wrong_times_the_later_one_is_told_and_the_first_is_not_over_before_both_are() -> None:
    bench = Bench()
    bench.at(1000).begin(1, SERVER_TIME, 60)
    bench.at(2000).begin(2, SERVER_TIME, 90)
    assert bench.at(3000).ahead_ms(SERVER_TIME) == 90_000
    bench.at(4000).end(2, SERVER_TIME)
    assert bench.at(5000).ahead_ms(SERVER_TIME) == 60_000
    bench.at(6000).end(1, SERVER_TIME)
    assert bench.at(7000).ahead_ms(SERVER_TIME) == 0
    assert [(bench.troubles.seen_ms(number), bench.troubles.gone_ms(number)) for number in (1, 2)] == [(3000, 7000)] * 2


def test_a_part_raises_while_it_fails_and_is_well_when_each_device_of_it_was_used_again() -> None:
    bench = Bench()
    assert not bench.troubles.raising
    bench.at(1000).begin(1, BUS)
    assert bench.troubles.raising
    for address in (0x68, 0x18):
        with pytest.raises(OSError, match="5"):
            bench.at(2000).refuse(ops.I2C_READ_MEM, 0, address | 7 << 8)
    bench.at(2500).refuse(ops.ADC_READ, 36, 0)  # another part
    bench.at(3000).end(1, BUS)
    bench.at(4000).refuse(ops.I2C_WRITE, 0, 0x68)
    assert bench.troubles.gone_ms(1) is None
    bench.at(5000).refuse(ops.I2C_WRITE, 0, 0x18)
    assert (bench.troubles.seen_ms(1), bench.troubles.gone_ms(1)) == (2000, 5000)


@pytest.mark.parametrize(
    ("kind", "op"), [(ADC, ops.ADC_READ), (METER, ops.UART_READ), (METER, ops.UART_WRITE), (BUS, ops.I2C_WRITE)]
)
def test_each_part_has_its_own_calls(kind: str, op: int) -> None:
    bench = Bench()
    bench.troubles.begin(1, kind)
    with pytest.raises(OSError, match="5"):
        bench.troubles.refuse(op, 1, 2)
    for other in {ops.ADC_READ, ops.UART_READ, ops.UART_WRITE, ops.I2C_WRITE, ops.PIN_SET} - {op}:
        if {op, other} != {ops.UART_READ, ops.UART_WRITE}:
            bench.troubles.refuse(other, 1, 2)
