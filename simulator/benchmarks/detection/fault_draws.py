"""Draws the faults of each night from the seed: kind, severity, begin and end, within one table."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from simulator.benchmarks.detection.night_times import Night
from simulator.benchmarks.detection.population import NIGHTS, Life
from simulator.benchmarks.detection.random_stream import Draw
from simulator.happenings.catalogue import KINDS
from simulator.scenario.happening import Happening

MINUTE_MS = 60_000
SHORTEST, LONGEST = 20.0, 240.0  # minutes that a fault lasts
SEEN_OFF_MS = 30 * MINUTE_MS  # a fault of a burning lamp ends so long before the lamp is switched off

# When a fault begins.
BURNING = "burning"  # at any moment while the lamp burns, and it ends while it burns
BURNING_OR_BEFORE = "burning, or before"  # as BURNING, or, one in five, in the two hours before the lamp is switched on
DIMMED = "before a change of level"  # up to an hour before the night's programme changes the level, and through it
TO_MORNING = "until morning"  # in the night, or an hour after sunrise at the latest, until after that
ANY_TIME = "day or night"
DAY = "day"  # three hours after sunrise to three hours before sunset
AFTER_DUSK = "night"  # the sun is well down, whatever the lamp does


@dataclass(frozen=True)
class Fault:
    """A kind of fault in the benchmark: severities from ``low`` to ``high``, evenly spread; when it begins.

    ``spare``: so many times as many are drawn as are wanted, for some never show in what the pole can sense.
    """

    kind: str
    low: float
    high: float
    when: str
    spare: float = 1.08


FAULTS = (
    Fault("lamp_open", 1.0, 1.0, BURNING_OR_BEFORE),
    Fault("string_open", 0.15, 1.0, BURNING_OR_BEFORE),
    Fault("driver_short", 0.15, 1.0, BURNING_OR_BEFORE),
    Fault("relay_welded", 1.0, 1.0, TO_MORNING),
    Fault("relay_stuck_open", 1.0, 1.0, BURNING_OR_BEFORE),
    Fault("dim_line_cut", 1.0, 1.0, DIMMED, 1.3),
    Fault("driver_ignores_dim", 1.0, 1.0, DIMMED, 1.3),
    Fault("cycling", 0.1, 1.0, BURNING),
    Fault("flicker", 0.4, 1.0, BURNING_OR_BEFORE),
    Fault("pf_low", 0.3, 1.0, BURNING_OR_BEFORE),
    Fault("mains_sag", 0.4, 1.0, ANY_TIME),
    Fault("mains_swell", 0.6, 1.0, ANY_TIME),
    Fault("mains_cut", 1.0, 1.0, ANY_TIME),
    Fault("overheat", 0.8, 1.0, ANY_TIME, 1.4),
    Fault("photocell_stuck_dark", 1.0, 1.0, DAY),
    Fault("photocell_stuck_light", 1.0, 1.0, AFTER_DUSK),
    Fault("leakage", 0.15, 1.0, ANY_TIME),
    Fault("tilt", 0.25, 1.0, ANY_TIME),
    Fault("impact", 0.4, 1.0, ANY_TIME),
    Fault("door_open", 1.0, 1.0, ANY_TIME),
    Fault("theft", 0.1, 1.0, ANY_TIME),
    Fault("meter_frozen", 1.0, 1.0, ANY_TIME),
    Fault("gear_comm_lost", 1.0, 1.0, BURNING_OR_BEFORE),
    Fault("clock_lost", 1.0, 1.0, ANY_TIME),
)
OVERLAP = 0.06  # of the faults: another one of any kind comes while it lasts

# Kind, lowest and highest severity: at home on any night.
BENIGN = (
    ("mains_wobble", 0.4, 1.0), ("cold_night", 0.4, 1.0), ("fog", 0.5, 1.0), ("meter_noise", 1.0, 1.0),
    ("dips", 0.4, 1.0), ("clock_drift", 0.2, 1.0), ("power_cycle", 0.1, 1.0),
)  # fmt: skip
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
