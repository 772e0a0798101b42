"""LIS3DH accelerometer on I2C: inclination of the pole, and shocks since the last read.

The chip detects shocks by itself, at 400 Hz, and latches them until it is read: one comparator for a knock and one for
a crash, both behind its high-pass filter, so that gravity and the swaying of the pole do not count.  A shock has to
last 5 ms: the relay's own click is shorter.  The board lies flat in the node, with Z upwards.
"""

from pole import const

_ADDRESS = const(0x18)  # with SA0 low
_CONTROL = const(0xA0)  # CTRL_REG1 to CTRL_REG6; bit 0x80 of a register's number: auto-increment
_OUT = const(0xA8)  # X, Y and Z, 16 bits each, low byte first
_WATCH = const(0xB0)  # INT1_CFG, INT1_SRC, INT1_THS, INT1_DURATION, INT2_CFG, INT2_SRC
_THRESHOLD1 = const(0xB2)  # and INT1_DURATION, INT2_CFG
_THRESHOLD2 = const(0xB6)  # and INT2_DURATION
_ACTIVE = const(0x40)  # in INT1_SRC and INT2_SRC: since it was last read an axis has been above the threshold
_ANY_AXIS = const(0x2A)

_RUNNING = const(
    b"\x77"  # CTRL_REG1: 400 Hz, all axes
    b"\x23"  # CTRL_REG2: filter at 2 Hz, to both comparators
    b"\x00"  # CTRL_REG3: no pins
    b"\xa8"  # CTRL_REG4: a reading is whole, +-8 g, 12 bits
    b"\x0a"  # CTRL_REG5: both comparators hold what they saw
    b"\x00"  # CTRL_REG6: no pins
)
# at +-8 g a step of a threshold is 62 mg, and one of a duration 2.5 ms
_KNOCK = const(b"\x18\x02\x2a")  # 24 steps (1488 mg) for 2 (5 ms); then INT2_CFG: _ANY_AXIS
_CRASH = const(b"\x40\x02")  # 64 steps (3968 mg) for 2
_KNOCK_MG = const(1488)
_CRASH_MG = const(3968)


class Lis3dh:
    """Accelerometer on bus *i2c*.  It is set up by the first ``read``, and again whenever it has lost its settings."""

    def __init__(self, i2c):
        self.error = None  # what the bus last raised
        self._i2c = i2c
        self._registers = bytearray(6)

    def read(self, reading):
        """Fills the acceleration at rest and the shock of *reading* (a Reading).

        The shock is the highest threshold passed on any axis: 0, 1488 or 3968 mg.  Where the chip does not answer, or
        has just been set up, the shock is 0 and the acceleration is left as it is.
        """
        i2c, registers = self._i2c, self._registers
        reading.shock_mg = 0
        try:
            i2c.readfrom_mem_into(_ADDRESS, _WATCH, registers)
            if registers[0] != _ANY_AXIS:  # it has restarted; the register that shows that it is set up is written last
                i2c.writeto_mem(_ADDRESS, _CONTROL, _RUNNING)
                i2c.writeto_mem(_ADDRESS, _THRESHOLD2, _CRASH)
                i2c.writeto_mem(_ADDRESS, _THRESHOLD1, _KNOCK)
                i2c.writeto_mem(_ADDRESS, _WATCH, b"\x2a")
                return
            shock = _CRASH_MG if registers[5] & _ACTIVE else _KNOCK_MG if registers[1] & _ACTIVE else 0
            i2c.readfrom_mem_into(_ADDRESS, _OUT, registers)
            self.error = None
        except Exception as error:
            self.error = error
            return
        reading.shock_mg = shock
        reading.x_mg = _milli_g(registers, 0)
        reading.y_mg = _milli_g(registers, 2)
        reading.z_mg = _milli_g(registers, 4)


def _milli_g(registers, at):
    """4 mg a step of the 12 upper bits, in two's complement."""
    return (((registers[at] | registers[at + 1] << 8) ^ 0x8000) - 0x8000) >> 2


def make(_part, i2c):
    """The accelerometer on the bus *i2c*."""
    return Lis3dh(i2c)
