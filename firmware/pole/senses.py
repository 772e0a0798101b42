"""All that the pole can sense, sample by sample: some parts need asking a moment before they are read."""

from pole import const
from pole.aio import ticks_add, ticks_diff
from pole.drivers.reading import Reading

_GEAR_MS = const(40)  # as ANSWER_MS in drivers/lw14.py
_APART_MS = const(1000)  # of two samples at least: the detectors count on it


class Senses:
    """The senses of *ports*; *ticks* are those of the start.

    ``reading`` is what was sensed last, ``due`` the ticks at which the photocell is to be read however seldom the
    meter is.
    """

    def __init__(self, ports, ticks):
        self._ports = ports
        self._answer_ms = max(ports.meter.answer_ms if ports.meter else 0, _GEAR_MS if ports.gear else 0)
        self.reading = Reading()
        self._due_at = ticks
        self._read_at = ticks
        self._asked = False
        self.due = ticks

    def take(self, ticks):
        """Asks or reads, when either is due: None if it has read, else the milliseconds until something is due."""
        left = ticks_diff(self._due_at, ticks)
        if left > 0:
            return left
        self._asked = not self._asked
        if self._asked:
            self._ask()
            self.next(self._answer_ms, ticks)
            return self._answer_ms
        self._read()
        self._read_at = ticks
        self.due = ticks
        return None

    def lux(self, ticks):
        """Reads the photocell when that is due, or a sample was read: None then, else the milliseconds until it is."""
        left = ticks_diff(self.due, ticks)
        if left > 0:
            return left
        try:
            self.reading.lux = self._ports.photocell.lux()
        except OSError:  # the lamp does not go by one that cannot be read
            self.reading.lux = None
        return None

    def next(self, ms, ticks):
        """The next sample is due *ms* after *ticks*."""
        self._due_at = ticks_add(ticks, ms)

    def fresh(self, since, ticks):
        """Whether they were read after the ticks *since*; if not, they will be as soon as they may be."""
        if ticks_diff(self._read_at, since) > 0:
            return True
        soon = ticks_add(self._read_at, _APART_MS)
        if not self._asked and ticks_diff(self._due_at, soon) > 0:
            self._due_at = soon
        return False

    def _ask(self):
        ports = self._ports
        if ports.meter:
            ports.meter.request()
        if ports.gear:
            ports.gear.request()

    def _read(self):
        """A part that does not answer leaves its share as it was."""
        ports, reading = self._ports, self.reading
        if ports.meter:
            reading.answered = ports.meter.read(reading)
        if ports.gear:
            reading.gear_answers = ports.gear.answered()
        if ports.rtc:
            reading.temperature = ports.rtc.temperature_tenths()
        if ports.accelerometer:
            ports.accelerometer.read(reading)
        if ports.door:
            reading.door_open = ports.door.open()
        if ports.leakage:
            reading.leakage_ma = ports.leakage.milliamperes()
