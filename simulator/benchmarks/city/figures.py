"""What is measured of a store, and within which bound it must be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from host_tools.city.store.database import Database
from host_tools.city.store.local_time import HOUR_S
from simulator.benchmarks.city.store_bench import INTERVAL_S, NIGHTS_KEPT, StoreBench

POLES = 10_000


@dataclass(frozen=True)
class Figure:
    """One line of the outcome; ``bound`` is the one of the design, in ms, None where there is none."""

    what: str
    unit: str
    bound: float | None
    run: Callable[[StoreBench], float]


QUERIES = (
    Figure("last night of a pole, 168 readings", "ms", 50, StoreBench.last_night),
    Figure("state of all poles, as GeoJSON", "ms", 200, StoreBench.states),
    Figure("poles changed since a revision", "ms", None, StoreBench.changed),
    Figure(f"month's report, {NIGHTS_KEPT} nights of each", "ms", 2000, StoreBench.month),
)
ASKED = 20  # times each; the one in the middle counts: the worst is that of the machine's other work


def measured(database: Database, readings: int, poles: int = POLES) -> list[tuple[str, str, float | None]]:
    """What, the figure, and how much of its bound that is (None without a bound)."""
    bench = StoreBench(database, readings, poles)
    cpu, rate = bench.fill()
    bench.add_nights()
    rows: list[tuple[str, str, float | None]] = [
        ("a reading written: our processor", f"{cpu:.1f} us", None),
        ("readings written", f"{rate:,.0f} /s", None),
    ]
    for one in QUERIES:
        times = sorted(one.run(bench) for _ in range(ASKED))
        shown = f"{times[len(times) // 2]:.1f} {one.unit}, worst {times[-1]:.1f}"
        what = f"{one.what}: at most {one.bound:g} {one.unit}" if one.bound else one.what
        rows.append((what, shown, times[len(times) // 2] / one.bound if one.bound else None))
    if bench.samples >= 3 * HOUR_S // INTERVAL_S:
        rows.append(("an hour of all poles worked out", f"{bench.roll_up_hour():,.0f} ms", None))
    return rows
