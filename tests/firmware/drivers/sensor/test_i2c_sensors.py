"""The drivers of the I2C sensors take no memory in the steady state, and survive chips that are dead."""

import gc

from pole.drivers.gear.lw14 import Lw14
from pole.drivers.reading import Reading
from pole.drivers.sensor.lis3dh import Lis3dh

REGISTERS = bytes((0x2A, 0x00, 0x18, 0x02, 0x2A, 0x40))
LEANING = bytes((0x80, 0xC0, 0x00, 0x00, 0x00, 0x3E))


class Bus:
    """What a chip that has been set up answers; a dead one does not.  It takes no memory itself."""

    def __init__(self):
        self.error = None

    def readfrom_mem_into(self, address, register, buffer):
        if self.error:
            raise self.error
        if len(buffer) == 1:
            buffer[0] = 9
            return
        answer = REGISTERS if register == 0xB0 else LEANING
        for i in range(len(buffer)):
            buffer[i] = answer[i]

    def writeto_mem(self, address, register, data):
        if self.error:
            raise self.error


def used(work):
    """Bytes that a hundred rounds of *work* take; 0 where it cannot be measured."""
    work()
    if not hasattr(gc, "mem_alloc"):
        return 0
    gc.collect()
    gc.disable()
    try:
        before = gc.mem_alloc()
        nothing = gc.mem_alloc() - before
        before = gc.mem_alloc()
        for _ in range(100):
            work()
        return gc.mem_alloc() - before - nothing
    finally:
        gc.enable()


def test_a_sample_takes_no_memory():
    bus, reading = Bus(), Reading()
    accelerometer, gear = Lis3dh(bus), Lw14(bus)

    def sample():
        gear.request()
        accelerometer.read(reading)
        reading.gear_answers = gear.answered()

    assert used(sample) == 0
    assert (reading.x_mg, reading.y_mg, reading.z_mg, reading.shock_mg) == (-4064, 0, 3968, 3968)
    assert reading.gear_answers is True


def test_dead_chips_are_survived():
    bus, reading = Bus(), Reading()
    accelerometer, gear = Lis3dh(bus), Lw14(bus)
    bus.error = OSError(19)
    gear.request()
    accelerometer.read(reading)
    assert (reading.z_mg, reading.shock_mg, gear.answered()) == (None, 0, False)
