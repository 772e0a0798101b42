"""Twenty poles with TLS for a week on the model of the chip's memory, away from the broker once an hour.

Each obeys a command and answers a laptop in every hour.  Online again within 60 s each time, a heap that keeps its size
from the start on, and no dark minute.
"""

from __future__ import annotations

from tests.simulator.hours_of_memory import check_hours

DAYS = 7


def test_a_week_of_twenty_poles_is_online_within_a_minute_each_hour() -> None:
    tries = check_hours(20, DAYS * 24, "cpython")
    print(f"{tries} reconnections of 20 poles, each within 60 s")


def test_two_nights_of_two_poles_on_micropython() -> None:
    tries = check_hours(2, 48, "micropython")
    print(f"{tries} reconnections of 2 poles on MicroPython, each within 60 s")
