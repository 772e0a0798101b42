"""The 0-10 V dimming output: PWM behind a filter."""

import machine

from pole import const

_FULL = const(65535)


class Dimmer:
    """PWM on pin *pin_no* at *frequency* Hz; *inverted* when a low pin is 10 V, which is full light.

    Comes up at full light.
    """

    def __init__(self, pin_no, frequency, inverted):
        self._inverted = inverted
        # the pin is at its full-light level before the PWM takes it over, and the PWM starts there
        pin = machine.Pin(pin_no, machine.Pin.OUT, value=0 if inverted else 1)
        self._pwm = machine.PWM(pin, freq=frequency, duty_u16=0 if inverted else _FULL)

    def set(self, hundredths):
        """Output in hundredths of a percent, 0 (0 V) to 10000 (10 V)."""
        duty = (hundredths * _FULL + 5000) // 10000
        self._pwm.duty_u16(_FULL - duty if self._inverted else duty)
