"""The photocell: a light sensor on an analogue input, linear in lux."""

import machine


class Photocell:
    """Sensor on pin *pin_no* (32 to 39: the others stop working while Wi-Fi runs).

    *full_scale_lux* is what makes the input full, at most 16384 so that the arithmetic stays within 31 bits.
    """

    def __init__(self, pin_no, full_scale_lux):
        self._scale = full_scale_lux
        self._adc = machine.ADC(machine.Pin(pin_no), atten=machine.ADC.ATTN_11DB)

    def lux(self):
        """Illuminance, whole lux."""
        return (self._adc.read_u16() * self._scale + 32767) // 65535
