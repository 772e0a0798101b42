"""Twenty poles with TLS for a week on the model of the chip's memory, away from the broker once an hour.

Each does in every hour what ``hours_of_memory`` says.  Online again within 60 s each time, a heap that keeps its size
from the start on, and no dark minute.
"""

from __future__ import annotations

from tests.simulator.hours_of_memory import Tries, check_hours

DAYS = 7


def test_a_week_of_twenty_poles_is_online_within_a_minute_each_hour() -> None:
    tell(20, "CPython", check_hours(20, DAYS * 24, "cpython"))


def test_two_nights_of_two_poles_on_micropython() -> None:
    tell(2, "MicroPython", check_hours(2, 48, "micropython"))


def tell(poles: int, engine: str, tries: Tries) -> None:
    done = ", ".join(f"{count} {what}" for what, count in sorted(tries.done.items()))
    print(f"{tries.reconnections} reconnections of {poles} poles on {engine}, each within 60 s; {done}")
