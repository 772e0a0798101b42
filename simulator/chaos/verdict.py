"""Checks whether a night kept the promises.

Lit; each event reported once and none lost; none false; no level with the calendar as owner that the calendar does
not ask for; no other time than the true one.  A wrong clock may cause wrong levels for three minutes a night
(docs/time.md).
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import Any

from host_tools.wire.event_types import COMMUNICATION_FAILURE, PART_FAILURE, SUPPLY_LOSS
from pole.wire import contract
from simulator.chaos.oracle import CalendarOracle
from simulator.happenings.catalogue import KINDS
from simulator.happenings.kind import CHIP, COMPARED, OWN
from simulator.report.detection import right
from simulator.run import Outcome
from simulator.street.journal_reader import journalled


def _with_time(*times: str) -> tuple[str, ...]:
    """The kinds that do one of *times* to the time of their pole."""
    return tuple(kind.name for kind in KINDS.values() if kind.time in times)


SHOWN = 5  # complaints of one kind that are told one by one
CLOCKS = _with_time(OWN)  # after these a pole's own time may be another
CHIPS = _with_time(CHIP)
WRONG = _with_time(COMPARED, CHIP)  # what these cost is bounded:
WRONG_MIN = 3.0
AHEAD_S = 5  # that a time in a message may be ahead of its arrival
REFRESH_MIN = 20  # a state comes every 15 minutes at least
ONCE_EACH_TIME = ("impactDetected", COMMUNICATION_FAILURE, SUPPLY_LOSS)  # a blow, a silence, a cut is one event each
# after each of these a condition that still holds is raised once more
RESTARTS = tuple(kind.name for kind in KINDS.values() if kind.restarts)


def complaints(outcome: Outcome) -> list[str]:
    """Sentences that say which promise was broken; empty where all were kept."""
    assert outcome.transcript
    lines = [json.loads(line) for line in outcome.transcript.lines()]
    return [
        *_dark(outcome),
        *_failed(outcome),
        *_told(outcome),
        *_repeated(outcome, lines),
        *_lost(outcome, lines),
        *_planned(outcome, lines),
        *_timed(outcome, lines),
    ]


def _concerned(outcome: Outcome, kinds: tuple[str, ...]) -> set[str]:
    """The poles of all happenings of *kinds*."""
    return {name for each in outcome.street.scenario.happenings if each.kind in kinds for name in each.poles}


def _some(found: list[str]) -> list[str]:
    rest = len(found) - SHOWN
    return found[:SHOWN] + ([f"... and {rest} more of this kind"] if rest > 0 else [])


def _dark(outcome: Outcome) -> list[str]:
    wrong = _concerned(outcome, WRONG)
    dark = {
        pole: minutes
        for pole, minutes in outcome.street.darkness.minutes().items()
        if pole not in wrong or minutes > WRONG_MIN
    }
    if not dark:
        return []
    spells = [
        f"{spell['pole']} was dark for {spell['seconds']:g} s from {spell['at']}"
        for spell in outcome.report["dark_spells"]
        if spell["pole"] in dark
    ]
    return [f"{sum(dark.values()):.1f} dark minutes", *_some(spells)]


def _failed(outcome: Outcome) -> list[str]:
    return _some([f"an app ended: {' | '.join(failure.splitlines()[-2:])}" for failure in outcome.street.failures()])


def _told(outcome: Outcome) -> list[str]:
    detection = outcome.report["detection"]
    false = [f"false alarm: {one['type']} of {one['pole']} at {one['timestamp']}" for one in detection["false_alarms"]]
    missed = [
        f"not told as it should be: {one['type']} of {one['pole']}, {one['why']} (happening {one['happening']}, "
        f"{one['kind']})"
        for one in detection["missed"]
    ]
    return _some(false) + _some(missed)


def _repeated(outcome: Outcome, lines: list[dict[str, Any]]) -> list[str]:
    """Faults that were reported to begin more often than there was a reason for: once each, and once more a restart."""
    scenario, begun = outcome.street.scenario, Counter[tuple[str, str]]()
    for event in {(one.pole, one.id): one for one in outcome.street.recorder.events}.values():
        if event.starts and event.event_type not in (*ONCE_EACH_TIME, PART_FAILURE):
            begun[event.pole, event.event_type] += 1
    out = []
    failures = {  # reported for each part of its own, and again when another one works again
        (line["pole"], line["payload"]["id"]): line["payload"]["attributes"]
        for line in lines
        if line["kind"] == contract.EVENT and line["payload"]["eventType"] == PART_FAILURE
    }
    begun.update((pole, f"{PART_FAILURE} {one['part']}") for (pole, _id), one in failures.items() if not one["works"])
    for (pole, told), count in begun.items():
        event_type = told.split()[0]
        there = [happening for happening in scenario.happenings if pole in happening.poles]
        reasons = sum(event_type in KINDS[one.kind].events or event_type in right(one) for one in there)
        restarts = sum(one.kind in RESTARTS for one in there)
        if count > reasons * (1 + restarts):
            out.append(f"{told} of {pole} was told to begin {count} times, for {reasons} happenings")
    return _some(out)


def _lost(outcome: Outcome, lines: list[dict[str, Any]]) -> list[str]:
    """Events in a pole's journal that the city never received, and those received with two contents."""
    heard: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for line in lines:
        if line["kind"] == contract.EVENT:
            body = {key: value for key, value in line["payload"].items() if key != "replayed"}
            heard[line["pole"]][body["id"]].add(json.dumps(body, sort_keys=True))
    out = []
    for name, stage in outcome.street.poles.items():
        for event, contents in heard[name].items():
            if len(contents) > 1:
                out.append(f"event {event} of {name} was told in {len(contents)} ways")
        for epoch, sequence in journalled(stage.pole.flash):
            if f"{epoch}-{sequence}" not in heard[name]:
                out.append(f"event {epoch}-{sequence} of {name} is in its journal and was not heard")
    return _some(out)


def _planned(outcome: Outcome, lines: list[dict[str, Any]]) -> list[str]:
    """Levels with the calendar as owner that the calendar does not ask for."""
    street = outcome.street
    doubtful, wrong = _concerned(outcome, CLOCKS), _concerned(outcome, WRONG)
    out = []
    oracles = {pole.name: CalendarOracle(street.site, pole) for pole in street.site.poles if pole.name not in doubtful}
    since: dict[str, int] = {}  # poles with a wrong clock: ms of the run since when their level has been wrong
    lost_ms = Counter[str]()
    for line in lines:
        state, pole, ms = line["payload"], line["pole"], line["ms"]
        if line["kind"] != contract.STATE or pole not in oracles:
            continue
        if pole in since:
            lost_ms[pole] += ms - since.pop(pole)
        at = street.time.unix(ms) if pole in wrong else state["at"]
        if state["owner"] != "calendar" or at is None or state["target"] in (right := oracles[pole].levels(at)):
            continue
        if pole in wrong:
            since[pole] = ms
        else:
            out.append(f"{pole} aims at {state['target']} % at {at} by its calendar, which asks for {sorted(right)}")
    for pole, begun in since.items():
        lost_ms[pole] += round(street.scenario.hours * 3_600_000) - begun
    out += [
        f"{pole} aimed at other levels than its calendar asks for in {ms / 60_000:.1f} min, by a wrong clock"
        for pole, ms in lost_ms.items()
        if ms > WRONG_MIN * 60_000
    ]
    return _some(out)


def _timed(outcome: Outcome, lines: list[dict[str, Any]]) -> list[str]:
    """Times in messages that are not the true ones, and poles that send nothing at the end."""
    street = outcome.street
    end_ms = round(street.scenario.hours * 3_600_000)
    doubtful, chips = _concerned(outcome, CLOCKS), _concerned(outcome, CHIPS)
    last: dict[str, dict[str, Any]] = {}
    out, late = [], []
    for line in lines:
        if line["kind"] != contract.STATE:
            continue
        pole, state, heard = line["pole"], line["payload"], street.time.unix(line["ms"])
        last[pole] = line
        by_chip = pole in chips and state["clockBy"] == ["rtc"]  # as after a start, for 90 s
        if pole not in doubtful and not by_chip and state["at"] is not None and state["at"] > heard + AHEAD_S:
            out.append(f"{pole} says that it is {state['at']} when it is {heard}")
    for pole in street.poles:
        line = last.get(pole, {"ms": 0, "payload": {"at": None}})
        at, heard = line["payload"]["at"], street.time.unix(line["ms"])
        if line["ms"] < end_ms - REFRESH_MIN * 60_000:
            late.append(f"{pole} was heard of last {(end_ms - line['ms']) // 60_000} min before the end")
        elif pole not in doubtful and (at is None or abs(at - heard) > AHEAD_S):
            late.append(f"{pole} says in the end that it is {at} when it is {heard}")
    return _some(out) + _some(late)
