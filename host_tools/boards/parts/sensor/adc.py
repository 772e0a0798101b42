"""A sensor with an analogue output."""

from __future__ import annotations

from typing import Any

TABLES: dict[str, dict[str, Any]] = {
    "photocell": {"pin": "adc", "full_scale_lux": range(10, 16385)},
    "leakage": {"pin": "adc", "full_scale_ma": range(100, 16385)},
}
