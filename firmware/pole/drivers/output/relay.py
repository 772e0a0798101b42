"""The relay in the lamp's supply.  Its contact is normally closed: a node without power leaves the lamp on."""

import machine


class Relay:
    """Relay on pin *pin_no*; *closed_value* (0 or 1) is the pin's level that closes the contact.

    ``closed``: what was set last.  ``error``: what the pin last raised, None while it works.
    """

    def __init__(self, pin_no, closed_value):
        self._number = pin_no
        self._value = closed_value
        self.closed = True  # as without power
        self._pin = self.error = None
        self.set(True)

    def set(self, closed):
        """Closes (True) or opens (False) the contact.

        Raises what the pin raises where the contact must close and is open: a reset closes it.
        """
        value = self._value if closed else 1 - self._value
        try:
            if not self._pin:
                # value= is latched before the pin becomes an output, so the contact stays closed through it
                self._pin = machine.Pin(self._number, machine.Pin.OUT, value=value)
            self._pin.value(value)
            self.closed = closed
            self.error = None
        except Exception as error:
            self.error = error
            if closed and not self.closed:
                raise
