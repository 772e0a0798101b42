"""Prints the benchmarks.  They compare what ran side by side in this one run, and nothing depends on their outcome."""

from __future__ import annotations

from host_tools.output import console
from simulator.benchmarks import chip, flashing, heap, speed, updates
from simulator.benchmarks.pole import figures


def main() -> None:
    screen = console()
    speed.show(screen)
    heap.show(screen)
    chip.show(screen)
    flashing.show(screen)
    updates.show(screen)
    figures.show(screen)


if __name__ == "__main__":
    main()
