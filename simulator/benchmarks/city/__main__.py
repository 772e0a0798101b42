"""`make bench-city`: runs the benchmark on both engines, prints the figures, and checks them against their bounds."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from host_tools.city.store.database import Database, postgresql, sqlite, sqlite_connection
from host_tools.errors import BrokerError
from host_tools.output import console
from simulator.benchmarks import postgresql_server
from simulator.benchmarks.city import ingest
from simulator.benchmarks.city.figures import POLES, measured

SETTINGS = {"listen_addresses": "", "shared_buffers": "256MB", "max_wal_size": "2GB", "timezone": "UTC"}


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


@click.command(help="The city's store and receiver, measured: on SQLite and PostgreSQL.")
@click.option(
    "--readings", metavar="N", type=click.IntRange(POLES), default=1_000_000, show_default=True,
    help="How many readings of meters it holds; the design's figures are for 10000000.",
)  # fmt: skip
@click.option(
    "--messages", metavar="N", type=click.IntRange(1000), default=55_000, show_default=True,
    help="How many messages come through a broker, beside a subscriber that only counts.",
)  # fmt: skip
@click.pass_context
def main(ctx: click.Context, readings: int, messages: int) -> None:
    screen = console()
    late = show_store(screen, readings)
    try:
        late += show_ingest(screen, messages)
    except BrokerError as error:
        raise click.ClickException(str(error)) from error
    screen.print(f"above their bounds: {'; '.join(late)}" if late else "all figures within their bounds")
    ctx.exit(3 if late else 0)


def show_store(screen: Console, readings: int) -> list[str]:
    """Prints what the store takes to be written and asked; which figures are above their bounds."""
    with stores() as found:
        columns = {name: measured(database, readings) for name, database in found.items()}
    if len(columns) < 2:
        screen.print(postgresql_server.MISSING)
    table = Table(title=f"{readings:,} readings of {POLES:,} poles", title_justify="left")
    table.add_column("")
    for name in columns:
        table.add_column(name, justify="right")
    for rows in zip(*columns.values(), strict=True):
        table.add_row(rows[0][0], *(f"{said}{_mark(part)}" for _what, said, part in rows))
    screen.print(table)
    return [f"{name}, {what}" for name, rows in columns.items() for what, _said, part in rows if part and part > 1]


def show_ingest(screen: Console, messages: int) -> list[str]:
    """Prints what a message costs a receiver; which figures are above their bound."""
    with ExitStack() as ends:
        stores: ingest.Stores = {"SQLite": lambda folder: folder / "record.db"}
        if postgresql_server.programs():
            server = ends.enter_context(postgresql_server.running(SETTINGS))
            stores["PostgreSQL"] = lambda folder: server.create()
        costs = ingest.measured(stores, messages)
    table = Table(title=f"{messages:,} messages through a broker", title_justify="left")
    beside = f"beside bare paho, at most {ingest.RATIO}"
    for head in ("", "us of a processor a message", beside, "messages a second"):
        table.add_column(head, justify="right")
    for cost in costs:
        share = f"{cost.ratio:.2f}{_mark(cost.ratio / ingest.RATIO)}"
        table.add_row(cost.name, f"{cost.us:.1f}", share, f"{cost.rate:,.0f}")
    screen.print(table)
    return [f"{cost.name}, a message {beside}" for cost in costs if cost.ratio > ingest.RATIO]


def _mark(part: float | None) -> str:
    """What follows a figure that is *part* of its bound."""
    return " !" if part and part > 1 else ""


if __name__ == "__main__":
    main()
