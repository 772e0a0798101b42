"""A kind of happening: all data on it for the simulator, its report and its benchmarks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from host_tools.wire.event_types import ending
from simulator.happenings.act import Act, Fault

POLE, POLES, GROUP, FEEDER = "pole", "poles", "group", "feeder"
ANYWHERE = (POLE, POLES, GROUP, FEEDER)

NO_HAPPENING = ("daylightUnconfirmed", "safeMode")  # no kind of happening is followed by one of these each time
# What expect and allow may name.
EVENT_TYPES = tuple(sorted(ending() - set(NO_HAPPENING)))


ALL = "it is all or nothing."  # behind what severity 1.0 is
ALONE = f"1.0 has no other meaning; {ALL}"

# what it does to the time of its pole, for nights of chaos
COMPARED = "compared"  # a source is wrong: reported only where the pole can ask, and has others to compare with
CHIP = "chip"  # the clock chip is wrong
WITNESS = "witness"  # the clock chip is lost
OWN = "own"  # the pole's own time may be another one afterwards
UNHEARD = "unheard"  # fewer sources answer, or the pole restarts

# when it begins in the benchmark of detection
BURNING = "burning"  # at any moment while the lamp burns, and it ends while it burns
BURNING_OR_BEFORE = "burning, or before"  # as BURNING, or, one in five, in the two hours before the lamp is switched on
DIMMED = "before a change of level"  # up to an hour before the night's programme changes the level, and through it
TO_MORNING = "until morning"  # in the night, or an hour after sunrise at the latest, until after that
ANY_TIME = "day or night"
DAY = "day"  # three hours after sunrise to three hours before sunset
AFTER_DUSK = "night"  # the sun is well down; the lamp may be lit or not
BENIGN = "benign"  # no fault: from an hour and a half before sunset on, at home on any night


@dataclass(frozen=True)
class Drawn:
    """How the benchmark of detection draws it: severities from ``low`` to ``high``, evenly spread; when it begins.

    ``spare``: so many times as many are drawn as are needed, because some never show in the pole's sensors.
    """

    low: float
    high: float
    when: str
    spare: float = 1.08


@dataclass(frozen=True)
class Kind:
    """One kind of happening.  ``severity`` says what severity 1.0 is, ``events`` which event types are expected of it,
    ``accepted`` which ones beside these are neither required nor false in any scenario.

    ``act`` is how it is played.  ``targets`` are the fields which may name where it happens; with none of them in a
    happening it is everywhere; ``whole_feeders``: what it names means all poles of their feeders.
    ``lasts`` is false for what is over at once, so that ``until`` makes no sense; ``seconds``: it has the field of that
    name, by which a clock is ahead.  ``unnoticed_ms``: what can be sensed for less than that need not be reported;
    ``late_ms``: for an event type, how long after its end it may still be reported, where that is not LATE_MS.

    In a night of chaos: ``restarts``: a pole starts again, so that a condition which still holds is raised once more;
    ``time``: what it does to the time of its pole; ``unsensed``: it changes nothing of what a pole senses, so that a
    fault beside it must still be told; ``street_share``: it is drawn for the street, not for a pole, in this share of
    the nights; ``longest_min``: it lasts no longer; ``whole_night``: from the beginning to the end.

    ``drawn``: how the benchmark of detection draws it, None where it does not.
    """

    name: str
    sentence: str
    severity: str
    events: tuple[str, ...] = ()
    act: Act = field(kw_only=True)
    accepted: tuple[str, ...] = ()
    targets: tuple[str, ...] = ANYWHERE
    whole_feeders: bool = False
    lasts: bool = True
    seconds: bool = False
    unnoticed_ms: int = 0
    late_ms: Mapping[str, int] = field(default_factory=dict)
    restarts: bool = False
    time: str = ""
    unsensed: bool = False
    street_share: float = 0.0
    longest_min: int | None = None
    whole_night: bool = False
    drawn: Drawn | None = None

    @property
    def fault(self) -> Fault | None:
        """Its act, where that is a fault of the plant."""
        return self.act if isinstance(self.act, Fault) else None

    @property
    def over_by_itself(self) -> bool:
        """Whether it can end before its ``until``: that is no mistake."""
        return self.fault is not None and self.fault.over is not None

    def over_ms(self, severity: float, at_ms: int, until_ms: int | None) -> int | None:
        """When it ends that begins at *at_ms*: at *until_ms*, or by itself; None: never in this run."""
        over = self.fault.over if self.fault else None
        return over(severity, at_ms, until_ms) if over else until_ms
