"""Whether a night kept the promises.

Lit; each event told once and none lost; none false; no level in the calendar's name that the calendar does not ask for.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from typing import Any

from pole import contract
from simulator.chaos.oracle import CalendarOracle
from simulator.report.accepted import ACCEPTED
from simulator.run import Outcome
from simulator.scenario.kinds import KINDS
from simulator.street.journalled import journalled

SHOWN = 5  # complaints of one kind that are told one by one
CLOCKS = ("clock_lost", "clock_drift", "data_corrupt")  # after these a pole's own time may be another
ONCE_EACH_TIME = ("impactDetected", "communicationFailure", "supplyLoss")  # a blow, a silence, a cut is one event each
# after each of these a condition that still holds is raised once more
RESTARTS = ("mains_cut", "feeder_trip", "power_cycle", "data_corrupt", "clock_lost")


def complaints(outcome: Outcome) -> list[str]:
    """Sentences that say which promise was broken; empty where all were kept."""
    assert outcome.transcript
    lines = [json.loads(line) for line in outcome.transcript.lines()]
    return [
        *_dark(outcome),
        *_failed(outcome),
        *_told(outcome),
        *_repeated(outcome),
        *_lost(outcome, lines),
        *_planned(outcome, lines),
    ]


def _some(found: list[str]) -> list[str]:
    rest = len(found) - SHOWN
    return found[:SHOWN] + ([f"... and {rest} more of this kind"] if rest > 0 else [])


def _dark(outcome: Outcome) -> list[str]:
    report = outcome.report
    if not report["dark_minutes"]:
        return []
    spells = [
        f"{spell['pole']} was dark for {spell['seconds']:g} s from {spell['at']}" for spell in report["dark_spells"]
    ]
    return [f"{report['dark_minutes']} dark minutes", *_some(spells)]


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


def _repeated(outcome: Outcome) -> list[str]:
    """Faults that were told to begin more often than there was a reason for: once each, and once more a restart."""
    scenario, begun = outcome.street.scenario, Counter[tuple[str, str]]()
    for event in {(one.pole, one.id): one for one in outcome.street.recorder.events}.values():
        if event.starts and event.event_type not in ONCE_EACH_TIME:
            begun[event.pole, event.event_type] += 1
    out = []
    for (pole, event_type), count in begun.items():
        there = [happening.kind for happening in scenario.happenings if pole in happening.poles]
        reasons = sum(event_type in (*KINDS[kind].events, *ACCEPTED.get(kind, ())) for kind in there)
        restarts = sum(kind in RESTARTS for kind in there)
        if count > reasons * (1 + restarts):
            out.append(f"{event_type} of {pole} was told to begin {count} times, for {reasons} happenings")
    return _some(out)


def _lost(outcome: Outcome, lines: list[dict[str, Any]]) -> list[str]:
    """Events that a pole has in its journal and the city never heard, and those it heard with two contents."""
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
    """Levels given in the calendar's name that the calendar does not ask for."""
    street = outcome.street
    doubtful = {
        name for happening in street.scenario.happenings if happening.kind in CLOCKS for name in happening.poles
    }
    out = []
    oracles = {pole.name: CalendarOracle(street.site, pole) for pole in street.site.poles if pole.name not in doubtful}
    for line in lines:
        state = line["payload"]
        if line["kind"] != contract.STATE or line["pole"] not in oracles or state["owner"] != "calendar":
            continue
        at = state["at"]
        if at is not None and state["target"] not in (right := oracles[line["pole"]].levels(at)):
            out.append(
                f"{line['pole']} aims at {state['target']} % at {at} by its calendar, which asks for {sorted(right)}"
            )
    return _some(out)
