"""Which times of an event can be believed.

A pole whose clock was never set says 1970 or 2000, one with a broken clock chip any year, and a wrong unit makes a year
of five digits (hassio-ecoflow-cloud#72).  The recorder's own computer may have begun with a wrong date as well.
"""

from __future__ import annotations

FLOOR = 1_577_836_800  # 2020-01-01: no event of a pole with this firmware is older
AHEAD_S = 86400  # a pole's clock may be wrong by this much and its times are still taken as they are
