"""A cause swallows its effects: which alarm is explained by another, and is not listed or sent on its own."""

from __future__ import annotations

from collections.abc import Iterable

from host_tools.city.alarms.row import EFFECTS, Row
from host_tools.city.correlation import fault
from host_tools.wire.event_types import SUPPLY_LOSS

SLACK_S = 960  # a pole knows when it lost its supply to 15 minutes, and a silence is noticed later than it began
_FOR_EVER = 2**62

PARTNERS = {**EFFECTS, **{cause: effect for effect, cause in EFFECTS.items()}}  # kinds of a pole that must be known


def swallower(effect: Row, causes: Iterable[Row]) -> str:
    """Which of *causes*, KIND/NAME, explains *effect*; empty where none does.

    An effect that goes on after its cause has ended is an alarm of its own.
    """
    found = [one.called for one in causes if _is_cause(one, effect) and _explains(one, effect)]
    return min(found, default="")


def _is_cause(one: Row, effect: Row) -> bool:
    if effect.kind in EFFECTS:
        return one.key == (EFFECTS[effect.kind], effect.name)
    if effect.kind == SUPPLY_LOSS:
        return one.kind == fault.FEEDER and effect.name in one.poles
    return effect.kind == fault.POLE and one.key == (SUPPLY_LOSS, effect.name)


def _explains(cause: Row, effect: Row) -> bool:
    if effect.open and not cause.open:
        return False
    ends = _FOR_EVER if cause.ended is None else cause.ended
    over = _FOR_EVER if effect.ended is None else effect.ended
    return cause.began - SLACK_S <= over and effect.last_began <= ends + SLACK_S
