"""HLW8012 and BL0937 energy meters: pulses on CF for power, and on CF1 for voltage or current, as SEL says.

The ESP32's own counter counts them (``machine.Counter``, MicroPython 1.26 and later; an ESP32-C3 has none), so no
interrupt comes a pulse, and none is lost while the flash is written or memory is collected.  A window of a second, from
``request`` to ``read``, holds few pulses of a lamp: 35 of 60 W (BL0937, 1 milliohm, divider 2001), 6 of a HLW8012.  So
windows are added up for as long as they agree to one pulse; a load that changes by more begins a sum of its own.

CF1 gives another frequency for up to a second after SEL has changed, so SEL changes right after a reading, and voltage
and current are measured in turn.  In between a current is worked out from the power, by the load's power factor; a load
that is new while the voltage is measured is read once its current is known.  Without load SEL stays at the voltage, for
it is all there is to see.  Without load no pulse comes either: a power is at most what one pulse in the time without
any is worth, and 0 after 10 s.

Datasheets: HLW8012 (HLW Technology): CF 48 v i / Vref^2 * f / 128, CF1 24 i / Vref * f / 512 or 2 v / Vref * f / 512,
f 3.579 MHz, Vref 2.43 V.  BL0937 (Shanghai Belling, V1.02): CF 1721506 v i / Vref^2, CF1 94638 i / Vref or
15397 v / Vref, Vref 1.218 V.  v and i are the volts at the chip's inputs.  Both give the current while SEL is low; a
board may have a transistor between.
"""

import machine

from pole import const
from pole.runtime.aio import ticks_diff, ticks_ms

# worth of a pulse: mW * ms * microohm / divider; thousandths of mV * ms / divider; tens of microamperes * ms * microohm
_WORTHS = {"bl0937": (861759, 79106, 1287010000), "hlw8012": (4399665, 173814, 1448449000)}
_FILTER_NS = const(12000)  # shorter ones are no pulses: one of a BL0937 takes 38 us, and the counter can tell 12.7 us
_SETTLE_MS = const(1000)  # of CF1
_LONG_MS = const(64000)  # time for which pulses of CF are added up; then the older ones count less and less
_LONG_CF1_MS = const(8000)
_NONE_MS = const(10000)  # without a pulse: no power
_MOST_MW = const(5000000)  # more are no pulses
_LEAST_MV = const(40000)  # less is no mains: the chip has no power, or SEL does not reach it
_SELDOM = const(16)  # readings without load, of which one measures the current
_COUNTED = const(2)  # what ``read`` returns: values may be the same twice, for they cannot freeze
_UWH = const(1000000)  # microwatt-hours in a watt-hour


class _Sum:
    """Sixteenths of pulses, and the milliseconds in which they came, for as long as their frequency stays the same."""

    def __init__(self, longest_ms):
        self._longest_ms = longest_ms
        self.sixteenths = self.ms = 0

    def add(self, pulses, ms):
        """Adds *pulses* in *ms* where they are what was to be expected; returns whether they were.

        The ends of both windows lie anywhere between two pulses, and 0.2 % may be noise.
        """
        if abs(pulses * self.ms - self.sixteenths * ms // 16) > self.ms + ms + pulses * self.ms // 512:
            return False
        self.sixteenths += pulses * 16
        self.ms += ms
        while self.ms > self._longest_ms:
            self.sixteenths //= 2
            self.ms //= 2
        return True

    def begin(self, pulses, ms):
        """The same, or begins with them where they were not expected; returns whether they were."""
        if self.add(pulses, ms):
            return True
        self.sixteenths, self.ms = pulses * 16, ms
        return False

    def rate(self, worth):
        """What they are *worth* a millisecond."""
        return (self.sixteenths * worth + self.ms * 8) // (self.ms * 16)


class Hlw8012:
    """Meter of that *model* with CF, CF1 and SEL on those pins; CF1 gives the current while *sel* is at *sel_current*.

    The shunt has *shunt_uohm* microohm; *divider* is how often the voltage at the chip's input goes into that of the
    mains, *clock_permille* how fast the chip's clock runs, 1000 as it should.  ``energy_wh``, ``energy_uwh`` and
    ``STEP_UWH`` are as those of the BL0942.
    """

    def __init__(self, cf, cf1, sel, sel_current, model, shunt_uohm, divider, clock_permille):
        power, voltage, current = _WORTHS[model]
        self._pins = (cf, cf1, sel)
        self._sel_current = sel_current
        self._watt = power * divider // shunt_uohm * 1000 // clock_permille  # microjoules a pulse
        self._volt = voltage * divider // clock_permille  # mV * ms a pulse
        self._ampere = current // shunt_uohm * 1000 // clock_permille  # tens of microamperes * ms a pulse
        self.STEP_UWH = self._watt // 3600
        self._cf = self._cf1 = self._sel = None
        self._power = _Sum(_LONG_MS)
        self._voltage, self._current = _Sum(_LONG_CF1_MS), _Sum(_LONG_CF1_MS)
        self._at = self._selected_at = ticks_ms()
        self._settled = self._measures_current = False  # CF1 is; and gives the current, not the voltage
        self._turns = 0
        self._factor = -1  # thousandths, of this load, more than 1000 of an inexact chip; -1: not known yet
        self._loaded = True  # power or current flowed when the current was measured last
        self._mv = self._mw = 0  # as last read
        self._idle = 0  # tens of microamperes that flow without power
        self._rest = 0  # 3600ths of a microwatt-hour
        self.answer_ms = 1000
        self.energy_wh = 0
        self.energy_uwh = 0

    def request(self):
        """Begins a window.  Raises AttributeError where MicroPython has no counter, and what the counters raise."""
        if not self._sel:
            self._open()
        now = ticks_ms()
        ms = ticks_diff(now, self._at)
        pulses = self._cf.value(0)
        self._cf1.value(0)
        if self._count(pulses, ms) and 0 < ms <= _LONG_MS and not self._power.add(pulses, ms):
            self._power = _Sum(_LONG_MS)  # the load changed, at an unknown time
            self._forget_current()
        self._settled = ticks_diff(now, self._selected_at) >= _SETTLE_MS
        self._at = now

    def _open(self):
        cf, cf1, sel = self._pins
        self._cf = machine.Counter(0, machine.Pin(cf, machine.Pin.IN), filter_ns=_FILTER_NS)
        self._cf1 = machine.Counter(1, machine.Pin(cf1, machine.Pin.IN), filter_ns=_FILTER_NS)
        self._sel = machine.Pin(sel, machine.Pin.OUT, value=1 - self._sel_current)
        self._at = self._selected_at = ticks_ms()

    def read(self, reading):
        """Fills *reading* (a Reading) from what was counted since ``request``.

        Returns False, and leaves *reading* as it is, while the voltage or the current of a load is not known yet, and
        where the pulses cannot be true: next to none of a voltage, more than 5 kW, or a CF1 that does not obey SEL.
        """
        now = ticks_ms()
        ms = ticks_diff(now, self._at)
        self._at = now
        pulses, other = self._cf.value(0), self._cf1.value(0)
        if ms <= 0 or not self._count(pulses, ms):
            return False
        power = self._power_of(pulses, ms)
        if not self._settled:
            return False
        if self._measures_current:
            if not self._take_current(other, ms, power):
                return False
            self._select(False, now)
        elif not self._take_voltage(other, ms):
            return False
        else:
            self._turns += 1
            self._select(power or self._loaded or self._turns % _SELDOM == 0, now)
        if power and self._factor < 0:
            return False
        reading.voltage_mv = self._mv
        reading.power_mw = power
        # mW * 1000 / thousandths is mVA; mVA * 10 / tenths of a volt is mA
        current = power * 10000 // self._factor // ((self._mv + 50) // 100) if power else (self._idle + 50) // 100
        reading.current_ma = current
        reading.pf_thousandths = min(self._factor, 1000) if power and current else 0
        reading.energy_wh = self.energy_wh
        return _COUNTED

    def _forget_current(self):
        """It is that of another load."""
        self._current = _Sum(_LONG_CF1_MS)
        self._factor = -1

    def _select(self, current, now):
        """What CF1 gives from now on."""
        if current != self._measures_current:
            self._measures_current = current
            self._sel.value(self._sel_current if current else 1 - self._sel_current)
            self._selected_at = now

    def _power_of(self, pulses, ms):
        """mW, after *pulses* of CF in *ms*."""
        total = self._power
        if not total.begin(pulses, ms):
            self._forget_current()
        power = total.rate(self._watt)
        if not total.sixteenths:
            power = 0 if total.ms >= _NONE_MS else min(self._mw, self._watt // total.ms)
        self._mw = power
        return power

    def _take_voltage(self, pulses, ms):
        """Whether *pulses* of CF1 in *ms* can be those of a voltage, which is kept."""
        self._voltage.begin(pulses, ms)
        self._mv = self._voltage.rate(self._volt)
        return self._mv >= _LEAST_MV

    def _take_current(self, pulses, ms, power):
        """Whether *pulses* of CF1 in *ms* can be those of a current beside *power* (mW); its power factor is kept."""
        volts = (self._mv + 50) // 100  # tenths
        expected = self._voltage.sixteenths * ms // (self._voltage.ms * 16)
        if abs(pulses - expected) * 50 <= expected and pulses * self._ampere // ms * volts // 5000 > power:
            return False  # it is the voltage's frequency still, and no load has such a power factor
        self._current.begin(pulses, ms)
        current = self._current.rate(self._ampere)
        self._loaded = bool(power or current)
        self._idle = 0 if power else current
        if power:
            apparent = max(volts * current // 1000, 1)
            self._factor = max(1, (power * 1000 + apparent // 2) // apparent)
        return True

    def _count(self, pulses, ms):
        """Adds the energy of *pulses* in *ms*; False, and adds nothing, where there are more than can be."""
        if pulses * self._watt > _MOST_MW * ms:
            return False
        rest = self._rest + pulses * (self._watt % 3600)
        uwh = self.energy_uwh + pulses * (self._watt // 3600) + rest // 3600
        self._rest = rest % 3600
        self.energy_wh += uwh // _UWH
        self.energy_uwh = uwh % _UWH
        return True


def make(part, _bus):
    """The meter that *part*, a table of the board file, describes."""
    return Hlw8012(
        part["cf"], part["cf1"], part["sel"], part["sel_current"],
        part["model"], part["shunt_uohm"], part["divider"], part["clock_permille"],
    )  # fmt: skip
