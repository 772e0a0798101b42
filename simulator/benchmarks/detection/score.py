"""The score of one run: the judge's verdict on both sets of events, in a form that can be added up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from simulator.benchmarks.detection.pole_result import PoleResult
from simulator.happenings.act import MAINS
from simulator.plant.observable import SHOWS_IN
from simulator.report.detection import EARLY_MS, LATE_MS, Event, Sighted, judge, right
from simulator.scenario.happening import Happening

DIYA, RIVAL = "Diya", "CPD 3000"
FOUND, MISSED, UNSEEN = "found", "missed", "never visible"


@dataclass(frozen=True)
class Outcome:
    """One fault and one event type it must raise.

    ``noticed``: that or another acceptable one was raised.  ``together``: another fault lasted at the same time.
    ``delay_s``: from when it could first be seen to when it was raised; None: it was not.  ``why``: the reason why it
    counts as missed.
    """

    pole: str
    kind: str
    event_type: str
    severity: float
    verdict: str
    noticed: bool
    together: bool
    delay_s: float | None
    why: str = ""


@dataclass(frozen=True)
class FalseAlarm:
    """One event that nothing explains.  ``beside``: the kind of a fault that went on at that time, empty for none."""

    pole: str
    event_type: str
    timestamp: int
    beside: str


@dataclass
class Score:
    """Of some lives, by one set of detectors."""

    nights: int = 0
    outcomes: list[Outcome] = field(default_factory=list)
    false_alarms: list[FalseAlarm] = field(default_factory=list)

    def add(self, other: Score) -> None:
        """Adds *other* to this one."""
        self.nights += other.nights
        self.outcomes += other.outcomes
        self.false_alarms += other.false_alarms


def score(result: PoleResult, nights: int) -> dict[str, Score]:
    """The score of both, by name.

    No end is required of the alarms of the reference rule set: they are latched, by design.
    """
    plant = result.plant
    by_number = {happening.number: happening for happening in result.happenings}

    def begun(number: int, _pole: str) -> tuple[int | None, int | None]:
        seen_ms = plant.observable_ms(number)
        if SHOWS_IN.get(by_number[number].kind) == MAINS:  # without supply it senses nothing: when it is back
            seen_ms = by_number[number].over_ms
            seen_ms = None if seen_ms is None or seen_ms >= result.end_ms else seen_ms
        return seen_ms, None

    def seen(number: int, pole: str) -> tuple[int | None, int | None]:
        return begun(number, pole)[0], plant.end_observable_ms(number)

    return {DIYA: _score(result, result.diya, seen, nights), RIVAL: _score(result, result.rival, begun, nights)}


def _score(result: PoleResult, events: Sequence[Event], sighted: Sighted, nights: int) -> Score:
    verdict = judge(result.happenings, events, sighted, result.time, result.end_ms)
    missed = {(entry["happening"], entry["type"]): str(entry["why"]) for entry in verdict.missed}
    unseen = {(entry["happening"], entry["type"]) for entry in verdict.unobservable}
    out = Score(nights)
    starts = [(event.event_type, result.time.ms(event.timestamp)) for event in events if event.starts]
    for happening in result.happenings:
        delays = _delays(result, events, sighted, happening) if happening.expect else {}
        for event_type in happening.expect:
            key = (happening.number, event_type)
            decided = UNSEEN if key in unseen else MISSED if key in missed else FOUND
            out.outcomes.append(
                Outcome(
                    happening.poles[0],
                    happening.kind,
                    event_type,
                    round(happening.severity, 3),
                    decided,
                    decided == FOUND or _noticed(happening, starts, result.end_ms),
                    any(_together(happening, other) for other in result.happenings),
                    None if decided == UNSEEN else next(iter(delays.get(event_type, ())), None),
                    missed.get(key, ""),
                )
            )
    for alarm in verdict.false_alarms:
        beside = _beside(result.happenings, result.time.ms(alarm["timestamp"]))
        out.false_alarms.append(FalseAlarm(alarm["pole"], alarm["type"], alarm["timestamp"], beside))
    return out


def _delays(
    result: PoleResult, events: Sequence[Event], sighted: Sighted, happening: Happening
) -> dict[str, list[float]]:
    """The delays of *happening* alone, by event type: other happenings only explain what was raised."""
    alone = [
        one if one is happening else replace(one, expect=(), allow=(*one.expect, *one.allow))
        for one in result.happenings
    ]
    return judge(alone, events, sighted, result.time, result.end_ms).delays


def _together(one: Happening, other: Happening) -> bool:
    """Whether *other* is another fault and goes on, or is still being noticed, while *one* does."""
    if one is other or not other.expect or one.over_ms is None or other.over_ms is None:
        return False
    return one.at_ms <= other.over_ms + LATE_MS and other.at_ms <= one.over_ms + LATE_MS


def _beside(happenings: Sequence[Happening], at_ms: int) -> str:
    for happening in happenings:
        until_ms = at_ms if happening.over_ms is None else happening.over_ms + LATE_MS
        if happening.expect and happening.at_ms - EARLY_MS <= at_ms <= until_ms:
            return happening.kind
    return ""


def _noticed(happening: Happening, starts: Sequence[tuple[str, int]], end_ms: int) -> bool:
    names = right(happening)
    until_ms = end_ms if happening.over_ms is None else happening.over_ms + LATE_MS
    return any(name in names and happening.at_ms - EARLY_MS <= ms <= until_ms for name, ms in starts)
