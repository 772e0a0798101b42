"""Checks the accelerometer: it measures 1 g and the node is mounted upright; its direction is stored as upright."""

from __future__ import annotations

from math import acos, degrees, sqrt

from host_tools.field.commission.bounds import GRAVITY, LEAN, UPRIGHT
from host_tools.field.commission.outcome import Figure, Note, Outcome
from host_tools.field.commission.session import Visit
from host_tools.field.console_client import Refused

NAME = "tilt"
Vector = tuple[int, int, int]


def check(visit: Visit) -> Outcome:
    if "accelerometer" not in visit.parts:
        return Outcome(NAME)
    felt = visit.read().acceleration_mg
    if felt is None:
        return Outcome(NAME, (Figure(GRAVITY, None),))
    figures = [Figure(GRAVITY, length(felt)), Figure(LEAN, angle(felt, (0, 0, 1000)))]
    if not all(figure.good for figure in figures):
        return Outcome(NAME, tuple(figures), (Note("note_tilt_kept"),))
    try:
        stored = visit.service.zero_tilt()
    except Refused as refused:
        return Outcome(NAME, (*figures, Figure(UPRIGHT, None)), (Note("note_tilt_refused", {"why": refused.why}),))
    after = visit.read().acceleration_mg
    figures.append(Figure(UPRIGHT, None if after is None else angle(after, stored)))
    return Outcome(NAME, tuple(figures), (Note("note_tilt_stored", {"x": stored[0], "y": stored[1], "z": stored[2]}),))


def length(vector: Vector) -> float:
    return sqrt(sum(part * part for part in vector))


def angle(one: Vector, other: Vector) -> float:
    """Degrees between two directions."""
    product = length(one) * length(other)
    if not product:
        return 180.0
    return degrees(acos(max(-1.0, min(1.0, sum(a * b for a, b in zip(one, other, strict=True)) / product))))
