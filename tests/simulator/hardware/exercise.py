"""Uses every driver and every virtual module once, and says what came out: run by both runtimes, it must say the same.

Not a test by itself: ``test_both_runtimes.py`` runs it in this process and in a MicroPython virtual machine.
"""

import _chip
import esp32
import machine
import network
import ntptime

from pole.drivers.board import i2c
from pole.drivers.chip.watchdog import Watchdog
from pole.drivers.gear.lw14 import ANSWER_MS, Lw14
from pole.drivers.meter.bl0942 import Bl0942
from pole.drivers.network.wifi import Radio
from pole.drivers.output.dimmer import Dimmer
from pole.drivers.output.relay import Relay
from pole.drivers.reading import Reading
from pole.drivers.rtc.ds3231 import Ds3231
from pole.drivers.sensor.inputs import Contact, Sensor
from pole.drivers.sensor.lis3dh import Lis3dh
from pole.drivers.sensor.supply import Supply


def run(board):
    """List of what was seen on *board*, a dictionary as in ``boards/``."""
    seen = [machine.unique_id()[5], machine.reset_cause(), machine.freq(), esp32.raw_temperature(), network.hostname()]
    relay = Relay(board["relay"]["pin"], board["relay"]["closed"])
    dimmer = Dimmer(board["dimmer"]["pin"], board["dimmer"]["frequency"], board["dimmer"]["inverted"])
    photocell = Sensor(board["photocell"]["pin"], board["photocell"]["full_scale_lux"])
    dog = Watchdog(board["watchdog"]["timeout_s"])
    for step in range(0, 101, 10):
        relay.set(step > 0)
        dimmer.set(step * 100)
        dog.feed()
        seen.append((machine.Pin(board["relay"]["pin"]).value(), photocell.read(None)))

    table = board["meter"]
    meter, reading = Bl0942(table["uart"], table["tx"], table["rx"], table["baud"]), Reading()
    for n in range(200):
        meter.request()
        if n % 7:  # now and then it reads too early
            _chip.idle(meter.answer_ms)
        good = meter.read(reading)
        seen.append((good, reading.voltage_mv, reading.current_ma, reading.power_mw, reading.pf_thousandths))
        _chip.idle(60000)
    seen.append((meter.energy_wh, meter.energy_uwh))

    clock = Ds3231(i2c(board["rtc"]))
    seen.append(clock.get())
    for n in range(100):
        seen.append((clock.set(1700000000 + n * 11111111), clock.get(), clock.temperature_tenths()))

    accelerometer, gear = Lis3dh(i2c(board["accelerometer"])), Lw14(i2c(board["gear"]))
    door = Contact(board["door"]["pin"], board["door"]["open"])
    leakage = Sensor(board["leakage"]["pin"], board["leakage"]["full_scale_ma"])
    for n in range(100):
        accelerometer.read(reading)
        gear.request()
        _chip.idle(ANSWER_MS - n % 20)  # now and then it looks too early
        seen.append((reading.x_mg, reading.y_mg, reading.z_mg, reading.shock_mg))
        seen.append((gear.answered(), door.read(None), leakage.read(None), clock.temperature_tenths()))
        _chip.idle(7919)

    seen.append((Supply(23, 0).present(), Supply(23, 1).present()))  # nothing is wired to it

    store = esp32.NVS("diya")
    try:
        store.get_i32("boots")
    except OSError as error:
        seen.append(error.args[0])
    store.set_i32("boots", -5)
    store.set_blob("marks", b"\x00\x01")
    buffer = bytearray(4)
    seen.append((store.get_i32("boots"), store.get_blob("marks", buffer), list(buffer)))
    store.commit()

    radio = Radio()
    radio.start()
    seen.append((radio.status(), radio.ip()))
    radio.join("sagar-lights", "secret")
    try:
        radio.join("sagar-lights", "secret")
    except OSError as error:
        seen.append(error.args[0])
    while not radio.joined():
        seen.append(radio.status())
        _chip.idle(1000)
    seen.append((radio.status(), radio.ip()))
    ntptime.settime()
    seen.append(list(machine.RTC().datetime()))
    radio.leave()
    seen.append(radio.status())
    try:
        machine.reset()
    except SystemExit:
        seen.append("reset")
    return [list(item) if isinstance(item, tuple) else item for item in seen]


if __name__ == "__main__":  # under MicroPython; arguments: the pipe, and a file with the board
    import json
    import sys

    with open(sys.argv[2]) as file:
        print(json.dumps(run(json.load(file))))
