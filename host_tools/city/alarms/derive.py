"""Derives alarms from the poles' reports and the faults of the street: one alarm for each cause.

An event that a fault of the street explains is no alarm of its own: the silence of each pole of a feeder that is off,
and the loss of supply that each reports when it is back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from host_tools.city.alarms.alarm import Alarm, Heard
from host_tools.city.correlation.fault import Fault
from host_tools.wire.event_types import SUPPLY_LOSS
from pole.health.event_types import EVENT_TYPES
from pole.health.evidence import why  # the sentences that the pole sends with the event

EFFECTS = {"lampPowerTooLow": "lampFailure"}  # reported with its cause: no alarm of its own while that is open


def alarms(
    heard: Iterable[Heard], faults: Iterable[Fault], dark: Callable[[str], bool] = lambda pole: False
) -> list[Alarm]:
    """The alarms of all *heard* and of the street's *faults*: the open ones first, each by severity, then by time.

    *dark(pole)* says whether it is expected to be without supply now, as on a feeder that is switched on at dusk.
    """
    out = [_of_street(one) for one in faults]
    explained = {pole for alarm in out if alarm.ended is None for pole in alarm.poles}
    told = _once(heard)
    there = {(one.pole, one.type) for one in told if one.ends is None}
    effects: dict[tuple[str, str], list[str]] = {}
    for one in told:
        cause = (one.pole, EFFECTS.get(one.type, ""))
        if one.ends is None and cause in there:
            effects.setdefault(cause, []).append(one.type)
    for one in told:
        effect = one.ends is None and (one.pole, EFFECTS.get(one.type, "")) in there
        expected = one.type == SUPPLY_LOSS and one.ends is None and dark(one.pole)
        if not effect and not expected and (one.type != SUPPLY_LOSS or one.pole not in explained):
            out.append(_of_pole(one, effects.get((one.pole, one.type), []) if one.ends is None else []))
    return sorted(out, key=lambda one: (one.ended is not None, one.severity, one.since or 0, one.kind, one.name))


def _once(heard: Iterable[Heard]) -> list[Heard]:
    """*heard* without the single changes of a chattering condition, which are in its count."""
    told = list(heard)
    spans: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for one in told:
        if one.chatter:
            spans.setdefault((one.pole, one.type), []).append((one.begins or 0, one.chatter.last or 0))

    def single(one: Heard) -> bool:
        if one.chatter or one.ends is None:
            return False
        return any(begins <= one.ends <= last for begins, last in spans.get((one.pole, one.type), ()))

    return [one for one in told if not single(one)]


def _of_pole(one: Heard, effects: list[str]) -> Alarm:
    evidence = dict(one.evidence)
    if effects:
        evidence["effects"] = effects
    known = why(EVENT_TYPES.index(one.type)) if one.type in EVENT_TYPES else ("", "")
    told = evidence.pop("cause", None), evidence.pop("carry", None)
    cause, carry = (said if isinstance(said, str) and said else own for said, own in zip(told, known, strict=True))
    times = one.chatter.count if one.chatter else 1
    return Alarm(one.type, one.pole, one.begins, one.ends, (one.pole,), evidence, cause, carry, times, one.chatter)


def _of_street(one: Fault) -> Alarm:
    poles = one.poles if one.ends is not None else one.silent or one.poles
    return Alarm(one.kind, one.name, one.begins, one.ends, poles, one.evidence, one.cause, one.carry, one.times)
