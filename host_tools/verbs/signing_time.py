"""When something is signed."""

from __future__ import annotations

import os
import time


def now_ms() -> int:
    """Unix ms: of SOURCE_DATE_EPOCH where it is set, so that the same release can be made again."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    return int(epoch) * 1000 if epoch.isdigit() else time.time_ns() // 1_000_000
