"""Checks a ramp: from full light to the lowest level and not below, at the given pace, and the driver follows."""

from __future__ import annotations

from host_tools.field.commission.bounds import RAMP_BACK, RAMP_OBEYED, RAMP_REACHED, RAMP_TIME
from host_tools.field.commission.outcome import Figure, Note, Outcome
from host_tools.field.commission.session import FULL, HOLD_S, REASON, Visit
from host_tools.field.console_client import Reading

NAME = "ramp"
RAMP_S = 5
LONGEST_S = 12.0
COARSE_S = 2.5  # a time that is not known better than this is measured again
TRIES = 2


def check(visit: Visit) -> Outcome:
    """Begins at full light and leaves the lamp at its lowest level."""
    lowest = visit.levels[0]
    for _ in range(TRIES):
        visit.light(FULL)
        way, arrived, unsure_s = _way_down(visit, lowest)
        if unsure_s <= COARSE_S:
            break
    top, bottom = way[0], way[-1]
    # constant light output makes less of every level
    wanted = lowest * top.dim / FULL
    notes = []
    status = visit.service.status()
    if status.owner != "local":
        notes.append(Note("note_other_owner", {"owner": status.owner, "reason": status.reason}))
    elif bottom.dim > wanted + 1:
        notes.append(Note("note_minimum", {"level": round(bottom.dim)}))
        wanted = bottom.dim  # it does not go as low as its type could
    figures = [Figure(RAMP_TIME, arrived), Figure(RAMP_REACHED, bottom.dim - wanted)]
    if top.power_w and bottom.power_w is not None:
        if visit.is_dimmed:
            figures += [
                Figure(RAMP_BACK, _back(way, top.power_w)), Figure(RAMP_OBEYED, _obeyed(visit, top, bottom)),
            ]  # fmt: skip
        else:
            notes.append(Note("note_not_dimmed"))
    if not bottom.relay:
        figures.append(Figure(RAMP_REACHED, None))  # dark: never
    return Outcome(NAME, tuple(figures), tuple(notes))


def _way_down(visit: Visit, lowest: int) -> tuple[list[Reading], float, float]:
    """What is read on the way from full light to *lowest* percent; how long it took, and how exactly that is known (s).

    It began between the request and its answer.  It ended after the request of the last reading before the end, and
    before the first reading after it had come: a busy pole or laptop answers late, which does not change the lamp's
    pace.  Within these limits the time nearest to the requested one is returned.
    """
    way = [visit.read()]
    asked = visit.monotonic()
    visit.service.set(lowest, HOLD_S, RAMP_S, REASON)
    begin = visit.monotonic()
    times = [(begin, begin)]  # at which each was asked for, and had come
    while times[-1][1] - begin < LONGEST_S:
        way.append(visit.read())
        times.append((visit.asked_at, visit.monotonic()))
        if times[-1][1] - begin > RAMP_S and way[-1].dim == way[-2].dim:
            break
    first = next(number for number, reading in enumerate(way) if abs(reading.dim - way[-1].dim) < 0.3)
    least, most = times[max(first - 1, 0)][0] - begin, times[first][1] - asked
    took = (least + most) / 2 if most - least <= COARSE_S else min(max(RAMP_S, least), most)
    return way, took, most - least


def _back(way: list[Reading], full_w: float) -> float:
    """The largest rise of power on the way down, in percent of full power."""
    powers = [reading.power_w for reading in way if reading.power_w is not None]
    least, most = powers[0], 0.0
    for power in powers:
        least = min(least, power)
        most = max(most, power - least)
    return 100 * most / full_w


def _obeyed(visit: Visit, top: Reading, bottom: Reading) -> float:
    """The change of power in percent of what the type would make of it; of a line through zero without one."""
    change = (top.power_w or 0.0) - (bottom.power_w or 0.0)
    if visit.type:
        due = visit.type.at(top.dim)[0] - visit.type.at(bottom.dim)[0]
    else:
        due = (top.power_w or 0.0) * (1 - bottom.dim / max(top.dim, 1.0))
    return 100 * change / due if due > 0 else 0.0
