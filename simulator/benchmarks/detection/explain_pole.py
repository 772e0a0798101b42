"""Lists what happened to one pole of the benchmark, and what was raised: to find out why something was missed."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.benchmarks.detection.benchmark import Size, prepared
from simulator.benchmarks.detection.fault_draws import assign
from simulator.benchmarks.detection.pole_run import live
from simulator.benchmarks.detection.population import lives
from simulator.benchmarks.detection.score import DIYA, MISSED, RIVAL, score


def lines(seed: int, size: Size, name: str) -> Iterator[str]:
    """The list for the pole *name*, in the order of time.  Raises KeyError when there is none of that name."""
    people = lives(seed, size.nights)
    life = next((life for life in people if life.pole.name == name), None)
    if life is None:
        raise KeyError(name)
    settings, nights, happened = prepared(seed, life, assign(seed, people, size.faults + size.more)[life.number])
    result = live(seed, life, settings, nights, happened)
    time = result.time
    told: list[tuple[int, str]] = []
    for night in nights:
        told += [(night.on_ms, "switched on"), (night.off_ms, "switched off")]
        told += [(at_ms, "another level") for at_ms in night.changes_ms]
    for one in result.happenings:
        told.append((one.at_ms, f"BEGINS {one.kind} {one.severity:.2f}"))
        if one.over_ms is not None:
            told.append((one.over_ms, f"ENDS {one.kind}"))
        for ms, what in (
            (result.plant.observable_ms(one.number), "can be seen"),
            (result.plant.end_observable_ms(one.number), "can be seen to be over"),
        ):
            if ms is not None and one.expect:
                told.append((ms, f"{one.kind} {what}"))
    for who, events in ((DIYA, result.diya), (RIVAL, result.rival)):
        told += [
            (time.ms(event.timestamp), f"{who}: {event.event_type} {'begins' if event.starts else 'ends'}")
            for event in events
        ]
    yield f"{name}: {life.luminaire.name}, {life.luminaire.rated_w:g} W, meter {life.meter.name}, old {life.ageing:.2f}"
    yield f"told {settings['luminaire']}, programme {next(iter(settings['programmes'].values()))}"
    for ms, what in sorted(told):
        yield f"{time.local(ms):%d %b %H:%M:%S}  {what}"
    for who, scored in score(result, len(nights)).items():
        for outcome in scored.outcomes:
            if outcome.verdict == MISSED:
                yield f"{who} missed {outcome.event_type} of {outcome.kind}: {outcome.why}"
        for alarm in scored.false_alarms:
            at = time.local(time.ms(alarm.timestamp))
            yield f"{who} raised {alarm.event_type} for nothing at {at:%d %b %H:%M:%S}"
