"""A pole lives for days on real MicroPython with little memory, and its heap is looked at every hour."""

from __future__ import annotations

from dataclasses import dataclass, field

from simulator.engines.micropython import STAND_INS
from simulator.street.street import Street
from tests.simulator.streets import HOUR_MS, Lived, live

DAY_MS = 24 * HOUR_MS
HEAP_BYTES = 240 * 1024


@dataclass
class LongLife:
    """``by_day``: the lowest live heap (bytes after a collection) of each day: what is never given back."""

    lived: Lived
    by_day: list[int] = field(default_factory=list)

    @property
    def peak(self) -> int:
        return self.lived.street.poles["P0001"].pole.heap_peak

    def __str__(self) -> str:
        wall_s = self.lived.report["wall_s"]
        return (
            f"{len(self.by_day)} days in {wall_s:.0f} s: live heap first day {self.by_day[0]}, last day "
            f"{self.by_day[-1]}, highest {max(self.by_day)}, peak {self.peak} of {HEAP_BYTES} bytes"
        )


def live_long(days: int, cuts: list[str], settings: dict[str, int]) -> LongLife:
    """*days* from noon on with a power cut of half an hour at each of *cuts*, such as "+77h"."""
    scenario = "".join(
        f'[[happening]]\nkind = "power_cut"\nat = "+{hours}h"\nuntil = "+{hours}h30m"\n' for hours in cuts
    )
    by_day = [0] * days

    def begin(street: Street) -> None:
        pole = street.poles["P0001"].pole

        def look() -> None:
            day = min(street.kernel.now_ms // DAY_MS, days - 1)
            by_day[day] = min([by_day[day] or 1 << 30, *pole.heap_live[-1:]])

        street.kernel.every(HOUR_MS // 12, look)  # often: what judges samples is loaded most of the time

    lived = live(
        24 * days, poles=1, start="2026-11-24T12:00", scenario=scenario, begin=begin, engine="micropython",
        heap_bytes=HEAP_BYTES - STAND_INS, settings=settings,
    )  # fmt: skip
    return LongLife(lived, by_day)


def judge(life: LongLife, cuts: int) -> None:
    """What has to be so after any time."""
    report = life.lived.report
    assert life.lived.street.failures() == []
    assert report["totals"]["boots_powerOn"] == cuts + 1
    assert report["dark_minutes"] == 0
    assert report["max_heap_bytes"] == life.peak <= HEAP_BYTES
    # the lowest of three days: on a quiet one what judges samples (some 6 KB) may stay loaded at every look
    grown = min(life.by_day[-3:]) - life.by_day[0]
    assert grown < 2048, f"the live heap has grown by {grown} bytes after day one: {life.by_day}"
