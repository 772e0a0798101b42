"""HLW8012 or BL0937, which give pulses; CF1 gives the current while the pin ``sel`` is at ``sel_current``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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

MOST_UJ = 2_500_000  # of a pulse: with more, `diya commission` finds a lamp's power not steady
_WORTH = {"bl0937": 861_759, "hlw8012": 4_399_665}  # microjoules a pulse, times microohm, for a divider of 1


def problems(part: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a table whose fields are right each by itself: its pulses are worth too much."""
    worth = _WORTH[part["model"]] * part["divider"]
    if worth > MOST_UJ * part["shunt_uohm"]:
        yield (
            f"shunt_uohm is {part['shunt_uohm']} and must be {-(-worth // MOST_UJ)} or more: with it and the divider "
            f"{part['divider']} a pulse of the {part['model']} is worth {worth / part['shunt_uohm'] / 1e6:.1f} J, too "
            f"much to tell a lamp's faults from its pulses."
        )
