"""The run of a virtual chip once it has left its ROM: boots and runs what was flashed, on the real MicroPython."""

from simulator.virtual_pole.firmware_run.pole import LiveClock
from simulator.virtual_pole.firmware_run.thread import Life

__all__ = ["Life", "LiveClock"]
