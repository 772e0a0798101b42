"""Three days without a network in the middle of an update."""

from __future__ import annotations

from tests.simulator.updates.test_images import files, without_network
from tests.simulator.updates.test_no_network import three_days

__all__ = ["files"]  # a fixture


def test_three_days_without_network_are_no_failure_on_micropython() -> None:
    three_days("micropython")


def test_three_days_without_network_are_no_failure_of_an_image() -> None:
    without_network(74, [0, 24, 72])
