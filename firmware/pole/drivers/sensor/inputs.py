"""The plain inputs: sensors with an analogue output, and a contact to ground."""

import machine


class Sensor:
    """Sensor on pin *pin_no* (32 to 39: the others stop working while Wi-Fi runs), linear from zero.

    *full_scale*, in the sensor's unit, is what gives 3.3 V: at most 16384, so that the arithmetic stays within 31 bits.
    The input is read with the chip's calibration.  A voltage below the range of its converter (an ESP32: 142 mV) reads
    0; host_tools/boards/analogue.py refuses a board on which a threshold lies there.
    """

    def __init__(self, pin_no, full_scale):
        self._scale = full_scale
        self._number = pin_no
        self._adc = None

    def read(self, _reading):
        """What a photocell sees, whole lux, or a residual-current monitor, mA.  Raises what the input raises."""
        if not self._adc:
            self._adc = machine.ADC(machine.Pin(self._number), atten=machine.ADC.ATTN_11DB)
        adc = self._adc
        if adc.read_u16() == 0:  # below the converter's range the calibration gives its lowest value, not 0
            return 0
        return min((adc.read_uv() // 100 * self._scale + 16500) // 33000, self._scale)


class Contact:
    """Contact on pin *pin_no* (34 to 39 have no pull-up); *open_value* (0 or 1) is its level when the door is open."""

    def __init__(self, pin_no, open_value):
        self._number = pin_no
        self._pin = None
        self._open = open_value

    def read(self, _reading):
        """Whether the door is open.  Raises what the pin raises."""
        if not self._pin:
            self._pin = machine.Pin(self._number, machine.Pin.IN, machine.Pin.PULL_UP)
        return self._pin.value() == self._open
