"""The relay in the lamp's supply.  Its contact is normally closed: a node without power leaves the lamp on."""

import machine


class Relay:
    """Relay on pin *pin_no*; *closed_value* (0 or 1) is the pin's level that closes the contact."""

    def __init__(self, pin_no, closed_value):
        self._closed = closed_value
        # value= is latched before the pin becomes an output, so the contact stays closed through it
        self._pin = machine.Pin(pin_no, machine.Pin.OUT, value=closed_value)

    def set(self, closed):
        """Closes (True) or opens (False) the contact."""
        self._pin.value(self._closed if closed else 1 - self._closed)
