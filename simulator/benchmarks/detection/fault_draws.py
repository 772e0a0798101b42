"""Draws the faults of each night from the seed: kind, severity, begin and end, within one table."""

from __future__ import annotations

from math import ceil
from typing import NamedTuple

from simulator.benchmarks.detection.night_times import Night
from simulator.benchmarks.detection.population import NIGHTS, Life
from simulator.benchmarks.detection.random_stream import Draw
from simulator.happenings import kind as kinds
from simulator.happenings.catalogue import KINDS
from simulator.happenings.kind import AFTER_DUSK, ANY_TIME, BURNING, BURNING_OR_BEFORE, DAY, DIMMED, TO_MORNING
from simulator.scenario.happening import Happening

MINUTE_MS = 60_000
SHORTEST, LONGEST = 20.0, 240.0  # minutes that a fault lasts
SEEN_OFF_MS = 30 * MINUTE_MS  # a fault of a burning lamp ends so long before the lamp is switched off

# the order in which a seed has drawn its kinds from the beginning; what is not named comes behind
_ORDER = [
    "lamp_open",
    "string_open",
    "driver_short",
    "relay_welded",
    "relay_stuck_open",
    "dim_line_cut",
    "driver_ignores_dim",
    "cycling",
    "flicker",
    "pf_low",
    "mains_sag",
    "mains_swell",
    "mains_cut",
    "overheat",
    "photocell_stuck_dark",
    "photocell_stuck_light",
    "leakage",
    "tilt",
    "impact",
    "door_open",
    "theft",
    "meter_frozen",
    "gear_comm_lost",
    "clock_lost",
    "mains_wobble",
    "cold_night",
    "fog",
    "meter_noise",
    "dips",
    "clock_drift",
    "power_cycle",
]


class Fault(NamedTuple):
    """A kind of fault in the benchmark, as its entry in the catalogue of happenings has it (``kind.Drawn``)."""

    kind: str
    low: float
    high: float
    when: str
    spare: float


def _drawn() -> list[Fault]:
    names = sorted(KINDS, key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER))
    drawn = [(name, KINDS[name].drawn) for name in names]
    return [Fault(name, one.low, one.high, one.when, one.spare) for name, one in drawn if one]


FAULTS = tuple(fault for fault in _drawn() if fault.when != kinds.BENIGN)
OVERLAP = 0.06  # of the faults: another one of any kind comes while it lasts

# Kind, lowest and highest severity: at home on any night.
BENIGN = tuple((fault.kind, fault.low, fault.high) for fault in _drawn() if fault.when == kinds.BENIGN)
CALM = 0.40  # of the nights: nothing at all but what goes wrong
TWICE = 0.30  # of the others: two of these

_BY_KIND = {fault.kind: fault for fault in FAULTS}
Assigned = dict[int, list[tuple[str, ...]]]  # {number of the life: of each night, what goes wrong in it}


def assign(seed: int, lives: list[Life], each: int) -> Assigned:
    """At least *each* faults of each kind over the nights of the commissioned *lives*, and as thickly over the rest.

    Raises ValueError where there are fewer nights than faults.
    """
    draw = Draw(seed, "fates")
    wanted = [fault.kind for fault in FAULTS for _ in range(ceil(each * fault.spare))]
    draw.shuffle(wanted)
    out: Assigned = {life.number: [()] * NIGHTS for life in lives}
    for commissioned in (True, False):
        slots = [(life.number, night) for life in lives if life.commissioned is commissioned for night in range(NIGHTS)]
        draw.shuffle(slots)
        if commissioned:
            if len(wanted) > len(slots):
                raise ValueError(f"there are {len(wanted)} faults for only {len(slots)} nights")
            share = len(wanted) / len(slots)
            kinds = wanted
        else:
            kinds = [draw.one_of(wanted) for _ in range(round(share * len(slots)))]
        for kind, (number, night) in zip(kinds, slots, strict=False):
            more = (draw.one_of(FAULTS).kind,) if draw.chance(OVERLAP) else ()
            out[number][night] = (kind, *(other for other in more if other != kind))
    return out


def happenings(seed: int, life: Life, nights: list[Night], kinds: list[tuple[str, ...]]) -> list[Happening]:
    """All that happens to *life*, whose *nights* hold *kinds* of fault, as a scenario would have it."""
    name = life.pole.name
    draw = Draw(seed, name, "fate")
    out: list[tuple[str, float, int, int | None]] = []  # kind, severity, from ms, until ms
    if life.ageing:
        out.append(("ageing", life.ageing, 0, None))
    for night, faults in zip(nights, kinds, strict=True):
        out += _benign(draw, night)
        first: tuple[int, int] | None = None
        for kind in faults:
            fault = _BY_KIND[kind]
            at_ms, until_ms = _span(draw, fault.when, night)
            severity = draw.between(fault.low, fault.high)
            if kind == "cycling":  # its period is 2 min / severity: long enough to see it come back a few times
                least_ms = round(draw.between(4.5, 6.0) * 2 * MINUTE_MS / severity)
                until_ms = max(until_ms, at_ms + least_ms)
                late_ms = max(0, until_ms + SEEN_OFF_MS - night.off_ms)
                at_ms, until_ms = at_ms - late_ms, until_ms - late_ms
            if first:
                at_ms, until_ms = _beside(draw, first, until_ms - at_ms)
            first = first or (at_ms, until_ms)
            out.append((kind, severity, at_ms, None if kind == "impact" else until_ms))
    return [
        Happening(
            number=number,
            kind=kind,
            at_ms=at_ms,
            until_ms=until_ms,
            poles=(name,),
            group=None,
            everywhere=False,
            severity=severity,
            expect=expected(kind),
            allow=(),
            within_s=None,
        )
        for number, (kind, severity, at_ms, until_ms) in enumerate(out, 1)
    ]


def expected(kind: str) -> tuple[str, ...]:
    """The event types a happening of *kind* must raise."""
    return KINDS[kind].events if kind in _BY_KIND else ()


def _benign(draw: Draw, night: Night) -> list[tuple[str, float, int, int | None]]:
    if draw.chance(CALM):
        return []
    drawn: list[tuple[str, float, int, int | None]] = []
    for _ in range(2 if draw.chance(TWICE) else 1):
        kind, low, high = draw.one_of(BENIGN)
        if kind not in [one[0] for one in drawn]:
            at_ms = round(draw.between(night.sunset_ms - 90 * MINUTE_MS, night.sunset_ms + 300 * MINUTE_MS))
            until_ms = at_ms + round(draw.ratio(120, 720) * MINUTE_MS)
            drawn.append((kind, draw.between(low, high), at_ms, min(until_ms, night.end_ms - MINUTE_MS)))
    return drawn


def _span(draw: Draw, when: str, night: Night) -> tuple[int, int]:
    """From when to when a fault lasts that begins *when* says."""
    length = round(draw.ratio(SHORTEST, LONGEST) * MINUTE_MS)
    least = round(SHORTEST * MINUTE_MS)
    on_ms, off_ms = night.on_ms, night.off_ms
    if when == TO_MORNING:
        return round(draw.between(on_ms, off_ms + 60 * MINUTE_MS)), off_ms + 60 * MINUTE_MS + length
    if when == DIMMED and night.changes_ms:
        change_ms = draw.one_of(night.changes_ms)
        at_ms = max(on_ms + MINUTE_MS, round(change_ms - draw.between(1, 60) * MINUTE_MS))
        return at_ms, change_ms + length
    if when == BURNING_OR_BEFORE and draw.chance(0.2):
        return round(on_ms - draw.between(5, 120) * MINUTE_MS), on_ms + length
    low, high = {
        ANY_TIME: (night.start_ms + 10 * MINUTE_MS, night.end_ms - 90 * MINUTE_MS),
        DAY: (night.sunrise_ms + 180 * MINUTE_MS, night.end_ms - 90 * MINUTE_MS),
        AFTER_DUSK: (night.sunset_ms + 60 * MINUTE_MS, night.sunrise_ms - 90 * MINUTE_MS),
    }.get(when, (on_ms + 2 * MINUTE_MS, off_ms - least - SEEN_OFF_MS - 5 * MINUTE_MS))
    at_ms = round(draw.between(low, high))
    last = (off_ms if when in (BURNING, BURNING_OR_BEFORE, DIMMED) else night.end_ms) - SEEN_OFF_MS
    if when in (DAY, AFTER_DUSK):
        length = max(length, 2 * least)
    return at_ms, max(at_ms + least, min(at_ms + length, last))


def _beside(draw: Draw, first: tuple[int, int], length: int) -> tuple[int, int]:
    at_ms = round(draw.between(first[0] + 2 * MINUTE_MS, max(first[0] + 3 * MINUTE_MS, first[1] - 5 * MINUTE_MS)))
    return at_ms, at_ms + length
