"""The time at a site: real time, or with ``--simulated`` that of a simulation on the broker.

A simulator on a real broker retains ``<root>/<site>/_sim/clock`` as ``{unix, factor}``, sends it again each second, and
clears it when it ends.  Anyone on the broker could do the same, and a killed program leaves its retained message there:
so it is used only if the verb was given ``--simulated``, and only while it is sent again and again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable

from host_tools.errors import CommandError

MOST_FACTOR = 1_000_000
WAIT_S = 5.0  # longest wait for a simulation to tell its time: what the broker had retained of it may be of any age
STEP_S = 2.0  # a smaller difference is clock adjustment, not a step
RUNS_ON_S = 15.0  # a simulated time that is not sent again runs on for so long, then it stops


def topic(root: str, site: str) -> str:
    """Topic on which a simulator tells its time."""
    return f"{root}/{site}/_sim/clock"


def uptime() -> float:
    """Seconds since the computer was started, those included in which it slept (where the system tells them)."""
    boottime = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boottime is None else time.clock_gettime(boottime)


class SiteClock:
    """Time at the site: *simulated* or real.

    *monotonic*, *wall* and *awake* (see ``uptime``) are seconds; arguments so that tests own them.
    """

    def __init__(
        self, simulated: bool = False, *, monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time, awake: Callable[[], float] = uptime,
    ) -> None:  # fmt: skip
        self.simulated = simulated
        self.fresh = False  # whether a simulation sent its time since we listen: a retained one alone may be old
        self.ignored = False  # whether there is a simulation's time that is not used
        self._remarked = False
        self._told = False  # whether a simulation ever sent its time
        self._monotonic = monotonic
        self._wall = wall
        self._awake = awake
        self._offset = wall() - awake()
        self._unix = 0.0
        self._factor = 1.0
        self._heard: float | None = None  # when, on the monotonic clock
        self._steady = 0.0  # seconds passed at the site up to `_since`
        self._since = monotonic()

    @property
    def factor(self) -> float:
        """How many seconds pass at the site in one of ours."""
        return self._factor

    def feed(self, payload: bytes, retained: bool = False) -> bool:
        """Take a simulator's message; an empty payload ends the simulation.  False where it is not valid.

        *retained*: the broker had it before the subscription.
        """
        said = _read(payload) if payload else None
        if payload and said is None:
            return False
        if not self.simulated:
            self.ignored = said is not None
            return True
        if said is None:
            self.fresh = False
            self._stop()
        else:
            self._set(*said)
            self.fresh |= not retained
        return True

    def now(self) -> float:
        """Unix seconds; real time until a simulation has sent its time."""
        if not self.simulated or not self._told:
            return self._wall()
        return self._unix + self._run_on() * self._factor

    def steady(self) -> float:
        """Seconds that have passed at the site: for ages and silences, since no clock that is set makes it jump."""
        if not self.simulated:
            return self._monotonic() - self._since
        return self._steady + self._run_on() * self._factor

    def stepped(self) -> float:
        """By how many seconds the computer's clock was set since this was last asked.

        0.0 for less than STEP_S, and for simulated time.
        """
        offset = self._wall() - self._awake()
        step = offset - self._offset
        if abs(step) < STEP_S:
            return 0.0
        self._offset = offset
        return 0.0 if self.simulated else step

    def remark(self, topic: str) -> str:
        """A remark for the user on the *topic* with a simulation's time, once; empty where there is none."""
        late = self.simulated and not self.fresh and self._monotonic() - self._since > WAIT_S
        if self._remarked or not (self.ignored or late):
            return ""
        self._remarked = True
        if late:
            return f"no simulation tells its time on {topic}: start `diya simulate --broker`, or leave --simulated out"
        return f"{topic} tells the time of a simulation, which is not counted by; give --simulated to count by it"

    def _run_on(self) -> float:
        """Real seconds to count since the time was last told."""
        return 0.0 if self._heard is None else min(max(0.0, self._monotonic() - self._heard), RUNS_ON_S)

    def _set(self, unix: float, factor: float) -> None:
        if self._heard is not None:  # in a simulation that lags less time passes than its factor says
            most = (self._monotonic() - self._heard) * self._factor
            self._steady += min(max(0.0, unix - self._unix), most)
        self._unix, self._factor, self._heard, self._told = unix, factor, self._monotonic(), True

    def _stop(self) -> None:
        """The simulation has ended: no time passes at the site until another begins."""
        self._unix, self._steady = self.now(), self.steady()
        self._factor, self._heard = 1.0, None


def no_simulation(topic: str, broker: str) -> CommandError:
    """What is wrong where --simulated was given and no simulation tells its time on *topic* of *broker*."""
    return CommandError(
        f"--simulated was given, and no simulation tells its time on {topic} at {broker}: start `diya simulate "
        f"--broker {broker}`, or leave --simulated out"
    )


def _read(payload: bytes) -> tuple[float, float] | None:
    try:
        said = json.loads(payload)
        unix, factor = float(said["unix"]), float(said.get("factor", 1))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        return None
    return (unix, factor) if 0 <= unix < 2**40 and 0 <= factor <= MOST_FACTOR else None
