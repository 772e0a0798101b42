"""The table of one pole (docs/pole-figures.md): each figure beside its bound, and what it is made of."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from host_tools.firmware_build.compile import compile_app
from host_tools.firmware_build.sources import FIRMWARE
from simulator.benchmarks import flash_reads, heap
from simulator.benchmarks.pole import air, command, day, many, start, turn
from simulator.benchmarks.wasm import missing

BOUNDS = {
    "boot to lit, from reset, ms": 300,
    "bytes a step of the control loop": 0,
    "bytes that a quiet pole sends in a day": 20_000,
    "cores of 200 poles live": 0.2,
    "memory of 200 poles live, MiB": 2048,
    "group command to PWM, p99, ms": 250,
}
CHOSEN = {"link.keepalive": 3600, "meter.interval": 3600, "state.refresh": 7200, "time.interval": 21600}
AT_MOST_HOURS = {"link.keepalive": 1800, "meter.interval": 3600, "state.refresh": 3600}


def show(console: Console) -> None:
    """Measures and prints all of it; the many live poles take four minutes."""
    show_one(console)
    show_day(console)
    show_many(console)


def show_one(console: Console) -> None:
    """A start, a turn, a command, heap and files."""
    steps = start.measure()
    table = _table("a pole's start, ms of a chip (worked out: simulator/benchmarks/pole/start.py)",
                   "what", "reads", "for them", "computing", "in all")  # fmt: skip
    table.add_row("ROM, bootloader, MicroPython's own start (of every simulated pole)", "", "", "", f"{start.BOOT_MS}")
    for step in steps[:2]:
        table.add_row(step.what, f"{step.reads:,}", f"{step.read_ms:.0f}", f"{step.compute_ms:.0f}", f"{step.ms:.0f}")
    console.print(table)
    _beside(console, "boot to lit, from reset, ms", start.BOOT_MS + start.lit_ms(steps))
    console.print(f"of which {start.lit_ms(steps):.0f} ms come after MicroPython's own start: those are the firmware's")
    reads = {row.what: (row.reads, row.bytes) for row in flash_reads.measure()}
    light = command.measure(reads)
    console.print(
        f"command to light: {light.waited_ms:.0f} ms of waiting, {light.read_ms:.0f} ms of reads and some "
        f"{light.compute_ms:.0f} ms of computing on a chip"
    )
    found = turn.turns()
    layout = {} if missing() else turn.in_31_bits()
    table = _table("a turn of the control task at night", "turn", "bytes", "of the turns", "us here", "bytes, ESP32")
    for kind in ("asks", "reads"):
        one = turn.steady(found, kind)
        there = f"{layout[kind]}" if layout else "needs Node.js"
        table.add_row(f"{kind} the meter", f"{one.bytes:,}", f"{one.share:.0%}", f"{one.us:,.0f}", there)
    console.print(table)
    _beside(
        console, "bytes a step of the control loop", max(turn.steady(found, kind).bytes for kind in ("asks", "reads"))
    )
    if not missing():
        measured = heap.measure()
        console.print(f"heap: {measured.steady:,} bytes once it is online, {measured.peak.live:,} at most")
    app = compile_app(FIRMWARE, flash_reads.MPY)
    console.print(f"shipped: {sum(map(len, app.values())):,} bytes in {len(app)} files\n")


def show_day(console: Console) -> None:
    """Bytes and wake-ups."""
    one = day.live()
    table = _table("a quiet pole's day on the air, bytes of IPv4 and TCP without TLS",
                   "what", "messages", "payloads", "MQTT", "headers", "ACKs", "it sends", "it gets")  # fmt: skip
    for kind, messages, up, down in air.rows(one.air):
        parts = [up.payload + down.payload, up.mqtt + down.mqtt, up.header + down.header, up.acks + down.acks]
        table.add_row(kind, f"{messages:,}", *(f"{part:,}" for part in (*parts, up.total, down.total)))
    table.add_row("in all", "", "", "", "", "", f"{one.air.sent:,}", f"{one.air.received:,}")
    console.print(table)
    tls = sum(cost.tls for cost in one.air.up.values())
    console.print(f"TLS would add {tls:,} bytes to what it sends")
    _beside(console, "bytes that a quiet pole sends in a day", one.air.sent)
    for settings in (AT_MOST_HOURS, CHOSEN):
        chosen = ", ".join(f"{name} {value}" for name, value in settings.items())
        console.print(f"with {chosen}: it sends {day.live(settings=settings).air.sent:,}")
    table = _table(f"wake-ups an hour: {one.wakes_an_hour:.0f}", "why", "an hour")
    for why, count in one.wakes.most_common():
        table.add_row(why, f"{count / one.hours:.1f}")
    console.print(table)


def show_many(console: Console, poles: int = many.POLES) -> None:
    """Two hundred poles at once."""
    found = many.measure(poles)
    parts = ", ".join(f"{what} {cores:.3f}" for what, cores in sorted(found.cores.items()))
    console.print(
        f"{poles} poles live at 1x on MicroPython with Mosquitto, {found.reporting} of them reporting; load of this "
        f"computer {found.load:.1f}; cores: {parts}"
    )
    _beside(console, f"cores of {poles} poles live", sum(found.cores.values()))
    _beside(console, f"memory of {poles} poles live, MiB", found.pss_bytes / 2**20)
    middle, late, last = (found.changed_ms(share) for share in (0.5, 0.99, 1.0))
    console.print(
        f"group commands: {len(found.command_ms)} of {found.ordered} lights changed; to PWM p50 {middle:.0f} ms, "
        f"p99 {late:.0f}, last {last:.0f}"
    )
    if found.burst_s:
        console.print(f"one command took {found.burst_s:.1f} s of processors, one pole after the other")
    _beside(console, "group command to PWM, p99, ms", late)


def _beside(console: Console, what: str, value: float) -> None:
    bound = BOUNDS.get(what)
    if bound is None:
        return
    share = f", {value / bound:.2f} of it" if bound else ""
    console.print(f"{what}: {value:,.3g} where the bound is {bound:,}{share}" if value < 1000
                  else f"{what}: {value:,.0f} where the bound is {bound:,}{share}")  # fmt: skip


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, justify="left" if column == columns[0] else "right")
    return table
