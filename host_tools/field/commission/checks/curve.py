"""Measures the lamp's own power curve level by level, compares it with its type, and sends it to the pole."""

from __future__ import annotations

from itertools import pairwise
from statistics import fmean

from host_tools.field.commission.bounds import CURVE_ALLOWANCE_W, CURVE_FACTOR, CURVE_POWER, CURVE_RISES, RUN_UP, STEADY
from host_tools.field.commission.outcome import Figure, Note, Outcome
from host_tools.field.commission.session import FULL, Point, Visit
from host_tools.field.console_client import Reading, Refused

NAME = "curve"
WINDOW = 4  # fresh readings of which a point is the mean; a pole has one a second
STEADY_S = 15.0  # the longest wait for them to agree
RUN_UP_S = 30.0  # for which a discharge lamp is measured: its power rises for up to 20 minutes


def check(visit: Visit) -> Outcome:
    """Leaves the lamp at full light."""
    if "meter" not in visit.parts:
        return Outcome(NAME)
    run_up = _run_up(visit) if visit.has_arc else None
    if run_up and run_up.value is not None and not run_up.good:
        return Outcome(NAME, (run_up,), (Note("note_curve_refused"),))
    points: list[Point] = []
    for level in visit.levels:
        visit.tell("level", level=level)
        visit.light(level)
        point = _measured(visit)
        if point and (not points or point.level > points[-1].level):
            points.append(point)
    visit.light(FULL)
    visit.curve = points
    if len(points) < 2:
        return Outcome(NAME, (Figure(STEADY, None),))
    figures = [Figure(STEADY, max(point.spread for point in points))]
    if visit.is_dimmed:
        figures.append(Figure(CURVE_RISES, min(b.warm_watts - a.warm_watts for a, b in pairwise(points))))
    if run_up:
        figures.append(run_up)
    if visit.type:
        figures.append(Figure(CURVE_POWER, max((_beside(visit, point) for point in points), key=abs)))
        figures.append(Figure(CURVE_FACTOR, min(p.factor - visit.type.at(p.level)[1] for p in points)))
    notes = [] if visit.type else [Note("note_no_type")]
    if all(figure.good for figure in figures):
        notes.append(_learn(visit, points))
    else:
        notes.append(Note("note_curve_refused"))
    return Outcome(NAME, tuple(figures), tuple(notes))


def _run_up(visit: Visit) -> Figure:
    """How the power at full light changes."""
    visit.light(FULL)
    visit.tell("run_up", seconds=round(RUN_UP_S))
    before = _measured(visit)
    visit.wait(RUN_UP_S)
    after = _measured(visit)
    if not before or not after:
        return Figure(RUN_UP, None)
    return Figure(RUN_UP, 100 * (after.warm_watts - before.warm_watts) / max(before.warm_watts, 0.1))


def _measured(visit: Visit) -> Point | None:
    """The mean of the first fresh readings that agree; of the last ones where they never do."""
    window: list[Reading] = []
    begin = visit.monotonic()
    while True:
        reading = visit.read()
        if reading.power_w is not None and (not window or reading.electrical != window[-1].electrical):
            window = [*window, reading][-WINDOW:]
        late = visit.monotonic() - begin > STEADY_S
        if len(window) == WINDOW:
            spread = _spread(window)
            if late or STEADY.holds(spread):
                watts = fmean(reading.power_w or 0.0 for reading in window)
                warm = fmean(visit.corrected(reading) for reading in window)
                factor = fmean(reading.power_factor or 0.0 for reading in window)
                return Point(round(window[-1].dim), watts, warm, factor, spread)
        elif late:
            return None


def _spread(window: list[Reading]) -> float:
    """Percent between the most and the least; the smallest lamps' last digits do not count."""
    powers = [reading.power_w or 0.0 for reading in window]
    return 100 * max(max(powers) - min(powers) - 0.1, 0.0) / max(fmean(powers), 0.1)


def _beside(visit: Visit, point: Point) -> float:
    """Deviation from the type in percent; 0 within the allowance."""
    assert visit.type is not None
    due = visit.type.at(point.level)[0]
    beside = point.warm_watts - due
    return 0.0 if abs(beside) <= CURVE_ALLOWANCE_W and abs(beside) / due > 0.15 else 100 * beside / due


def _learn(visit: Visit, points: list[Point]) -> Note:
    table = [(point.level, round(point.warm_watts * 1000), round(point.factor * 1000)) for point in points]
    top = points[-1]
    if visit.type and top.level < FULL:  # kept dim while it is new: the rest is its type's, as this lamp is beside it
        share = top.warm_watts / visit.type.at(top.level)[0]
        table += [
            (level, round(watts * share * 1000), round(factor * 1000))
            for level, watts, factor in visit.type.points
            if level > top.level
        ]
    try:
        visit.service.learn_curve(table)
    except Refused as refused:
        return Note("note_curve_not_taken", {"why": refused.why})
    visit.stored = table
    return Note("note_curve_stored", {"count": len(table)})
