"""The dark minutes of a report in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def darkness(report: Mapping[str, Any]) -> str:
    """The dark minutes in words, by what they are due to."""
    parts = [f"{minutes(report['dark_minutes'])} dark minutes by Diya"]
    for due, words in (("faults", "the injected faults"), ("commands", "accepted commands")):
        if report[f"dark_minutes_by_{due}"]:
            parts.append(f"{minutes(report[f'dark_minutes_by_{due}'])} by {words}")
    return ", ".join(parts)


def minutes(value: float) -> str:
    """*value* to a tenth, and two figures of what is less, so that a dark second still shows."""
    return f"{round(value, 1):g}" if value >= 1 or not value else f"{value:.2g}"
