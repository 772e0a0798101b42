"""The times of happenings in one run, and the times of close sampling."""

from __future__ import annotations

from collections.abc import Sequence

from simulator.benchmarks.detection.fault_draws import BENIGN
from simulator.benchmarks.detection.night_times import Night
from simulator.scenario.happening import Happening

HOUR_MS = 3_600_000
AROUND_MS = (300_000, 900_000)  # before and after what goes wrong
BOOT_MS = 800  # as of the simulated pole
OFF_MS = 1000  # without power, to lose the time
ASKED_MS = 30_000  # from a start to the second question to the time servers; each wait after it is twice as long ...
LONGEST_MS = 3_600_000  # ... up to this one (pole/timekeeping/sntp.py); what the pole adds by chance is left out
QUIET_KINDS = {name for name, _low, _high in BENIGN} | {"ageing"}


def actions_of(happenings: Sequence[Happening]) -> list[tuple[int, Happening, bool]]:
    """[(ms of the run, happening, whether it begins), ...]"""
    out = []
    for happening in happenings:
        out.append((happening.at_ms, happening, True))
        if happening.over_ms is not None:
            out.append((happening.over_ms, happening, False))
    return out


def closeness(nights: Sequence[Night], happenings: Sequence[Happening]) -> list[tuple[int, int]]:
    """[(from ms, how closely to sample: 2 around a fault, 1 around a night, 0 in full day), ...], ascending."""
    spans = [(night.sunset_ms - HOUR_MS, night.sunrise_ms + HOUR_MS, 1) for night in nights]
    for happening in happenings:
        if happening.kind not in QUIET_KINDS:
            until_ms = happening.at_ms if happening.until_ms is None else happening.until_ms
            spans.append((happening.at_ms - AROUND_MS[0], until_ms + AROUND_MS[1], 2))
    edges = sorted({0, *(moment for span in spans for moment in span[:2] if moment > 0)})
    return [(edge, max((how for low, high, how in spans if low <= edge < high), default=0)) for edge in edges]


def asked_ms(lost_ms: int, now: int) -> int:
    """When a pole that lost the time at *lost_ms* asks the time servers next, which answer again from *now* on."""
    at = lost_ms + OFF_MS + BOOT_MS
    wait = ASKED_MS
    while at < now:
        at += wait
        wait = min(2 * wait, LONGEST_MS)
    return at
