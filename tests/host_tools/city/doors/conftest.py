"""A console without a street, for what needs none."""

from tests.host_tools.city.console.conftest import bench, empty_bench

__all__ = ["bench", "empty_bench"]
