"""Processor time of another process."""

from __future__ import annotations

import os
from pathlib import Path


def used_s(pid: int) -> float | None:
    """What the process *pid* has taken so far, s, without its children; None where the system does not say it."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
