"""A contact to ground: the door's, or an optocoupler across the mains."""

from __future__ import annotations

from typing import Any

TABLES: dict[str, dict[str, Any]] = {
    "door": {"pin": "pull", "open": (0, 1)},
    "supply": {"pin": "pull", "present": (0, 1), "hold_up_ms": range(200, 60001)},
}
