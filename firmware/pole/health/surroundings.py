"""Detectors of the other sensors: thermometer, photocell, accelerometer, door, leakage, control gear, clock."""

from pole import const
from pole.health.conditions import note

# rows of conditions.py
_LEAKAGE = const(13)
_GEAR_COMM = const(14)
_TEMPERATURE_HIGH = const(15)
_PHOTOCELL = const(16)
_ORIENTATION = const(17)
_IMPACT = const(18)
_DOOR = const(19)
_CLOCK = const(20)
_UNCONFIRMED = const(21)

_BACK_TENTHS = const(50)
_DARK_LUX, _DAY_LUX = const(10), const(30)  # an hour after sunrise, under clouds and in fog, there is more than these
_BRIGHT_LUX, _NIGHT_LUX = const(60), const(30)  # at night there is less
_TILTED, _UPRIGHT = const(14400), const(7600)  # squares of mg: 120 mg is 6.9 degrees, 87 mg is 5
_SHOCK_MG = const(1400)  # below the lower threshold of drivers/sensor/lis3dh.py
LEAKS_MA = const(27)  # boards/analogue.py refuses a board that cannot measure it
_TIGHT_MA = const(20)


def judge(s, reading, relay, limit_tenths, sun, clocked, ticks):
    """Notes in State *s* what *reading* shows; *sun* is 1 when it is surely day, -1 when it is surely night, 0 else."""
    tenths = reading.temperature
    if tenths is not None:
        hot = True if tenths >= limit_tenths else False if tenths < limit_tenths - _BACK_TENTHS else None
        note(s, _TEMPERATURE_HIGH, hot, ticks)
    lux = reading.lux
    if lux is not None:
        wrong = None
        if sun > 0:
            wrong = True if lux < _DARK_LUX else False if lux > _DAY_LUX else None
        elif sun < 0:
            wrong = True if lux > _BRIGHT_LUX else False if lux < _NIGHT_LUX else None
        elif reading.own:
            wrong = True
            sun = -1  # it was found wrong at night
        if wrong:
            s.blind = sun
        elif s.blind == -sun:  # right values by day do not clear a photocell that is wrong at night
            wrong = None
        note(s, _PHOTOCELL, wrong, ticks)
    if reading.z_mg is not None:
        upright = s.upright
        x, y, z = reading.x_mg - upright[0], reading.y_mg - upright[1], reading.z_mg - upright[2]
        off = x * x + y * y + z * z
        note(s, _ORIENTATION, True if off > _TILTED else False if off < _UPRIGHT else None, ticks)
        note(s, _IMPACT, reading.shock_mg > _SHOCK_MG, ticks)
    if reading.door_open is not None:
        note(s, _DOOR, reading.door_open, ticks)
    ma = reading.leakage_ma
    if ma is not None:
        note(s, _LEAKAGE, True if ma >= LEAKS_MA else False if ma < _TIGHT_MA else None, ticks)
    if relay and reading.gear_answers is not None:  # its mains comes through the relay
        note(s, _GEAR_COMM, not reading.gear_answers, ticks)
    note(s, _CLOCK, not clocked, ticks)
    doubt = reading.doubt and not clocked and not reading.own and not s.active >> _PHOTOCELL & 1
    note(s, _UNCONFIRMED, doubt, ticks)
