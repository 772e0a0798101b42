"""The ramp: from full light to the lowest level and not below, at the pace asked for, and the driver obeys."""

from __future__ import annotations

from host_tools.commission.bounds import RAMP_BACK, RAMP_OBEYED, RAMP_REACHED, RAMP_TIME
from host_tools.commission.outcome import Figure, Note, Outcome
from host_tools.commission.visit import FULL, HOLD_S, REASON, Visit
from host_tools.service import Reading

NAME = "ramp"
RAMP_S = 5
LONGEST_S = 12.0


def check(visit: Visit) -> Outcome:
    """Begins at full light and leaves the lamp at its lowest level."""
    visit.light(FULL)
    top = visit.read()
    lowest = visit.levels[0]
    visit.service.set(lowest, HOLD_S, RAMP_S, REASON)
    begin = visit.monotonic()
    way: list[tuple[float, Reading]] = [(0.0, top)]
    gone = 0.0
    while gone < LONGEST_S:
        reading = visit.read()
        gone = visit.monotonic() - begin
        way.append((gone, reading))
        if gone > RAMP_S and reading.dim == way[-2][1].dim:
            break
    bottom = way[-1][1]
    arrived = next((at for at, reading in way if abs(reading.dim - bottom.dim) < 0.3), None)
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
        figures += [Figure(RAMP_BACK, _back(way, top.power_w)), Figure(RAMP_OBEYED, _obeyed(visit, top, bottom))]
    if not bottom.relay:
        figures.append(Figure(RAMP_REACHED, None))  # dark: never
    return Outcome(NAME, tuple(figures), tuple(notes))


def _back(way: list[tuple[float, Reading]], full_w: float) -> float:
    """The largest rise of power on the way down, in percent of full power."""
    powers = [reading.power_w for _at, reading in way if reading.power_w is not None]
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
