"""The table of the chip: its memory and the reads of its flash, compared with those of commit 34d463f.

That commit cannot be measured by a later one: its figures are constants here, measured with the same counting.
"""

from __future__ import annotations

import struct

from rich.console import Console
from rich.table import Table

from simulator.benchmarks import flash_reads, heap
from simulator.benchmarks.wasm import missing
from simulator.device_modules import ops
from simulator.hardware.dram import Dram

BEFORE = {  # commit 34d463f
    "Python's heap in all": 114_688,
    "at most in use of it": 87_780,
    "to spare in it": 23_986,
    "ESP-IDF's heap, before TLS": 44_356,
    "its largest block": 40_960,
    "ESP-IDF's heap, in TLS": 4_356,
    "sessions of 100 that found their memory": 0,
}
READS_BEFORE = {"lit": 1_997, "started": 13_561}
MOMENTS_BEFORE = 2_897


def show(console: Console) -> None:
    """Measures and prints both tables."""
    table = Table(title="the memory of an ESP32, bytes (docs/memory.md)", title_justify="left")
    for column in ("what", "34d463f", "now"):
        table.add_column(column, justify="left" if column == "what" else "right")
    now = memory()
    for what, before in BEFORE.items():
        table.add_row(what, f"{before:,}", f"{now[what]:,}" if what in now else "needs Node.js")
    console.print(table)
    reads = Table(title="reads of the flash", title_justify="left")
    for column in ("until, or for", "34d463f", "now", "bytes now"):
        reads.add_column(column, justify="left" if column == "until, or for" else "right")
    for row in flash_reads.measure():
        then = READS_BEFORE.get(row.what)
        moment = f"up to {MOMENTS_BEFORE:,}" if row.what in heap.FOR_A_MOMENT else "-"
        reads.add_row(row.what, f"{then:,}" if then else moment, f"{row.reads:,}", f"{row.bytes:,}")
    console.print(reads)


def memory() -> dict[str, int]:
    """The figures of ``BEFORE`` for the present pole: on the model of the memory, and by the heap bench."""
    on = [False]
    dram = Dram(lambda: on[0])
    call = dram.operations()
    on[0] = True
    dram.uart(1, _largest(dram) - 50_000)
    number = 0
    while len(dram.areas) == 1:
        number = call[ops.PYTHON_TAKE](1024, 0, b"")[0]
    dram.uart(1, None)
    call[ops.PYTHON_COLLECT](number, 0, b"")
    dram.waits()
    out = {
        "Python's heap in all": dram.heap,
        "ESP-IDF's heap, before TLS": dram.free,
        "its largest block": _largest(dram),
    }
    opened = 0
    for _ in range(100):
        opened += call[ops.TLS_OPEN](0, 0, b"")[0] == 0
        out["ESP-IDF's heap, in TLS"] = dram.free
        call[ops.TLS_CLOSE](0, 0, b"")
    out["sessions of 100 that found their memory"] = opened
    if not missing():
        peak = heap.measure().peak.live
        out["at most in use of it"], out["to spare in it"] = peak, heap.BUDGET - peak
    return out


def _largest(dram: Dram) -> int:
    rows = dram.operations()[ops.IDF_HEAP](0, 0, b"")[1]
    return max(int(row[2]) for row in struct.iter_unpack("<IIII", rows))
