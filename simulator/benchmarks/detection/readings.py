"""Computes a pole's readings as its drivers give them: quantised, in whole units, as by the chips and their drivers.

The simulated street transfers them byte by byte over UART and I2C, which costs too much for ten thousand nights.  Here
the same counts are computed directly; a test compares every function with the real driver on the virtual chip.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from simulator.hardware.meter.bl0942 import DIVIDER_MV, SHUNT_MV, VREF, WA_CREEP
from simulator.hardware.sensor.adc import converted
from simulator.hardware.sensor.lis3dh import SIDEWAYS
from simulator.plant.meter import BL0942, MeterType

if TYPE_CHECKING:
    from pole.drivers.reading import Reading
    from simulator.plant.pole import Sense

FULL_SCALE_LUX, FULL_SCALE_MA = 1000, 500  # boards/virtual.toml
_FULL = 0xFFFFFF

# BL0942: counts a volt, an ampere, a watt of the chip, and the driver's way back from counts to units
_VOLT = 73989 * DIVIDER_MV / VREF
_AMPERE = 305978 * SHUNT_MV / VREF
_WATT = 3537 * SHUNT_MV * DIVIDER_MV / VREF**2
_CREEP = WA_CREEP * 3125 / 256
_VOLTAGE, _CURRENT, _POWER = (1753, 27826), (12897, 32399), (61125, 38081)

_KNOCK_MG, _CRASH_MG = 1488, 3968  # the thresholds of the accelerometer's comparators


def electrical(reading: Reading, volts: float, amperes: float, watts: float) -> None:
    """Fills in what the BL0942 and its driver make of *volts*, *amperes* and *watts*, all of them 0 or more."""
    voltage = (min(round(_VOLT * volts), _FULL) * _VOLTAGE[0] + _VOLTAGE[1] // 2) // _VOLTAGE[1]
    current = (min(round(_AMPERE * amperes), _FULL) * _CURRENT[0] + _CURRENT[1] // 2) // _CURRENT[1]
    count = round(_WATT * watts) if volts * amperes else 0
    count = 0 if count < _CREEP else min(count, 0x7FFFFF)
    power = (count * _POWER[0] + _POWER[1] // 2) // _POWER[1]
    apparent = (voltage + 50) // 100 * current // 1000
    reading.voltage_mv = voltage
    reading.current_ma = (current + 50) // 100
    reading.power_mw = power
    reading.pf_thousandths = min(1000, (power * 1000 + apparent // 2) // apparent) if apparent else 0


def rounded(reading: Reading, volts: float, amperes: float, watts: float) -> None:
    """The same of a meter whose steps are those of the units, or that has rounded them already."""
    apparent = volts * amperes
    reading.voltage_mv, reading.current_ma, reading.power_mw = (
        round(1000 * value) for value in (volts, amperes, watts)
    )
    reading.pf_thousandths = min(1000, round(1000 * watts / apparent)) if apparent else 0


def tenths(celsius: float) -> int:
    """Tenths of a degree, as the DS3231 measures in quarters of one."""
    return (round(celsius * 4) * 5 + 1) // 2


def analogue(value: float, full_scale: int) -> int:
    """*value* on an input of an ESP32 to which *full_scale* gives 3.3 V, in whole units."""
    raw = converted(value, full_scale) >> 4
    if not raw:
        return 0
    tenths_mv = (142 + (52797 * raw + 32768) // 65536) * 10
    return min((tenths_mv * full_scale + 16500) // 33000, full_scale)


def milli_g(g: float) -> int:
    """Thousandths of g, in the accelerometer's steps of 4 at +-8 g."""
    return max(-2048, min(2047, round(g * 250))) * 4


def shock_mg(g: float) -> int:
    """The highest threshold that a shock of *g* passes on its strongest axis: 0, 1488 or 3968 thousandths of g."""
    felt = min(g * SIDEWAYS, 8.0) * 1000
    return _CRASH_MG if felt > _CRASH_MG else _KNOCK_MG if felt > _KNOCK_MG else 0


def surroundings(
    reading: Reading, temperature_c: float, lux: float, leakage_a: float, acceleration_g: Sequence[float]
) -> None:
    """Fills in what the parts that are not electrical say."""
    reading.temperature = tenths(temperature_c)
    reading.lux = analogue(lux, FULL_SCALE_LUX)
    reading.leakage_ma = analogue(1000.0 * leakage_a, FULL_SCALE_MA)
    reading.x_mg, reading.y_mg, reading.z_mg = (milli_g(g) for g in acceleration_g)


def fill(reading: Reading, meter: MeterType, sense: Sense, shock_g: float) -> None:
    """*reading* as pole/drivers/sampling.py fills it in from a *meter*, with *shock_g* since the sample before."""
    reading.answered = True
    measure = electrical if meter.name == BL0942.name else rounded
    measure(reading, sense.voltage_v, sense.current_a, sense.power_w)
    surroundings(reading, sense.temperature_c, sense.lux, sense.leakage_a, sense.acceleration_g)
    reading.shock_mg = shock_mg(shock_g)
    reading.door_open = sense.door_open
    reading.gear_answers = sense.gear_answers
