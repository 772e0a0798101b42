"""A console on a store that is made once, for doors whose tests need no street."""

from __future__ import annotations

from tests.host_tools.city.console.conftest import bench, empty_bench

__all__ = ["bench", "empty_bench"]
