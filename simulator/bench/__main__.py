"""Prints the benchmarks.  They compare what ran side by side in this one run, and nothing depends on their outcome."""

from __future__ import annotations

from rich.console import Console

from simulator.bench import flashing, heap, speed


def main() -> None:
    console = Console()
    speed.show(console)
    heap.show(console)
    flashing.show(console)


if __name__ == "__main__":
    main()
