"""LED-Warrior14, an I2C master for DALI: asks the control gear whether it is there.

The query takes its time on the line (16 ms, up to 10 until the gear begins to answer, 9 for the answer), so asking and
looking are two calls and the caller sleeps between them.
"""

from pole import const

ANSWER_MS = 40  # between request and answered

_ADDRESS = const(0x23)
_STATUS = const(0)
_COMMAND = const(1)
# In the status.  Several gears that answer at the same time break each other's frame, and DALI takes that for a yes.
_ANSWERED = const(0x18)  # valid reply, frame error
_BUS_FAULT = const(0x80)  # the line is shorted or without power: no gear can have answered, the other bits say nothing
_PRESENT = const(b"\xff\x91")  # to all: QUERY CONTROL GEAR PRESENT


class Lw14:
    """DALI line behind bus *i2c*."""

    def __init__(self, i2c):
        self.error = None  # what the bus last raised
        self._i2c = i2c
        self._byte = bytearray(1)

    def request(self):
        """Asks.  An answer to what was asked before is thrown away."""
        try:
            self._i2c.readfrom_mem_into(_ADDRESS, _COMMAND, self._byte)  # puts the flags down
            self._i2c.writeto_mem(_ADDRESS, _COMMAND, _PRESENT)
            self.error = None
        except Exception as error:
            self.error = error  # and answered() will say so

    def answered(self):
        """Whether the gear has answered what was asked ``ANSWER_MS`` ago; False too with a dead interface or line.

        Gear without mains is silent: ask while the relay is closed.
        """
        try:
            self._i2c.readfrom_mem_into(_ADDRESS, _STATUS, self._byte)
        except Exception as error:
            self.error = error
            return False
        status = self._byte[0]
        return status & _ANSWERED != 0 and not status & _BUS_FAULT


def make(_part, i2c):
    """The DALI line behind the bus *i2c*."""
    return Lw14(i2c)
