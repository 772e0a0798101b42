"""What a scenario may name and expects, and which of its expectations a run did not meet, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click

from host_tools.output import say_json

SENTENCES_MOST = 10


def say_happenings(as_json: bool) -> None:
    """Lists every kind of happening with its severity scale and the event expected, and the ready-made scenarios."""
    from simulator.scenario import ready_made
    from simulator.scenario.kinds import happenings

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
    """Whether an expectation of the scenario failed; says which on standard error, the first ten of them."""
    sentences = failures(report)
    for sentence in sentences[:SENTENCES_MOST]:
        click.echo(sentence, err=True)
    if len(sentences) > SENTENCES_MOST:
        click.echo(f"and {len(sentences) - SENTENCES_MOST} more expectations failed: --report has them all", err=True)
    return bool(sentences)


def failures(report: Mapping[str, Any]) -> list[str]:
    """A sentence for everything that *report* has as missed, and for every false alarm."""
    detection = report["detection"]
    zone = datetime.fromisoformat(report["from"]).tzinfo
    sentences = []
    for entry in detection["missed"]:
        cause = f"happening {entry['happening']}, {entry['kind']}"
        sentences.append(f"missed: {entry['type']} of {entry['pole']} ({cause}): {entry['why']}")
    for entry in detection["false_alarms"]:
        at = datetime.fromtimestamp(entry["timestamp"], zone)
        sentences.append(
            f"false alarm: {entry['type']} of {entry['pole']} at {at:%Y-%m-%dT%H:%M:%S}: nothing explains it"
        )
    return sentences
