"""What a sample costs: nothing, as long as nothing turns."""

import gc

try:
    from tests.firmware.health.lamp_bench import Pole
except ImportError:  # MicroPython, beside this file
    from lamp_bench import Pole

try:
    from gc import mem_alloc
except ImportError:  # CPython, where allocations are not counted

    def mem_alloc():
        return 0


def thousand(pole, burning):
    """Samples as they come in, all of them different; the reading is filled in place, as the drivers do it."""
    reading, watch, ticks = pole.reading, pole.watch, pole.ticks
    for i in range(1000):
        reading.voltage_mv = 238000 + (i * 37 & 4095)
        reading.power_mw = 89000 + (i * 11 & 1023) if burning else 10
        reading.current_ma = 380 + (i & 3) if burning else 1
        reading.pf_thousandths = 978 + (i & 3)
        watch.sample(reading, burning, 10000 if burning else 1000, -1 if burning else 1, True, ticks)
        ticks += 30000
    pole.ticks = ticks


def allocated(burning):
    pole = Pole()
    reading = pole.reading
    reading.temperature, reading.lux, reading.leakage_ma = 350, 0 if burning else 1000, 2
    reading.x_mg, reading.y_mg, reading.z_mg, reading.shock_mg = 20, -10, 995, 0
    reading.door_open, reading.gear_answers = False, True
    thousand(pole, burning)  # its code is loaded now
    gc.collect()
    gc.disable()
    before = mem_alloc()
    thousand(pole, burning)
    after = mem_alloc()
    gc.enable()
    assert pole.watch.news == [] and not pole.watch.state.active
    return after - before


def test_a_thousand_samples_of_a_burning_lamp_allocate_nothing():
    assert allocated(True) == 0


def test_a_thousand_samples_by_day_allocate_nothing():
    assert allocated(False) == 0
