"""DS3231 clock, from its datasheet (Maxim/Analog Devices 19-5170): time on a battery, status, temperature."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pole.drivers.rtc.bcd_time import mark
from pole.timekeeping.clock import FIRM

if TYPE_CHECKING:
    from simulator.hardware.around import Around

ADDRESS = 0x68
DRIFT_PPM = 2  # of one within its specification, 0 to 40 degrees
_TIME = range(0x07)
_ALARMS = 0x07
_CONTROL, _STATUS = 0x0E, 0x0F
_TEMPERATURE = 0x11
_REGISTERS = 0x13
_OSF = 0x80
_POWER_ON_CONTROL = 0x1C
_POWER_ON_STATUS = 0x88
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = datetime(2000, 1, 1, tzinfo=UTC)
_LAST = datetime(2099, 1, 1, tzinfo=UTC)


class Ds3231:
    """Clock chip whose battery carries it over every power cut.

    *unix_ms* is the true time (Unix milliseconds); the chip gains *drift_ppm* on it (about 2 in a good one).  *celsius*
    is the temperature around it.  A new chip has never been set: its oscillator-stop flag is up.
    """

    def __init__(self, unix_ms: Callable[[], int], celsius: Callable[[], float], drift_ppm: int = 0) -> None:
        self._unix_ms = unix_ms
        self._celsius = celsius
        self._own_ppm = self._drift_ppm = drift_ppm
        self._stopped = False
        self._pointer = 0
        self._registers = bytearray(_REGISTERS)  # all but time and temperature
        self.lose()

    def lose(self) -> None:
        """The battery has failed for a moment: the time is gone and the oscillator-stop flag is up."""
        self._registers[_CONTROL] = _POWER_ON_CONTROL
        self._registers[_STATUS] = _POWER_ON_STATUS
        self._set(_FIRST)

    def set_unix(self, unix: int) -> None:
        """Sets the chip as another program does: time in Unix seconds, oscillator-stop flag down."""
        self._set(_UNIX + timedelta(seconds=unix))
        self._registers[_STATUS] &= ~_OSF

    def remember(self, mark: bytes) -> None:
        """Puts *mark* into the registers of the alarms, where the pole's driver notes whose time it set."""
        self._registers[_ALARMS : _ALARMS + len(mark)] = mark

    def drift(self, ppm: int) -> None:
        """From now on the chip gains *ppm* more than a good one does; what it has gained it keeps."""
        self._set(self.now())
        self._drift_ppm = self._own_ppm + ppm

    def stop(self, stopped: bool) -> None:
        """Stops its oscillator without setting the flag for that, or starts it again from the same time."""
        self._set(self.now())
        self._stopped = stopped

    def jump(self, seconds: int) -> None:
        """Its time is changed by *seconds*, within the years that it can hold; the rest stays as it was."""
        self._set(min(max(self.now() + timedelta(seconds=seconds), _FIRST), _LAST))

    def now(self) -> datetime:
        """The time by the chip."""
        if self._stopped:
            return self._set_to
        gone = self._unix_ms() - self._set_at_ms
        return self._set_to + timedelta(milliseconds=gone + gone * self._drift_ppm // 1000000)

    def power_on(self) -> None:
        self._pointer = 0

    def write(self, data: bytes) -> None:
        self._pointer = data[0] % _REGISTERS
        if len(data) == 1:
            return
        time = bytearray(self._time())
        timed = False
        for byte in data[1:]:
            if self._pointer in _TIME:
                time[self._pointer] = byte
                timed = True
            elif self._pointer == _STATUS:  # the flag can be put down, not up
                self._registers[_STATUS] = byte & 0x7F | self._registers[_STATUS] & byte & _OSF
            elif self._pointer < _TEMPERATURE:
                self._registers[self._pointer] = byte
            self._pointer = (self._pointer + 1) % _REGISTERS
        if timed:
            self._set(_decode(bytes(time)))

    def read(self, n: int) -> bytes:
        at = self._pointer
        end = at + n
        self._pointer = end % _REGISTERS
        if at >= _TEMPERATURE and end <= _REGISTERS:
            return self._temperature()[at - _TEMPERATURE : end - _TEMPERATURE]
        image = self._time() + bytes(self._registers[len(_TIME) : _TEMPERATURE]) + self._temperature()
        return bytes(image[place % _REGISTERS] for place in range(at, end))

    def read_from(self, register: int, n: int) -> bytes:
        self._pointer = register % _REGISTERS
        return self.read(n)

    def _set(self, to: datetime) -> None:
        self._set_to = to
        self._set_at_ms = self._unix_ms()

    def _time(self) -> bytes:
        t = self.now()
        century = 0x80 if t.year >= 2100 else 0
        fields = (t.second, t.minute, t.hour, t.isoweekday(), t.day, t.month, t.year % 100)
        image = bytearray(value // 10 * 16 + value % 10 for value in fields)
        image[5] |= century
        return bytes(image)

    def _temperature(self) -> bytes:
        quarters = round(self._celsius() * 4) & 0x3FF
        return bytes((quarters >> 2, (quarters & 3) << 6))


def _decode(image: bytes) -> datetime:
    """Time of the seven registers, 24-hour form.  Raises ValueError for what the datasheet leaves undefined."""
    second, minute, hour, _weekday, day, month, year = (byte // 16 * 10 + byte % 16 for byte in image)
    century = 100 if image[5] & 0x80 else 0
    return datetime(2000 + century + year, month - (80 if century else 0), day, hour, minute, second, tzinfo=UTC)


def attach(_table: str, part: Mapping[str, Any], around: Around) -> Ds3231:
    """Wires the clock, set as the pole itself set it while it was commissioned."""
    clock = Ds3231(around.unix_ms, lambda: around.plant.temperature(around.now_ms()), DRIFT_PPM)
    unix = around.unix_ms() // 1000
    clock.set_unix(unix)
    clock.remember(mark(unix, FIRM))
    around.chip.i2c.attach(part["scl"], part["sda"], ADDRESS, clock)
    return clock
