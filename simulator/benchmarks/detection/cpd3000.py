"""The reference rule set: the alarms of Echelon's CPD 3000 lighting controller, at the settings it is delivered with.

From its Integration Guide (078-0485-01A, 2013), "LC Alarm Management": values are new every second; the power that is
expected is a straight line between five points of the level, given for the kind of lamp; an alarm is not looked for in
the 120 s after the lamp was switched or its level changed; one that lasts for 60 s is set; once set, it stays until the
controller loses its supply or until 300 min after the lamp went off in the morning.  It has no rule for cycling ("not
supported"), for the dimmer, for the lamp's current, or for anything that is not electrical.

Where the guide leaves a choice, the one that is better for this rule set is taken:
- "power drop" of a failed lamp, 20 %, is a fall by a fifth (and not to a fifth): it sees a failed lamp sooner;
- the 120 s count from the first step of a ramp, and the expected power follows the dimmer through the ramp;
- a welded relay is detected as soon as more than 6 W flow with the relay open, for any reason;
- its meter is as good as Diya's, read every ten seconds, with the power factor of the whole pole.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from host_tools.site.model import Luminaire
    from pole.drivers.reading import Reading

READ_MS = 10_000
QUIET_MS = 120_000  # after a change of the output
PERSIST_MS = 60_000
CLEAR_MS = 300 * 60_000  # clrTm, after the lamp was switched off: as the guide advises, so that logs can be fetched
LEVELS = (0.5, 25.0, 50.0, 75.0, 100.0)  # of the power profile
POWER_PART = 0.15
LAMP_FAIL_PART = 0.20
VOLTAGE_PART = 0.15
POWER_FACTOR = 650  # thousandths
RELAY_OPEN_MW = 6000
TEMPERATURE = 650  # tenths of a degree Celsius

# Its fault bits as TALQ names them.
EVENT_TYPES = {
    "LowPower": "lampPowerTooLow",
    "HighPower": "lampPowerTooHigh",
    "LampFailed": "lampFailure",
    "RelayFailed": "lampUnexpectedOn",
    "LowPF": "powerFactorTooLow",
    "LowSupplyVoltage": "supplyVoltageTooLow",
    "HighSupplyVoltage": "supplyVoltageTooHigh",
    "HighTemp": "highTemperature",
}
BITS = tuple(EVENT_TYPES)


def power_profile(luminaire: Luminaire) -> tuple[float, ...]:
    """Nominal watts of the *luminaire* type at LEVELS: below the lowest level a driver holds it holds that level."""
    least = min(level for level, _watts, _factor in luminaire.points if level > 0)
    return tuple(luminaire.power_at(max(level, least)) for level in LEVELS)


class Cpd3000:
    """One controller for lamps with *profile* (``power_profile``) on a supply of *nominal_v* volts.

    ``alarms``: (event type, ms of the run) of every alarm that was set, in order.
    """

    def __init__(self, profile: Sequence[float], nominal_v: float = 240.0) -> None:
        self.alarms: list[tuple[str, int]] = []
        self._profile_mw = [1000.0 * watts for watts in profile]
        self._low_mv, self._high_mv = (1000.0 * nominal_v * (1 + part) for part in (-VOLTAGE_PART, VOLTAGE_PART))
        self._changed_ms = 0
        self._off_ms: int | None = None
        self._since: dict[str, int] = {}  # conditions that hold now, and since when
        self._latched: set[str] = set()

    @property
    def alert(self) -> bool:
        """Whether a condition holds that has not been set as an alarm yet: it has to be sampled closely."""
        return any(bit not in self._latched for bit in self._since)

    def restart(self, now_ms: int) -> None:
        """Note that the supply has come back at *now_ms*: all state is lost."""
        self._since.clear()
        self._latched.clear()
        self._changed_ms = now_ms
        self._off_ms = None

    def changed(self, lit: bool, now_ms: int) -> None:
        """Note that at *now_ms* the lamp was switched on (*lit*) or off, or began to change to another level."""
        self._changed_ms = now_ms
        self._off_ms = None if lit else now_ms

    def read(self, reading: Reading, relay: bool, dim: int, now_ms: int) -> None:
        """Takes what was measured at *now_ms*; *relay* closed or not, *dim* 0 to 10000."""
        if self._off_ms is not None and now_ms - self._off_ms >= CLEAR_MS:
            self._latched.clear()
            self._off_ms = None
        if now_ms - self._changed_ms < QUIET_MS:
            self._since.clear()
            return
        for bit, holds in zip(BITS, self._conditions(reading, relay, dim), strict=True):
            if not holds:
                self._since.pop(bit, None)
                continue
            since = self._since.setdefault(bit, now_ms)
            if now_ms - since >= PERSIST_MS and bit not in self._latched:
                self._latched.add(bit)
                self.alarms.append((EVENT_TYPES[bit], now_ms))

    def _conditions(self, reading: Reading, relay: bool, dim: int) -> tuple[bool, ...]:
        """In the order of BITS."""
        power, volts = reading.power_mw, reading.voltage_mv
        expected = self._expected_mw(dim) if relay else 0.0
        return (
            relay and power < expected * (1 - POWER_PART),
            relay and power > expected * (1 + POWER_PART),
            relay and power < expected * (1 - LAMP_FAIL_PART),
            not relay and power > RELAY_OPEN_MW,
            relay and reading.pf_thousandths < POWER_FACTOR,
            volts < self._low_mv,
            volts > self._high_mv,
            reading.temperature is not None and reading.temperature > TEMPERATURE,
        )

    def _expected_mw(self, dim: int) -> float:
        level = min(max(dim / 100.0, LEVELS[0]), LEVELS[-1])
        after = min(bisect_right(LEVELS, level), len(LEVELS) - 1)
        low, high = LEVELS[after - 1], LEVELS[after]
        low_mw, high_mw = self._profile_mw[after - 1], self._profile_mw[after]
        return low_mw + (high_mw - low_mw) * (level - low) / (high - low)
