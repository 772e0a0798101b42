"""LED-Warrior14, an I2C master for DALI: queries whether control gear answers.

The query takes 16 ms on the line, up to 10 ms until the gear begins to answer, and 9 ms for the answer, so request and
result are two calls and the caller sleeps between them.
"""

from pole import const

ANSWER_MS = 40  # between request and answered

_ADDRESS = const(0x23)
_STATUS = const(0)
_COMMAND = const(1)
# Bits of the status.  The answers of several gears at the same time collide (frame error), which DALI counts as a yes.
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
        """Sends the query.  An answer to an earlier query is discarded."""
        try:
            self._i2c.readfrom_mem_into(_ADDRESS, _COMMAND, self._byte)  # clears the flags
            self._i2c.writeto_mem(_ADDRESS, _COMMAND, _PRESENT)
            self.error = None
        except Exception as error:
            self.error = error  # answered() then returns False

    def answered(self):
        """Whether gear has answered the query of ``ANSWER_MS`` ago; False too where the interface or line has failed.

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
