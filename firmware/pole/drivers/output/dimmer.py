"""The 0-10 V dimming output: PWM behind a filter."""

import machine

from pole import const

_FULL = const(65535)


class Dimmer:
    """PWM on pin *pin_no* at *frequency* Hz; *inverted* when a low pin is 10 V, which is full light.

    Comes up at full light, and again after it has raised.  ``given``: the duty that was set last, of 65535.
    ``error``: what it last raised, None while it works.
    """

    def __init__(self, pin_no, frequency, inverted):
        self._number = pin_no
        self._frequency = frequency
        self._inverted = inverted
        self.given = _FULL  # as without power
        self._pwm = self.error = None
        self.set(10000)

    def set(self, hundredths):
        """Output in hundredths of a percent, 0 (0 V) to 10000 (10 V).

        Raises what the PWM raises where it gives less light than that: a reset gives full light.
        """
        duty = (hundredths * _FULL + 5000) // 10000
        full = 0 if self._inverted else _FULL
        try:
            if not self._pwm:
                # the pin is at its full-light level before the PWM takes it over, and the PWM starts there
                pin = machine.Pin(self._number, machine.Pin.OUT, value=1 if full else 0)
                self.given = _FULL
                self._pwm = machine.PWM(pin, freq=self._frequency, duty_u16=full)
            self._pwm.duty_u16(_FULL - duty if self._inverted else duty)
            self.given = duty
            self.error = None
        except Exception as error:
            self.error = error
            self._pwm = None
            if self.given < duty:
                raise
