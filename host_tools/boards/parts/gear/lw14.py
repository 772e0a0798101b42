"""LED-Warrior14 on an I2C bus."""

from __future__ import annotations

from typing import Any

from host_tools.boards.uses import BUS

TABLES: dict[str, dict[str, Any]] = {"gear": {"bus": BUS, "scl": "out", "sda": "out"}}
