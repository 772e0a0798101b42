"""Measures steps per second of the same street on both engines, in turn, so that other load affects both."""

from __future__ import annotations

from datetime import datetime
from statistics import median

from rich.console import Console
from rich.table import Table

from host_tools.site import load_site
from simulator.run import Options, Outcome, simulate

POLES = 4
HOURS = 6.0
ROUNDS = 3


def _live(engine: str) -> Outcome:
    return simulate(
        Options(
            site=load_site("sagar", POLES),
            start=datetime.fromisoformat("2026-11-24T16:00"),
            hours=HOURS,
            engine=engine,
        )
    )


def show(console: Console) -> None:
    """Runs and prints the table."""
    rates: dict[str, list[float]] = {"cpython": [], "micropython": []}
    heap = 0
    for _ in range(ROUNDS):
        for engine, out in rates.items():
            report = _live(engine).report
            out.append(report["totals"]["steps"] / report["wall_s"])
            heap = report["max_heap_bytes"] or heap
    table = Table(title=f"{POLES} poles, {HOURS:g} h, virtual time, {ROUNDS} rounds in turn", title_justify="left")
    for column in ("engine", "steps/s (median)", "min", "max"):
        table.add_column(column, justify="left" if column == "engine" else "right")
    for engine, values in rates.items():
        table.add_row(engine, *(f"{value:,.0f}" for value in (median(values), min(values), max(values))))
    console.print(table)
    ratios = [one / other for one, other in zip(rates["cpython"], rates["micropython"], strict=True)]
    console.print(f"CPython takes {median(ratios):.1f} steps for each of MicroPython's")
    console.print(f"heap on the 64-bit virtual machine: {heap:,} bytes at most, of 196,608\n")
