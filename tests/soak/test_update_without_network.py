"""Three days without a network in the middle of an update, on MicroPython."""

from __future__ import annotations

from tests.simulator.updates.test_no_network import three_days


def test_three_days_without_network_are_no_failure_on_micropython() -> None:
    three_days("micropython")
