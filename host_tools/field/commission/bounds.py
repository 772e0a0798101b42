"""Every bound of the commissioning, and its source; docs/commissioning.md shows them, and a test compares the two."""

from __future__ import annotations

from host_tools.field.commission.outcome import Bound
from pole.settings import schema

NOMINAL_V = int(next(str(field[4]) for field in schema.FIELDS if field[0] == "supply.nominal"))

CLOCK_ERROR = Bound(
    "clock_error", -5, 5, "s", 0, "two seconds each for laptop and pole, one for the line; programmes go by the minute"
)
CLOCK_CHIP = Bound("clock_chip", -5, 5, "s", 0, "as the clock: the chip was set with it, or has kept it")

VOLTAGE = Bound(
    "voltage", round(NOMINAL_V * 0.82, 1), round(NOMINAL_V * 1.16, 1), "V", 1,
    "supplyVoltageTooLow and -TooHigh of the pole itself (health/supply.py): 82 and 116 % of nominal",
)  # fmt: skip
METER_FRESH = Bound(
    "meter_fresh",
    2,
    None,
    "",
    0,
    "noise alone makes them differ; five alike are meterFailure (health/electrical.py)",
)

CONDUCTS = Bound(
    "conducts",
    25,
    None,
    "%",
    0,
    "a lamp that takes less is dark, or its driver stands at its lowest level (health/electrical.py)",
)
CONDUCTS_W = Bound("conducts_w", 2, None, "W", 1, "where the type is not known: more than any driver takes idle")
OPENS = Bound("opens", None, 1.0, "W", 2, "lampUnexpectedOn of the pole itself (health/electrical.py)")

RAMP_TIME = Bound("ramp_time", 4, 7, "s", 1, "5 s are asked for; a pole answers once a second")
RAMP_REACHED = Bound("ramp_reached", -1, 1, "%", 2, "the dimmer is told exactly what was asked for (lighting/lamp.py)")
RAMP_BACK = Bound(
    "ramp_back", None, 3, "%", 1, "part of full power; the meter's noise and the supply's wobble are below it"
)
RAMP_OBEYED = Bound(
    "ramp_obeyed",
    70,
    130,
    "%",
    0,
    "a driver that ignores dimming makes no change; 15 % at either end are allowed",
)

STEADY = Bound("steady", None, 1.5, "%", 2, "lampFlicker of the pole itself begins at 2 % (health/electrical.py)")
CURVE_POWER = Bound(
    "curve_power",
    -15,
    15,
    "%",
    1,
    "at the worst level, 2 W allowed; Echelon's CPD 3000 lets pass as much",
)
CURVE_FACTOR = Bound(
    "curve_factor",
    -0.08,
    None,
    "",
    3,
    "at the worst level; powerFactorTooLow of the pole itself (health/electrical.py)",
)
CURVE_RISES = Bound("curve_rises", 0.2, None, "W", 1, "less is a driver that stands still")
CURVE_ALLOWANCE_W = 2.0
RUN_UP = Bound(
    "run_up", -1, 1, "%", 1,
    "over 30 s, of a discharge lamp; its power is within 3 % of the full one then (health/arc.py)",
)  # fmt: skip

DAYLIGHT = Bound(
    "daylight",
    10,
    None,
    "lux",
    0,
    "there is more an hour after sunrise, also in fog; photocellFailure of the pole itself",
)
NIGHT = Bound("night", None, 60, "lux", 0, "what a street gives at night is less; photocellFailure of the pole itself")
TWILIGHT = Bound("twilight", 0, None, "lux", 0, "around sunrise and sunset any light is possible")

GRAVITY = Bound("gravity", 900, 1100, "mg", 0, "1 g with the offsets of the LIS3DH (40 mg an axis) and some sway")
LEAN = Bound(
    "lean", None, 20, "°", 1, "the board lies flat, Z upwards (docs/boards.md), in a node on a slanted bracket"
)
UPRIGHT = Bound("upright", None, 5, "°", 1, "from what was stored just now; orientationChanged ends at 5 degrees")

RADIO = Bound(
    "radio", -80, -15, "dBm", 0,
    "ESP32 data sheet: -98 dBm at 1 Mb/s, -76 at 54; 18 dB are kept for rain, leaves and lorries",
)  # fmt: skip
BROKER = Bound("broker", None, 2000, "ms", 0, "so that a command of the city reaches the lamp within two seconds")

ALL = tuple(bound for bound in list(globals().values()) if isinstance(bound, Bound))
