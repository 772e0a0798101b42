"""An evening behind a poor way to the broker: 400 ms each way, and 3 % of the packets lost."""

from __future__ import annotations

from collections import Counter

from pole.wire import contract
from simulator.benchmarks.stress.group_command import GROUP, SENDER, send_at
from simulator.benchmarks.stress.spread import seconds, told, within
from simulator.benchmarks.stress.trial import Run, Trial, Verdict, happening
from simulator.benchmarks.stress.watch import Watch
from simulator.network.impaired import Impairment

DELAY_MS, LOSS = 400, 0.03
LENGTH_S = 480
ONE_S, ONE_LEVEL = 120, 55  # to each pole on its own topic
ALL_S, ALL_LEVEL = 240, 35  # to their group
DOOR_S, SHUT_S = 270, 330  # every cabinet is opened and closed again: two events each
LIGHT_BOUND_MS = 15_000


def _act(watch: Watch) -> None:
    site = watch.street.site
    for name in watch.courses:
        topic = contract.topic(site.root, site.name, name, contract.COMMAND)
        send_at(watch, ONE_S * 1000, topic, 1, ONE_LEVEL)
    send_at(watch, ALL_S * 1000, contract.group_topic(site.root, site.name, GROUP), 2, ALL_LEVEL)


def _figures(run: Run) -> list[tuple[str, str]]:
    events = [Counter(event.name for event in course.events) for course in run.courses]
    acks = [Counter(ack.name for ack in course.acks) for course in run.courses]
    return [
        ("a command to the pole: PWM at its level (p50 / p99 / last)", told(_light(run, ONE_LEVEL, ONE_S))),
        ("a command to the group: PWM at its level", told(_light(run, ALL_LEVEL, ALL_S))),
        ("a command to the group: ack with the city", told(run.acked(f"{SENDER} 2", ALL_S * 1000))),
        ("first online after the start", told([course.back(0) for course in run.courses])),
        ("events raised / that the city never had", f"{run.raised:,} / {run.missing:,}"),
        ("events, acks that came twice", f"{_twice(events):,}, {_twice(acks):,}"),
        ("connections begun / sessions begun", f"{len(run.attempts):,} / {len(run.sessions):,}"),
        ("messages of the poles", f"{sum(sum(course.messages.values()) for course in run.courses):,}"),
    ]


def _verdict(run: Run) -> list[Verdict]:
    light = [each for level, at in ((ONE_LEVEL, ONE_S), (ALL_LEVEL, ALL_S)) for each in _light(run, level, at)]
    there = [each for each in light if each is not None]
    acks = sum(course.ack(f"{SENDER} {n}") is not None for course in run.courses for n in (1, 2))
    return [
        Verdict(not run.missing, f"{run.missing:,} of {run.raised:,} events are lost"),
        Verdict(acks == 2 * run.poles, f"{acks:,} of {2 * run.poles:,} commands have their ack"),
        Verdict(
            len(there) == len(light) and max(there) <= LIGHT_BOUND_MS,
            f"{len(there):,} of {len(light):,} commands are light: {within(there)} (bound {seconds(LIGHT_BOUND_MS)})",
        ),
    ]


def _light(run: Run, level: int, at_s: int) -> list[int | None]:
    return [course.settled(level, at_s * 1000) for course in run.courses]


def _twice(counted: list[Counter[str]]) -> int:
    return sum(many - 1 for each in counted for many in each.values())


POOR_LINK = Trial(
    name="poor",
    title=f"{LOSS:.0%} loss and {DELAY_MS} ms each way",
    start="2026-11-24T17:28",
    length_s=LENGTH_S,
    zero_s=ALL_S,
    zero="the city commands the group",
    settings={"groups": [GROUP]},
    impairment=Impairment(DELAY_MS, LOSS),
    happenings=lambda poles: (happening(1, "door_open", DOOR_S, SHUT_S, poles),),
    act=_act,
    figures=_figures,
    verdict=_verdict,
    rates=lambda run: {
        "acks": [ack.ms - ALL_S * 1000 for course in run.courses for ack in course.acks],
        "events": [event.ms - ALL_S * 1000 for course in run.courses for event in course.events],
    },
    curves=lambda run: {
        f"at {ALL_LEVEL} %": _light(run, ALL_LEVEL, ALL_S),
        "ack": run.acked(f"{SENDER} 2", ALL_S * 1000),
    },
    speed=2.0,
)
