"""Reads all sensors of the pole, sample by sample; some parts need a request some time before they are read."""

from pole import const
from pole.drivers.reading import Reading
from pole.runtime.aio import ticks_add, ticks_diff, ticks_ms

_GEAR_MS = const(40)  # as ANSWER_MS in drivers/gear/lw14.py
_APART_MS = const(1000)  # of two samples at least: the detectors count on it


class Senses:
    """The sensors of *ports*; *ticks* are those of the start.

    ``reading`` holds the last values, ``due`` the ticks at which the photocell is to be read, also between two samples
    of the meter.
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
        """Sends requests or reads, when either is due: None if it has read, else the milliseconds until one is due."""
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
        # a photocell that cannot be read does not decide about the lamp
        self.reading.lux = self.use("photocell", self._ports.photocell)
        return None

    def next(self, ms, ticks):
        """The next sample is due *ms* after *ticks*."""
        self._due_at = ticks_add(ticks, ms)

    def fresh(self, since, ticks):
        """Whether the sensors were read after the ticks *since*; if not, they are read as soon as possible."""
        if ticks_diff(self._read_at, since) > 0:
            return True
        soon = ticks_add(self._read_at, _APART_MS)
        if not self._asked and ticks_diff(self._due_at, soon) > 0:
            self._due_at = soon
        return False

    def _ask(self):
        ports = self._ports
        if ports.meter and ports.failures.may("meter"):
            try:
                ports.meter.request()
            except Exception as error:
                ports.failures.note("meter", error)
        if ports.gear:
            ports.gear.request()

    def _read(self):
        """A part that does not answer leaves its values as they were; one that raises leaves None, the meter False.

        Drivers on an I2C bus handle what that raises themselves.
        """
        ports, reading = self._ports, self.reading
        failures = ports.failures
        if ports.meter:
            reading.answered = self.use("meter", ports.meter) or False
        if ports.gear:
            reading.gear_answers = ports.gear.answered()
            failures.look("gear", ports.gear)
        if ports.rtc:
            reading.temperature = ports.rtc.temperature_tenths()
            failures.look("rtc", ports.rtc)
        if ports.accelerometer:
            ports.accelerometer.read(reading)
            failures.look("accelerometer", ports.accelerometer)
        if ports.door:
            reading.door_open = self.use("door", ports.door)
        if ports.leakage:
            reading.leakage_ma = self.use("leakage", ports.leakage)

    def use(self, part, port):
        """What *port* reads; None where that raises, or has done so and *part* is left alone.

        Its method is called here, because handed over it would take memory in each sample.
        """
        failures = self._ports.failures
        if failures.failed and not failures.may(part):
            return None
        try:
            found = port.read(self.reading)
        except Exception as error:
            failures.note(part, error)
            return None
        if failures.failed:
            failures.works(part)
        return found


def now_by(clock):
    """A callable that gives the time by *clock*: Unix s, or None.  In app.py it would keep all of that in memory."""
    return lambda: clock.now(ticks_ms())
