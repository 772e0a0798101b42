"""Twenty poles with TLS for a week on the model of the chip's memory, away from the broker once an hour.

Each does in every hour what ``hours_of_memory`` says.  Online again within 60 s each time, a heap that keeps its size
from the start on, and no dark minute.  No pole's memory is another's: they live in four streets, which can be lived at
the same time.
"""

from __future__ import annotations

import pytest

from tests.simulator.hours_of_memory import Tries, check_hours

DAYS = 7
POLES, STREET = 20, 5


@pytest.mark.parametrize("first", range(0, POLES, STREET))
def test_in_a_week_poles_are_online_within_a_minute_each_hour(first: int) -> None:
    tell(STREET, "CPython", check_hours(STREET, DAYS * 24, "cpython", first))


def test_in_two_nights_poles_on_micropython_are_online_within_a_minute_each_hour() -> None:
    tell(2, "MicroPython", check_hours(2, 48, "micropython"))


def tell(poles: int, engine: str, tries: Tries) -> None:
    done = ", ".join(f"{count} {what}" for what, count in sorted(tries.done.items()))
    print(f"{tries.reconnections} reconnections of {poles} poles on {engine}, each within 60 s; {done}")
