"""The errors of the firmware's source."""

from __future__ import annotations

from host_tools.errors import DiyaError


class CompileError(DiyaError):
    """The app cannot be compiled for this MicroPython."""
