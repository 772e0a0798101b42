"""One sample of all that the pole can sense: some parts need asking a moment before they are read."""

from pole import const

_GEAR_MS = const(40)  # as ANSWER_MS in drivers/lw14.py


class Senses:
    """The senses of *ports*; read ``answer_ms`` after ``request``."""

    def __init__(self, ports):
        self._ports = ports
        self.answer_ms = max(ports.meter.answer_ms if ports.meter else 0, _GEAR_MS if ports.gear else 0)

    def request(self):
        """Asks the parts that take their time."""
        ports = self._ports
        if ports.meter:
            ports.meter.request()
        if ports.gear:
            ports.gear.request()

    def read(self, reading):
        """Fills *reading* (a drivers.reading.Reading); a part that does not answer leaves its share as it was."""
        ports = self._ports
        if ports.meter:
            reading.answered = ports.meter.read(reading)
        if ports.gear:
            reading.gear_answers = ports.gear.answered()
        if ports.rtc:
            reading.temperature = ports.rtc.temperature_tenths()
        if ports.photocell:
            reading.lux = ports.photocell.lux()
        if ports.accelerometer:
            ports.accelerometer.read(reading)
        if ports.door:
            reading.door_open = ports.door.open()
        if ports.leakage:
            reading.leakage_ma = ports.leakage.milliamperes()
