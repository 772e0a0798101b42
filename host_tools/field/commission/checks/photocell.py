"""Checks the photocell against the sun: its value must be possible at this hour and place."""

from __future__ import annotations

from host_tools.field.commission.bounds import DAYLIGHT, NIGHT, TWILIGHT
from host_tools.field.commission.outcome import Figure, Note, Outcome
from host_tools.field.commission.session import Visit
from pole.lighting import daylight

NAME = "photocell"
_DAY, _NIGHT = 1, 3  # phases of lighting/daylight.py, which go on counting from day to day


def check(visit: Visit) -> Outcome:
    if "photocell" not in visit.parts:
        return Outcome(NAME)
    lux = visit.read().lux
    if visit.position is None:
        return Outcome(NAME, (Figure(TWILIGHT, lux),), (Note("note_no_place"),))
    phase, _ahead = daylight.edges(int(visit.wall()), *visit.position)
    if phase % 4 == _DAY:
        return Outcome(NAME, (Figure(DAYLIGHT, lux),))
    if phase % 4 == _NIGHT:
        return Outcome(NAME, (Figure(NIGHT, lux),))
    return Outcome(NAME, (Figure(TWILIGHT, lux),), (Note("note_twilight"),))
