"""The image flashed onto a virtual pole in place of MicroPython: the pole runs the computer's own MicroPython."""

from __future__ import annotations

from host_tools.field.images.stand_in import stand_in_image

__all__ = ["stand_in_image"]
