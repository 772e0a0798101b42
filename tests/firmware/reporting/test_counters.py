"""Hours, switch-ons and energy stay right over power cuts, however often they come."""

import json

from pole.reporting.counters import Counters
from pole.runtime.lcg import Lcg

try:
    from tests.firmware.reporting.cut_run import within_loop
    from tests.firmware.reporting.memory_store import MemoryStore
except ImportError:  # MicroPython
    from cut_run import within_loop
    from memory_store import MemoryStore

WATTS = 90


class Meter:
    STEP_UWH = 187011
    energy_wh = energy_uwh = 0


class CountedStore(MemoryStore):
    writes = 0

    def write(self, name, data):
        self.writes += 1
        super().write(name, data)


def life(store, seed, seconds, sample=30):
    """A pole that burns for *seconds* from power-on and is cut."""
    meter = Meter()
    counters = within_loop(Counters, store, meter, Lcg(seed))
    counters._counted_to = counters._measured_at = 0
    counters._lit = None
    now, sampled, pulses = 3000, 0, 0  # what the start takes
    while now < seconds * 1000:
        if now - sampled >= sample * 1000 or not sampled:
            flowed = WATTS * now * 1000 // 3600 // Meter.STEP_UWH  # pulses since power-on
            if sampled:
                meter.energy_uwh += (flowed - pulses) * Meter.STEP_UWH
                meter.energy_wh += meter.energy_uwh // 1000000
                meter.energy_uwh %= 1000000
            pulses = flowed
            counters.measured(WATTS * 1000, now)
            sampled = now
        counters.count(True, None, now)
        now = min(now + counters.wait_ms(), sampled + sample * 1000)
    return counters


def totals(store):
    hours, ons, wh, uwh, _known = json.loads(store.read("counters.json"))
    return hours, ons, wh + uwh / 1000000


def test_a_pole_that_is_cut_every_few_minutes_counts_within_two_percent():
    for seconds, lives in ((45, 400), (180, 150), (660, 60), (1140, 60)):
        store = CountedStore()
        for seed in range(lives):
            life(store, 1000 * seconds + seed, seconds)
        counted, ons, wh = totals(store)
        assert ons == lives
        assert abs(counted - seconds * lives) <= seconds * lives // 50, (seconds, counted, seconds * lives)
        due = WATTS * seconds * lives / 3600
        assert abs(wh - due) <= due / 50, (seconds, wh, due)
        assert store.writes <= lives * (seconds // 16 + 2)


def test_a_long_night_costs_few_writes_and_one_cut_costs_little():
    store = CountedStore()
    life(store, 7, 12 * 3600, 600)
    assert store.writes <= 100
    counted, ons, _wh = totals(store)
    assert ons == 1 and abs(counted - 12 * 3600) <= 450


def test_what_is_saved_on_purpose_or_when_the_lamp_goes_out_is_exact():
    store = MemoryStore()
    counters = within_loop(Counters, store, None)
    counters._counted_to = 0
    counters.count(True, None, 0)
    counters.count(True, None, 100000)
    counters.save(None, 100000)
    assert totals(store)[:2] == (100, 1)
    counters.count(False, None, 131000)
    assert totals(store)[:2] == (131, 1)
    counters.count(True, None, 200000)
    assert totals(store)[:2] == (131, 2)
