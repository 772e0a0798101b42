"""Prints the kinds of happening, and which expectations of a scenario a run met and which not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click

from host_tools.output import say_json

SENTENCES_MOST = 10
POLES_MOST = 6  # named one by one


def say_happenings(as_json: bool) -> None:
    """Lists every kind of happening with its severity scale and the event expected, and the ready-made scenarios."""
    from simulator.happenings.catalogue import happenings
    from simulator.scenario import ready_made

    kinds = happenings()
    if as_json:
        listed = [
            {"kind": kind.name, "what": kind.sentence, "severity": kind.severity, "expected": list(kind.events)}
            for kind in kinds
        ]
        say_json({"happenings": listed, "scenarios": ready_made()})
        return
    for kind in kinds:
        click.echo(f"{kind.name:24}{kind.sentence}")
        click.echo(f"{'':24}Severity: {kind.severity}")
        click.echo(f"{'':24}Event expected: {', '.join(kind.events) or 'none'}.")
    click.echo(f"\nready-made scenarios: {', '.join(ready_made())}")


def expectations_failed(report: Mapping[str, Any]) -> bool:
    """Whether an expectation of the scenario failed; prints the first ten of them on standard error."""
    sentences = failures(report)
    _say(sentences, "expectations failed", err=True)
    return bool(sentences)


def say_found(report: Mapping[str, Any]) -> None:
    """Prints how many of the expected events were found, and what could not be judged, by event type."""
    detection = report["detection"]
    if not detection["expected"] and not detection["unobservable"]:
        return
    for sentence in found(detection):
        click.echo(sentence)
    _say([f"not judged: {_what(entry)}: {entry['why']}" for entry in detection["unobservable"]], "were not judged")


def found(detection: Mapping[str, Any]) -> list[str]:
    """A sentence for each event type that was found at least once."""
    by_type: dict[str, list[Mapping[str, Any]]] = {}
    for entry in detection["found"]:
        by_type.setdefault(entry["type"], []).append(entry)
    sentences = []
    for name in sorted(by_type):
        poles = sorted({entry["pole"] for entry in by_type[name]})
        where = ", ".join(poles) if len(poles) <= POLES_MOST else f"{len(poles)} poles"
        delays = sorted(entry["delay_s"] for entry in by_type[name])
        late = f"{delays[-1]:.0f} s" if delays[0] == delays[-1] else f"{delays[0]:.0f} to {delays[-1]:.0f} s"
        sentences.append(f"found: {name} of {where}, raised {late} after it could first be sensed")
    return sentences


def failures(report: Mapping[str, Any]) -> list[str]:
    """A sentence for each missed event of *report*, and for each false alarm."""
    detection = report["detection"]
    zone = datetime.fromisoformat(report["from"]).tzinfo
    sentences = [f"missed: {_what(entry)}: {entry['why']}" for entry in detection["missed"]]
    for entry in detection["false_alarms"]:
        at = datetime.fromtimestamp(entry["timestamp"], zone)
        sentences.append(
            f"false alarm: {entry['type']} of {entry['pole']} at {at:%Y-%m-%dT%H:%M:%S}: nothing explains it"
        )
    return sentences


def _what(entry: Mapping[str, Any]) -> str:
    return f"{entry['type']} of {entry['pole']} (happening {entry['happening']}, {entry['kind']})"


def _say(sentences: list[str], what: str, err: bool = False) -> None:
    for sentence in sentences[:SENTENCES_MOST]:
        click.echo(sentence, err=err)
    if len(sentences) > SENTENCES_MOST:
        click.echo(f"and {len(sentences) - SENTENCES_MOST} more {what}: --report has them all", err=err)
