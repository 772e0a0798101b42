"""CSE7766 on a UART, which has one speed; ``tx`` is a free pin, because the chip receives nothing."""

from __future__ import annotations

from typing import Any

from host_tools.boards.uses import UART

TABLES: dict[str, dict[str, Any]] = {"meter": {"uart": UART, "tx": "out", "rx": "in"}}
