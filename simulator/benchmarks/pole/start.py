"""From reset to the first level that PWM gives, in the time of a chip.

Nothing here runs on a chip, so it is worked out: the time before boot.py is that of the simulated poles; the reads of
the flash are counted, by MicroPython's own littlefs over the image that is flashed; and what MicroPython computes is
this computer's time for it, times how much slower an ESP32 was in the same loops.  The lamp does not wait for any of
it: an idle relay leaves its contact closed, and an idle dimmer pin asks for full light.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from simulator.benchmarks import flash_reads
from simulator.benchmarks.flash_reads import Reads
from simulator.street.pole_runner import BOOT_MS

READ_US = 50  # of a chip, for each read of its flash, beside its bytes
BYTES_PER_US = 2.2  # of the flash (an ESP32's stub reads 2.2 MB/s)
SLOWER = 38  # an ESP32 beside a desktop: 1.1 s and 29 ms for a million rounds of the same loop
ROUNDS = 5  # of which the quickest counts: what else this computer does is no time of the pole


class Step(NamedTuple):
    """A part of the start: *reads* of the flash, which take *read_ms*, and *compute_ms*."""

    what: str
    reads: int
    read_ms: float
    compute_ms: float

    @property
    def ms(self) -> float:
        return self.read_ms + self.compute_ms


NAMES = {"mounted": "MicroPython mounts the program", "lit": "boot.py, until PWM holds the lamp",
         "ports open": "the data, the heap, all ports", "started": "settings, the app"}  # fmt: skip


def measure() -> list[Step]:
    """The parts of a start after the time before MicroPython (``BOOT_MS``).  Raises RuntimeError."""
    rounds = [flash_reads.measure()[: len(NAMES)] for _ in range(ROUNDS)]
    return steps([row[0]._replace(us=min(one.us for one in row)) for row in zip(*rounds, strict=True)])


def steps(rows: Sequence[Reads]) -> list[Step]:
    """What each of *rows*, which count from the start on, takes beyond the one before."""
    out = []
    reads = size = us = 0
    for row in rows:
        read_us = (row.reads - reads) * READ_US + (row.bytes - size) / BYTES_PER_US
        out.append(Step(NAMES[row.what], row.reads - reads, read_us / 1000, (row.us - us) * SLOWER / 1000))
        _, reads, size, us = row
    return out


def lit_ms(of: Sequence[Step]) -> float:
    """From the first line of MicroPython to the lamp's first level."""
    return of[0].ms + of[1].ms


__all__ = ["BOOT_MS", "Step", "lit_ms", "measure", "steps"]
