"""The lamp: relay and dimmer in the right order, ramps, and light kept constant as the lamp ages.

It starts closed and at full light, which is what the outputs of an unpowered node give, and stays so until it is aimed.
Outputs are hundredths of a percent; times are MicroPython ticks in milliseconds, which wrap.
"""

from pole import const
from pole.runtime.aio import ticks_diff

_FULL = const(10000)
_STEP_MS = const(100)
_STEP = const(20)  # 0.2 %, too small to be seen: a ramp of an hour needs no 36,000 steps


class Lamp:
    """One lamp.  After ``step``, ``relay`` (closed?) and ``dim`` (0 to 10000, with constant light output) are what the
    outputs must be; ``target`` is the level aimed at, in percent.

    *minimum_level*: percent below which the driver does not dim, 0 to 100; *minimum_off_s*: seconds the relay stays
    open before it closes again, for the inrush current; *clo*: [[operating hours, percent], ...], hours ascending.
    """

    def __init__(self, minimum_level, minimum_off_s, clo):
        self.relay = True
        self.dim = _FULL
        self.target = 100
        self._least = minimum_level * 100
        self._off_ms = minimum_off_s * 1000
        self._clo = clo
        self._light = _FULL  # present output before constant light output; what it means while the relay is closed
        self._from = _FULL  # the ramp: between these,
        self._to = _FULL
        self._began = 0  # from these ticks,
        self._steps = 0  # in so many steps (0: there is none)
        self._pace = 0  # of so many milliseconds
        self._ramp_s = 0  # the ramp that waits for the relay to close
        self._opened = 0  # the ticks when the relay opened,
        self._resting = False  # while that is less than the minimum off time ago

    @property
    def level(self):
        """Percent at present, before constant light output; 0 while the relay is open."""
        return (self._light + 50) // 100 if self.relay else 0

    @property
    def arrived(self):
        """Whether it has reached its target: no ramp is running, and the relay is as it should be."""
        return not self._steps and self.relay == (self.target > 0)

    def aim(self, level, ramp_s, now_ms):
        """Go to *level* (percent) from where the lamp is, in *ramp_s* seconds (0 to 3600).

        A second call with the same target changes nothing, unless the target would be reached sooner.
        """
        if level == self.target:
            if not self.relay:
                self._ramp_s = min(ramp_s, self._ramp_s)
            if not self._steps or ticks_diff(self._began + self._pace * self._steps, now_ms) <= ramp_s * 1000:
                return
        self.target = level
        self._ramp_s = ramp_s
        if self.relay:
            self._ramp(ramp_s * 1000, now_ms)

    def step(self, now_ms, hours):
        """Bring ``relay`` and ``dim`` up to date; milliseconds until the next step is wanted, -1 for none.

        *hours*: operating hours of the lamp.
        """
        wait = -1
        if self._resting:
            rest = self._off_ms - ticks_diff(now_ms, self._opened)
            if rest > 0:
                wait = rest
            else:
                self._resting = False
        if not self.relay and self.target and not self._resting:
            self.relay = True  # at the lowest light; the way up begins with the next step
            self._ramp(max(self._ramp_s * 1000, _STEP_MS), now_ms)
        if self._steps:
            elapsed = max(ticks_diff(now_ms, self._began), 0)
            done = elapsed // self._pace
            if done < self._steps:
                self._light = self._from + (self._to - self._from) * done // self._steps
                wait = self._pace - elapsed % self._pace
            else:
                self._light = self._to
                self._steps = 0
        if self.relay and not self.target and not self._steps:
            self.relay = False
            self._opened = now_ms
            self._resting = self._off_ms > 0
            wait = self._off_ms if self._resting else -1
        self.dim = max(self._light * self._share(hours) // _FULL, self._least)
        return wait

    def _ramp(self, ramp_ms, now_ms):
        """Begin a ramp from the present light to the target, or to the lowest light when that is off."""
        self._from = self._light
        self._to = max(self.target * 100, self._least)
        way = abs(self._to - self._from)
        self._steps = min(ramp_ms // _STEP_MS, max(way // _STEP, 1)) if way else 0
        if self._steps:
            self._pace = ramp_ms // self._steps
            self._began = now_ms
        else:
            self._light = self._to

    def _share(self, hours):
        """Output for constant light at these operating *hours*, hundredths of a percent."""
        before = None
        for point in self._clo:
            if hours < point[0]:
                if before is None:
                    return point[1] * 100
                return before[1] * 100 + (point[1] - before[1]) * 100 * (hours - before[0]) // (point[0] - before[0])
            before = point
        return _FULL if before is None else before[1] * 100
