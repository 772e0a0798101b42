"""Computes how many messages the broker must queue for one client, and the memory that takes."""

from __future__ import annotations

import math

METER_INTERVAL_S = 300  # a pole's default, `meter.interval`
ABSENCE_H = 2.0  # for so long the recorder may be away and no meter reading is lost
RETAINED_KINDS = 3  # presence, birth and state, which a new subscriber is sent all at once
LEAST = 20_000
MESSAGE_BYTES = 560  # of Mosquitto 2.0.11's memory for a queued meter of 211 bytes, measured with 100,000 of them


def queued_messages(poles: int, interval_s: float = METER_INTERVAL_S, absence_h: float = ABSENCE_H) -> int:
    """Value for `max_queued_messages`: what *poles* say in *absence_h* hours, each *interval_s*.

    At least what they have retained, for from Mosquitto 2.0.16 on the limit holds for that too (mosquitto#2887).
    """
    return max(LEAST, math.ceil(poles * absence_h * 3600 / interval_s), 2 * RETAINED_KINDS * poles)
