"""Describes the demo's night, from the messages on the broker, in sentences for the city's operators."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from host_tools.city.correlation import Fault, History, Silence, street_faults
from host_tools.city.correlation.history import LAST_WILL
from host_tools.city.correlation.text import names
from host_tools.city.correlation.thresholds import THRESHOLDS
from host_tools.wire.event_types import COMMUNICATION_FAILURE
from simulator.report.episodes import Episode, pair_episodes
from simulator.scenario.happening import Happening
from simulator.street.street import Street


def story(street: Street, speed: float) -> list[str]:
    """A line for each happening of the scenario, in their order, with what was reported of it.

    *speed* is that of the run, in simulated seconds a real second.
    """
    told = pair_episodes(street.recorder.events, street.time)
    lines: list[str] = []
    for happening in street.scenario.happenings:
        if happening.kind == "command":
            lines += _command(street, happening)
        elif happening.kind == "feeder_trip":
            lines += [_of_street(street, fault) for fault in _faults(street, speed, told)]
        else:
            lines += _of_pole(street, happening, told)
    return lines


def _of_pole(street: Street, happening: Happening, told: dict[tuple[str, str], list[Episode]]) -> Iterator[str]:
    for pole in happening.poles:
        for event_type in happening.expect:
            for episode in told.get((pole, event_type), ()):
                yield f"{_span(street, episode)}  {event_type} of {pole}"


def _faults(street: Street, speed: float, told: dict[tuple[str, str], list[Episode]]) -> list[Fault]:
    silences = []
    for (pole, event_type), episodes in told.items():
        for episode in episodes if event_type == COMMUNICATION_FAILURE else ():
            ends = None if episode.end_ms is None else street.time.unix(episode.end_ms)
            silences.append(Silence(pole, street.time.unix(episode.start_ms), ends, LAST_WILL))
    # the broker notices a silent pole in real time, which at this speed is hours of the street
    limits = replace(THRESHOLDS, together_s=round(THRESHOLDS.together_s * speed))
    now = street.time.unix(street.kernel.now_ms)
    history = History(frozenset(street.poles), tuple(silences), tuple(set(street.recorder.losses)), now)
    return street_faults(street.site.poles, history, limits)


def _of_street(street: Street, fault: Fault) -> str:
    since = min(fault.begins, fault.evidence.get("lastAlive", fault.begins))
    begins, ends = (None if at is None else street.time.ms(at) for at in (since, fault.ends))
    poles = f"{names(fault.poles)}, {len(fault.poles)} poles" if len(fault.poles) > 1 else names(fault.poles)
    return f"{_clock(street, begins)} to {_clock(street, ends)}  {fault.kind} {fault.name}, one fault: {poles}"


def _command(street: Street, happening: Happening) -> Iterator[str]:
    """The level of each pole before the command, under it and after it, as the pole reported it."""
    assert happening.order
    end_ms = happening.at_ms + happening.order.minutes * 60_000
    for series in street.told.levels(happening.poles):
        seen = list(zip(series.times, series.values, strict=True))

        def level(at_ms: int, seen: list[tuple[int, float]] = seen) -> str:
            return f"{[value for at, value in seen if at <= street.time.unix(at_ms)][-1]:g} %"

        middle, after = (happening.at_ms + end_ms) // 2, end_ms + 10 * 60_000
        yield (
            f"{_clock(street, happening.at_ms)} to {_clock(street, end_ms)}  {series.name} is sent to "
            f"{happening.order.level} %: it had {level(happening.at_ms)}, gave {level(middle)}, and went back to "
            f"{level(after)} by itself"
        )


def _span(street: Street, episode: Episode) -> str:
    return f"{_clock(street, episode.start_ms)} to {_clock(street, episode.end_ms)}"


def _clock(street: Street, at_ms: int | None) -> str:
    return "now  " if at_ms is None else f"{street.time.local(at_ms):%H:%M}"
