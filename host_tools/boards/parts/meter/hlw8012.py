"""HLW8012 or BL0937, which give pulses; CF1 gives the current while the pin ``sel`` is at ``sel_current``."""

from __future__ import annotations

from typing import Any

MICROPYTHON = (1, 26)  # the first with machine.Counter
TABLES: dict[str, dict[str, Any]] = {
    "meter": {
        "model": ("hlw8012", "bl0937"),
        "cf": "count",
        "cf1": "count",
        "sel": "out",
        "sel_current": (0, 1),
        "shunt_uohm": range(500, 20001),
        "divider": range(200, 5001),
        "clock_permille": range(850, 1151),
    },
}
