"""The reference rule set: each rule as its guide has it."""

from __future__ import annotations

from host_tools.site.model import Luminaire
from pole.drivers.reading import Reading
from simulator.benchmarks.detection.cpd3000 import CLEAR_MS, Cpd3000, power_profile
from simulator.happenings.catalogue import EVENT_TYPES

LED_100 = Luminaire("led-100", 100, 13000, ((0, 0.5, 0.1), (20, 24.0, 0.7), (50, 52.0, 0.85), (100, 100.0, 0.97)))
SECOND = 1000


class Street:
    """One controller that is read every ten seconds."""

    def __init__(self) -> None:
        self.controller = Cpd3000(power_profile(LED_100))
        self.controller.changed(True, 0)
        self.reading = Reading()
        self.reading.voltage_mv, self.reading.power_mw, self.reading.pf_thousandths = 240_000, 100_000, 970
        self.reading.temperature = 300
        self.relay, self.dim = True, 10000
        self.now_ms = 0

    def pass_s(self, seconds: int) -> list[str]:
        """Lives so many seconds; the alarms set meanwhile."""
        before = len(self.controller.alarms)
        for _ in range(seconds // 10):
            self.now_ms += 10 * SECOND
            self.controller.read(self.reading, self.relay, self.dim, self.now_ms)
        return [name for name, _ms in self.controller.alarms[before:]]


def settled() -> Street:
    street = Street()
    assert street.pass_s(300) == []
    return street


def test_the_expected_power_is_a_line_between_five_levels() -> None:
    assert [round(watts, 2) for watts in power_profile(LED_100)] == [24.0, 28.67, 52.0, 76.0, 100.0]
    street = settled()
    street.dim, street.reading.power_mw = 2000, 28_000  # the profile has 27.7 W there, between 0.5 and 25 %
    assert street.pass_s(120) == []


def test_power_15_percent_off_is_an_alarm_after_a_minute() -> None:
    street = settled()
    street.reading.power_mw = 86_000
    assert street.pass_s(600) == []
    street.reading.power_mw = 84_000
    assert street.pass_s(60) == []
    assert street.pass_s(10) == ["lampPowerTooLow"]
    street.reading.power_mw = 116_000
    assert street.pass_s(70) == ["lampPowerTooHigh"]


def test_a_fifth_of_the_power_gone_is_a_failed_lamp_too() -> None:
    street = settled()
    street.reading.power_mw = 79_000
    assert street.pass_s(70) == ["lampPowerTooLow", "lampFailure"]


def test_what_passes_within_a_minute_is_no_alarm() -> None:
    street = settled()
    for _ in range(5):
        street.reading.power_mw = 2_000
        assert street.pass_s(60) == []
        street.reading.power_mw = 100_000
        assert street.pass_s(20) == []


def test_nothing_is_looked_for_in_the_two_minutes_after_a_change() -> None:
    street = settled()
    street.controller.changed(True, street.now_ms)
    street.reading.power_mw = 2_000
    assert street.pass_s(110) == []
    assert street.pass_s(60) == []
    assert street.pass_s(20) == ["lampPowerTooLow", "lampFailure"]


def test_an_alarm_is_latched_until_the_supply_goes_or_five_hours_after_the_lamp_went_off() -> None:
    street = settled()
    for _ in range(3):  # it comes and goes, and is one alarm
        street.reading.voltage_mv = 200_000
        street.pass_s(120)
        street.reading.voltage_mv = 240_000
        street.pass_s(120)
    assert [name for name, _ms in street.controller.alarms] == ["supplyVoltageTooLow"]
    street.controller.restart(street.now_ms)
    street.reading.voltage_mv = 280_000
    assert street.pass_s(190) == ["supplyVoltageTooHigh"]
    street.controller.changed(False, street.now_ms)
    street.relay, street.reading.power_mw = False, 0
    assert street.pass_s(CLEAR_MS // SECOND - 10) == []
    assert street.pass_s(80) == ["supplyVoltageTooHigh"]


def test_a_relay_that_does_not_open_is_known_by_its_power() -> None:
    street = settled()
    street.relay, street.reading.power_mw = False, 5_900
    assert street.pass_s(300) == []
    street.reading.power_mw = 6_100
    assert street.pass_s(70) == ["lampUnexpectedOn"]


def test_the_power_factor_counts_only_while_it_is_lit() -> None:
    street = settled()
    street.reading.pf_thousandths = 640
    assert street.pass_s(70) == ["powerFactorTooLow"]
    other = settled()
    other.relay, other.reading.power_mw, other.reading.pf_thousandths = False, 300, 50
    assert other.pass_s(600) == []


def test_it_is_hot_from_65_degrees() -> None:
    street = settled()
    street.reading.temperature = 650
    assert street.pass_s(120) == []
    street.reading.temperature = 653
    assert street.pass_s(70) == ["highTemperature"]


def test_its_alarms_have_names_of_events() -> None:
    from simulator.benchmarks.detection.cpd3000 import EVENT_TYPES as NAMED

    assert set(NAMED.values()) <= set(EVENT_TYPES)
