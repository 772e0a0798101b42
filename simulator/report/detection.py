"""Compares the reports with those a scenario requires: detected, missed, false, and the delay.

An event counts from its own timestamp, so one that arrives a week later is not late (where its pole had no time, it
counts from its arrival at the record).  Delay counts from the moment at which the fault could first be sensed by the
plant; a fault that could not be sensed is neither expected nor missed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from simulator.happenings.act import Trouble
from simulator.happenings.catalogue import KINDS
from simulator.nearest_rank import rank
from simulator.report.episodes import Episode, Event, pair_episodes
from simulator.run_time import RunTime
from simulator.scenario.happening import Happening

__all__ = ["EARLY_MS", "LATE_MS", "Detection", "Event", "Sighted", "judge", "percentiles", "right"]

EARLY_MS = 2_000  # timestamps are whole seconds of a clock that may be a second off
# A fault that was just being noticed when it ended may still be raised, or its pole had to boot first.
LATE_MS = 60_000
# A broker reports a silent pole only after one and a half times its keepalive; a pole tries a part
# that raised once an hour at most.
LATE_OF = {"communicationFailure": 180_000, "partFailure": 3_900_000}
PATIENCE_S = 300  # where within_s does not say how long a report may take: asked only near the end of a run

# (number of the happening, pole) -> when the fault, and its end, could first be sensed (ms of the run, None: never)
Sighted = Callable[[int, str], tuple[int | None, int | None]]


@dataclass
class Detection:
    """The verdict.  ``expected`` is ``detected``, which is ``len(found)``, plus ``len(missed)``.

    ``delays`` are seconds for each event type.
    """

    expected: int = 0
    detected: int = 0
    found: list[dict[str, Any]] = field(default_factory=list)
    missed: list[dict[str, Any]] = field(default_factory=list)
    false_alarms: list[dict[str, Any]] = field(default_factory=list)
    unobservable: list[dict[str, Any]] = field(default_factory=list)
    delays: dict[str, list[float]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """What the report holds under ``detection``."""
        return {
            "expected": self.expected,
            "detected": self.detected,
            "found": self.found,
            "missed": self.missed,
            "false_alarms": self.false_alarms,
            "unobservable": self.unobservable,
            "delay_s": {name: percentiles(self.delays[name]) for name in sorted(self.delays)},
        }


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """p50, p99 and max of *values* (at least one), each one of the values: the nearest-rank method."""
    return {name: round(rank(values, share), 3) for name, share in (("p50", 0.5), ("p99", 0.99), ("max", 1.0))}


@dataclass(frozen=True)
class _Window:
    """When *happening* explains an event of one type on one pole; ``to_ms`` None: to the end of the run."""

    happening: Happening
    from_ms: int
    to_ms: int | None

    def holds(self, at_ms: int) -> bool:
        return self.from_ms <= at_ms and (self.to_ms is None or at_ms <= self.to_ms)

    def may_hold(self, episode: Episode) -> bool:
        """Whether the episode may have begun in it: where it has no date, at any time that its journal leaves it."""
        return self.from_ms <= episode.start_ms and (self.to_ms is None or episode.earliest_ms <= self.to_ms)


def right(happening: Happening) -> tuple[str, ...]:
    """The event types that are no mistake while *happening* lasts, each once: expected, allowed, or of its kind."""
    return tuple(dict.fromkeys((*happening.expect, *happening.allow, *KINDS[happening.kind].accepted)))


def _is_met(happening: Happening) -> bool:
    """Whether a pole senses it when it asks."""
    return isinstance(KINDS[happening.kind].act, Trouble)


def judge(
    happenings: Iterable[Happening], events: Iterable[Event], sighted: Sighted, time: RunTime, end_ms: int
) -> Detection:
    """The verdict on *events* of a run that ended at *end_ms* and in which *happenings* took place.

    An event delivered more than once counts once, by its id.
    """
    return _Judge(list(happenings), events, sighted, time, end_ms).verdict()


class _Judge:
    def __init__(
        self, happenings: list[Happening], events: Iterable[Event], sighted: Sighted, time: RunTime, end_ms: int
    ) -> None:
        self._happenings = happenings
        self._sighted = sighted
        self._end_ms = end_ms
        self._out = Detection()
        self._episodes = pair_episodes(events, time)
        self._windows: dict[tuple[str, str], list[_Window]] = {}

    def verdict(self) -> Detection:
        for happening in self._happenings:
            if happening.at_ms < self._end_ms:
                self._open_windows(happening)
        for where, episodes in self._episodes.items():
            for episode in episodes:
                episode.explained = any(window.may_hold(episode) for window in self._windows.get(where, ()))
                if not episode.explained:
                    self._false_alarm(episode.event)
        for happening in self._happenings:
            for pole in happening.poles:
                for event_type in happening.expect:
                    self._judge(happening, pole, event_type)
        return self._out

    def _open_windows(self, happening: Happening) -> None:
        kind = KINDS[happening.kind]
        for event_type in right(happening):
            late_ms = kind.late_ms.get(event_type, LATE_OF.get(event_type, LATE_MS))
            for pole in happening.poles:
                over_ms = self._over_ms(happening, pole)
                to_ms = None if over_ms is None else over_ms + late_ms
                window = _Window(happening, happening.at_ms - EARLY_MS, to_ms)
                self._windows.setdefault((pole, event_type), []).append(window)

    def _over_ms(self, happening: Happening, pole: str) -> int | None:
        """When the happening is over for *pole*: what a pole senses when it asks, once it has asked."""
        return self._sighted(happening.number, pole)[1] if _is_met(happening) else happening.over_ms

    def _seen(self, happening: Happening, pole: str) -> tuple[int | None, int | None]:
        """When the happening and its end could be sensed; what is neither plant's nor asked for shows at once."""
        if KINDS[happening.kind].fault or _is_met(happening):
            return self._sighted(happening.number, pole)
        if happening.severity == 0.0:
            return None, None
        over = happening.until_ms is not None and happening.until_ms < self._end_ms
        return happening.at_ms, happening.until_ms if over else None

    def _judge(self, happening: Happening, pole: str, event_type: str) -> None:
        entry = {"happening": happening.number, "kind": happening.kind, "pole": pole, "type": event_type}
        seen, seen_gone = self._seen(happening, pole)
        if happening.at_ms >= self._end_ms:
            self._out.unobservable.append({**entry, "why": "the run ended before it happened"})
            return
        if seen is None:
            self._out.unobservable.append({**entry, "why": "the pole could never sense it"})
            return
        patience_ms = (happening.within_s or PATIENCE_S) * 1000
        episodes = self._belonging(happening, pole, event_type, seen)
        if not episodes and self._end_ms - seen < patience_ms:
            self._out.unobservable.append({**entry, "why": "the run ended just after it could be sensed"})
            return
        lasted_ms = (happening.until_ms or self._end_ms) - seen
        if not episodes and lasted_ms < KINDS[happening.kind].unnoticed_ms:
            self._out.unobservable.append({**entry, "why": "it was over before it could be noticed"})
            return
        self._out.expected += 1
        why = self._fault_of(happening, pole, event_type, seen, seen_gone, episodes, patience_ms)
        if why:
            self._out.missed.append({**entry, "why": why})
        else:
            self._out.detected += 1
            self._out.found.append({**entry, "delay_s": self._out.delays[event_type][-1]})

    def _belonging(self, happening: Happening, pole: str, event_type: str, seen: int) -> list[Episode]:
        """The episodes which tell of the happening: raised in its window, or for another one and still going on."""
        where = (pole, event_type)
        window = next(window for window in self._windows[where] if window.happening is happening)
        return [
            episode
            for episode in self._episodes.get(where, ())
            if window.may_hold(episode)
            or (
                episode.explained
                and episode.start_ms < window.from_ms
                and (episode.end_ms is None or episode.end_ms >= seen)
            )
        ]

    def _fault_of(
        self,
        happening: Happening,
        pole: str,
        event_type: str,
        seen: int,
        seen_gone: int | None,
        episodes: list[Episode],
        patience_ms: int,
    ) -> str:
        """Why the happening counts as missed; empty when it was reported as it should be.  Notes the delay."""
        if not episodes:
            return "not raised"
        delay_s = max(0, episodes[0].start_ms - seen) / 1000.0
        self._out.delays.setdefault(event_type, []).append(delay_s)
        if happening.within_s is not None and delay_s > happening.within_s:
            return f"raised after {delay_s:g} s, which is more than {happening.within_s} s"
        if seen_gone is None or happening.until_ms is None:
            return ""
        others = (window for window in self._windows[pole, event_type] if window.happening is not happening)
        if any(window.holds(seen_gone) for window in others):
            return ""  # another happening keeps it raised
        ended_ms = episodes[-1].end_ms
        if ended_ms is None:
            return "" if self._end_ms - seen_gone < patience_ms else "not ended"
        if KINDS[happening.kind].over_by_itself:
            return ""
        return "ended before until" if ended_ms < happening.until_ms - EARLY_MS else ""

    def _false_alarm(self, event: Event) -> None:
        self._out.false_alarms.append(
            {"pole": event.pole, "type": event.event_type, "timestamp": event.timestamp, "id": event.id}
        )
