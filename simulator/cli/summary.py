"""Summarises a run for a person: figures and sentences, and a plot of the night on a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from host_tools.output import console, on_terminal
from simulator.cli.expectations import say_found
from simulator.report.words import darkness

if TYPE_CHECKING:
    from simulator.run import RunResult

SPELLS_MOST, FAILURES_MOST = 5, 3


def summarise(outcome: RunResult) -> None:
    """Prints the night as a plot on a terminal, the figures, what was found, and where it was dark."""
    from rich.table import Table

    report = outcome.report
    if on_terminal():
        from simulator.report.night_plot import terminal_plot

        click.echo(terminal_plot(outcome))
    table = Table(show_header=False, box=None, pad_edge=False)
    for name, value in _figures(report):
        table.add_row(name, value)
    console().print(table)
    say_found(report)
    for spell in report["dark_spells"][:SPELLS_MOST]:
        click.echo(f"dark: {spell['pole']} at {spell['at']} for {spell['seconds']:g} s")
    for failure in outcome.result.failures[:FAILURES_MOST]:
        click.echo(failure, err=True)


def _figures(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    totals, detection = report["totals"], report["detection"]
    boots = ", ".join(f"{v} {k.removeprefix('boots_')}" for k, v in totals.items() if k.startswith("boots_"))
    acks = ", ".join(f"{v} {k.removeprefix('acks_')}" for k, v in totals.items() if k.startswith("acks_"))
    rows = [
        ("street", f"{report['poles']} poles of {report['site']}, {report['hours']:g} h from {report['from'][:16]}"),
        ("nights", f"{report['pole_nights']:g} pole-nights"),
        ("dark", darkness(report)),
        ("reported", f"{totals['reported']} of {report['poles']} poles"),
        ("messages", f"{report['messages']} ({report['bytes'] / 1000:.0f} kB)"),
        ("boots", boots),
        ("acks", acks or "none"),
        ("wall clock", _wall_clock(report)),
    ]
    if report["max_heap_bytes"]:
        rows.append(("heap", f"{report['max_heap_bytes']} bytes at most"))
    if detection["expected"] or detection["false_alarms"]:
        rows.append(("detection", _detection(detection)))
    if totals["failures"]:
        rows.append(("failures", str(totals["failures"])))
    return rows


def _wall_clock(report: Mapping[str, Any]) -> str:
    lasted_s, jobs, memory = report["wall_s"], report["jobs"], report["memory_bytes"]
    text = f"{lasted_s:.1f} s ({report['hours'] * 3600 / max(lasted_s, 1e-9):,.0f} x)"
    if jobs > 1:
        text += f", {jobs} processes"
    return f"{text}, {memory / 1e6:.0f} MB" if memory else text


def _detection(detection: Mapping[str, Any]) -> str:
    missed, false = len(detection["missed"]), len(detection["false_alarms"])
    return (
        f"{detection['detected']} of {detection['expected']} faults found, {missed or 'none'} missed, "
        f"{false or 'no'} false alarm{'s' if false != 1 else ''}"
    )
