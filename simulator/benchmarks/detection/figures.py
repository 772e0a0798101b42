"""The figures of a run, each with its 95 % interval, and whether they are within the bounds that were set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from simulator.benchmarks.detection.benchmark import Result
from simulator.benchmarks.detection.cpd3000 import EVENT_TYPES
from simulator.benchmarks.detection.intervals import of_rank, poisson, wilson
from simulator.benchmarks.detection.score import DIYA, FOUND, RIVAL, UNSEEN, FalseAlarm, Outcome, Score
from simulator.nearest_rank import rank

RECALL_ALL, RECALL_EACH, FALSE_ALARMS, DARK_S = 0.99, 0.95, 1.0, 180.0  # the bounds
DARK = ("lamp_open", "relay_stuck_open")  # kinds of fault that leave the street dark, while there is a supply
SHARED = tuple(sorted(set(EVENT_TYPES.values())))  # the event types that both have a rule for

Interval = tuple[float, float]


@dataclass(frozen=True)
class Row:
    """One line: of an event type, a kind of fault, or all.

    ``beside`` are the false alarms raised while another fault went on, ``per_1000`` all of them per 1,000 pole-nights.
    """

    name: str
    expected: int
    found: int
    noticed: int
    unseen: int
    false_alarms: int
    beside: int
    nights: int
    delays: tuple[float, ...]

    @property
    def recall(self) -> float:
        return self.found / self.expected if self.expected else 1.0

    @property
    def recall_interval(self) -> Interval:
        return wilson(self.found, self.expected)

    @property
    def per_1000(self) -> float:
        return 1000.0 * self.false_alarms / self.nights

    @property
    def per_1000_interval(self) -> Interval:
        low, high = poisson(self.false_alarms)
        return 1000.0 * low / self.nights, 1000.0 * high / self.nights

    def delay(self, share: float) -> float | None:
        """The delay (s) at or below which *share* of them are; None where nothing was found."""
        return rank(self.delays, share) if self.delays else None

    def delay_interval(self, share: float) -> Interval | None:
        return of_rank(self.delays, share) if self.delays else None

    def as_json(self) -> dict[str, Any]:
        out: dict[str, Any] = {
            "expected": self.expected,
            "found": self.found,
            "noticed": self.noticed,
            "never_visible": self.unseen,
            "recall": round(self.recall, 5),
            "recall_95": [round(bound, 5) for bound in self.recall_interval],
            "false_alarms": self.false_alarms,
            "false_alarms_beside_a_fault": self.beside,
            "false_alarms_per_1000_nights": round(self.per_1000, 4),
            "false_alarms_95": [round(bound, 4) for bound in self.per_1000_interval],
        }
        for name, share in (("p50", 0.50), ("p99", 0.99)):
            out[f"delay_{name}_s"] = self.delay(share)
            out[f"delay_{name}_95"] = self.delay_interval(share)
        return out


def _row(name: str, outcomes: list[Outcome], alarms: list[FalseAlarm], nights: int) -> Row:
    visible = [one for one in outcomes if one.verdict != UNSEEN]
    return Row(
        name,
        len(visible),
        sum(one.verdict == FOUND for one in visible),
        sum(one.noticed for one in visible),
        len(outcomes) - len(visible),
        len(alarms),
        sum(bool(alarm.beside) for alarm in alarms),
        nights,
        tuple(one.delay_s for one in visible if one.delay_s is not None),
    )


def everything(score: Score) -> Row:
    """The line over all event types."""
    return _row("all", score.outcomes, score.false_alarms, score.nights)


def shared(score: Score) -> Row:
    """The line over the event types that both have a rule for."""
    outcomes = [one for one in score.outcomes if one.event_type in SHARED]
    alarms = [alarm for alarm in score.false_alarms if alarm.event_type in SHARED]
    return _row("those both know", outcomes, alarms, score.nights)


def together(score: Score) -> Row:
    """The line over the faults beside which another one lasted."""
    return _row("two at once", [one for one in score.outcomes if one.together], [], score.nights)


def by_type(score: Score) -> list[Row]:
    """A line for each event type that was to be raised, or was raised for nothing."""
    names = {one.event_type for one in score.outcomes} | {alarm.event_type for alarm in score.false_alarms}
    return [
        _row(
            name,
            [one for one in score.outcomes if one.event_type == name],
            [alarm for alarm in score.false_alarms if alarm.event_type == name],
            score.nights,
        )
        for name in sorted(names)
    ]


def by_kind(score: Score) -> dict[str, Row]:
    """A line for each kind of fault; a false alarm belongs to none."""
    kinds = dict.fromkeys(one.kind for one in score.outcomes)
    return {kind: _row(kind, [one for one in score.outcomes if one.kind == kind], [], score.nights) for kind in kinds}


@dataclass(frozen=True)
class Bound:
    """One sentence of the verdict."""

    sentence: str
    holds: bool


def verdict(result: Result) -> list[Bound]:
    """Whether the run is within the bounds, one by one."""
    diya, rival = result.commissioned[DIYA], result.commissioned[RIVAL]
    every, other = everything(diya), everything(rival)
    types = [row for row in by_type(diya) if row.expected]
    worst = min(types, key=lambda row: row.recall)
    kinds = by_kind(diya)
    fewest = min(kinds.values(), key=lambda row: row.expected)
    dark = [one.delay_s for one in diya.outcomes if one.kind in DARK and one.delay_s is not None]
    dark_s = rank(dark, 0.99) if dark else 0.0
    ours, theirs = shared(diya), shared(rival)
    size = result.size
    return [
        Bound(
            f"{every.nights:,} pole-nights of commissioned poles (at least {size.nights:,}), and {fewest.expected} or "
            f"more faults of each kind, the fewest of {fewest.name} (at least {size.faults})",
            every.nights >= size.nights and fewest.expected >= size.faults,
        ),
        Bound(f"recall {every.recall:.4f} over all (at least {RECALL_ALL})", every.recall >= RECALL_ALL),
        Bound(
            f"recall {worst.recall:.4f} of the worst type, {worst.name} (at least {RECALL_EACH})",
            worst.recall >= RECALL_EACH,
        ),
        Bound(
            f"{every.per_1000:.2f} false alarms per 1,000 pole-nights (at most {FALSE_ALARMS:g})",
            every.per_1000 <= FALSE_ALARMS,
        ),
        Bound(
            f"99 % of the failures that leave the street dark known within {dark_s:.0f} s (at most {DARK_S:g} s)",
            bool(dark) and dark_s <= DARK_S,
        ),
        Bound(
            f"recall better than the {RIVAL}'s: {every.recall:.4f} to {other.recall:.4f} over all, "
            f"{ours.recall:.4f} to {theirs.recall:.4f} over the types both know",
            every.recall > other.recall and ours.recall > theirs.recall,
        ),
        Bound(
            f"fewer false alarms than the {RIVAL}: {every.per_1000:.2f} to {other.per_1000:.2f} per 1,000 pole-nights, "
            f"and {every.false_alarms - every.beside} to {other.false_alarms - other.beside} while nothing was wrong",
            every.per_1000 < other.per_1000 and every.false_alarms - every.beside < other.false_alarms - other.beside,
        ),
        _faster(diya, rival),
    ]


def _faster(diya: Score, rival: Score) -> Bound:
    """Compared over the faults that both have found: else a detector of easy faults only would be the faster one."""
    both = [
        (one.delay_s, other.delay_s)
        for one, other in zip(diya.outcomes, rival.outcomes, strict=True)
        if one.delay_s is not None and other.delay_s is not None
    ]
    if not both:
        return Bound(f"no fault was found by Diya and by the {RIVAL}", False)
    ours, theirs = ([delays[which] for delays in both] for which in (0, 1))
    pairs = [(rank(ours, share), rank(theirs, share)) for share in (0.50, 0.99)]
    shown = [f"{one:.0f} to {other:.0f} s" for one, other in pairs]
    return Bound(
        f"sooner than the {RIVAL} over the {len(both)} faults that both found: p50 {shown[0]}, p99 {shown[1]}",
        all(one < other for one, other in pairs),
    )


def _latest(outcomes: list[Outcome]) -> list[Outcome]:
    """The three that took longest of every event type."""
    late = sorted((one for one in outcomes if one.delay_s is not None), key=lambda one: -(one.delay_s or 0.0))
    names = dict.fromkeys(one.event_type for one in late)
    return [one for name in sorted(names) for one in [each for each in late if each.event_type == name][:3]]


def as_json(result: Result) -> dict[str, Any]:
    """All figures, for programs."""
    bounds = verdict(result)
    scores = {"commissioned": result.commissioned, "not_commissioned": result.others}
    return {
        "seed": result.seed,
        "pole_nights": result.commissioned[DIYA].nights,
        "holds": all(bound.holds for bound in bounds),
        "verdict": [{"sentence": bound.sentence, "holds": bound.holds} for bound in bounds],
        **{
            group: {
                name: {
                    "all": everything(score).as_json(),
                    "types_both_know": shared(score).as_json(),
                    "two_at_once": together(score).as_json(),
                    "by_type": {row.name: row.as_json() for row in by_type(score)},
                    "by_kind": {kind: row.as_json() for kind, row in by_kind(score).items()},
                    "missed": [vars(one) for one in score.outcomes if one.verdict not in (FOUND, UNSEEN)],
                    "false_alarms": [vars(alarm) for alarm in score.false_alarms],
                    "latest": [vars(one) for one in _latest(score.outcomes)],
                }
                for name, score in named.items()
            }
            for group, named in scores.items()
        },
        "by_technology": {
            technology: {name: everything(score).as_json() for name, score in named.items()}
            for technology, named in result.technologies.items()
        },
        "string_open": [
            {"level": level, "severity": severity, **{name: [sum(found), len(found)] for name, found in by.items()}}
            for (level, severity), by in result.strings.items()
        ],
    }
