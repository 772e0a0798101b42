"""BL0942 on a UART."""

from __future__ import annotations

from typing import Any

from host_tools.boards.uses import UART

TABLES: dict[str, dict[str, Any]] = {
    "meter": {"uart": UART, "tx": "out", "rx": "in", "baud": (4800, 9600, 19200, 38400)},
}
