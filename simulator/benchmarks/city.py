"""`make bench-city`: what the city's store takes to be filled and asked, on SQLite and PostgreSQL side by side."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
from rich.table import Table

from host_tools.city.store.database import Database, postgresql, sqlite, sqlite_connection
from host_tools.city.store.local_time import HOUR_S
from host_tools.output import console
from simulator.benchmarks import postgresql_server
from simulator.benchmarks.city_store import INTERVAL_S, NIGHTS_KEPT, StoreBench

POLES = 10_000
SETTINGS = {"listen_addresses": "", "shared_buffers": "256MB", "max_wal_size": "2GB", "timezone": "UTC"}


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


@contextmanager
def stores() -> Iterator[dict[str, Database]]:
    """An empty SQLite, and where there is one an empty PostgreSQL, on disks as they are in use."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "city.db"
        own = sqlite(lambda: sqlite_connection(file), file.name, str)
        try:
            if not postgresql_server.programs():
                yield {"SQLite": own}
                return
            with postgresql_server.running(SETTINGS) as server:
                theirs = postgresql(server.create())
                try:
                    yield {"SQLite": own, "PostgreSQL": theirs}
                finally:
                    theirs.close()
        finally:
            own.close()


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
        rows.append((one.what, shown, times[len(times) // 2] / one.bound if one.bound else None))
    if bench.samples >= 3 * HOUR_S // INTERVAL_S:
        rows.append(("an hour of all poles worked out", f"{bench.roll_up_hour():,.0f} ms", None))
    return rows


@click.command(help="The city's store, measured: written and asked, on SQLite and PostgreSQL.")
@click.option(
    "--readings", metavar="N", type=click.IntRange(POLES), default=1_000_000, show_default=True,
    help="How many readings of meters it holds; the design's figures are for 10000000.",
)  # fmt: skip
@click.pass_context
def main(ctx: click.Context, readings: int) -> None:
    screen = console()
    with stores() as found:
        columns = {name: measured(database, readings) for name, database in found.items()}
    if len(columns) < 2:
        screen.print(postgresql_server.MISSING)
    table = Table(title=f"{readings:,} readings of {POLES:,} poles", title_justify="left")
    table.add_column("")
    for name in columns:
        table.add_column(name, justify="right")
    late = 0
    for rows in zip(*columns.values(), strict=True):
        table.add_row(rows[0][0], *(f"{said}{' !' if part and part > 1 else ''}" for _what, said, part in rows))
        late += sum(1 for *_rest, part in rows if part and part > 1)
    screen.print(table)
    print(f"{late} of the figures above their bounds" if late else "all figures within their bounds")
    ctx.exit(3 if late else 0)


if __name__ == "__main__":
    main()
