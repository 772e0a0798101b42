"""The node on the bench, for what is held against its drivers."""

from tests.simulator.hardware.conftest import bench, drivers

__all__ = ["bench", "drivers"]
