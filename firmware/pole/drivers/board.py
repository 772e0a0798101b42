"""Makes a pole's ports from its board file: which drivers, on which pins.  A driver no table names is not imported.

It is only needed to start, so main.py forgets it, and what the board file says, when the ports are open.
"""

import json
import os

import machine

_CAPABILITIES = ("accelerometer", "dimmer", "door", "gear", "leakage", "meter", "photocell", "relay", "rtc", "supply")


class Ports:
    """All hardware of one pole, and the one object the app is handed.

    ``relay``, ``dimmer``, ``watchdog`` and ``reset()`` are there first; then ``radio``, and ``kept``, which keeps the
    size of the heap (drivers/heap.py); then ``board`` (its name), ``capabilities``
    (what this pole can do, for ``birth``), ``chip``, ``console``, ``deaths``, ``high_water``, ``nonce(n)`` (n bytes
    nobody can guess), ``factory`` and ``store`` (files), ``net``.  ``meter``, ``rtc``, ``photocell``,
    ``accelerometer``, ``door``, ``leakage``, ``gear`` and ``supply`` are None on a board without them.
    """

    def restart(self, why):
        """A reset on purpose, which is no early death; *why* (ASCII) the next life reports."""
        self.deaths.forget(why)
        self.reset()


def read(vfs):
    """The board's description from ``board.json``, as ``boards/*.toml`` has it.

    Raises OSError when the file is missing and ValueError when it is not JSON.
    """
    with open(vfs + "/board.json") as file:
        return json.load(file)


def light(description):
    """Ports whose lamp is lit and whose watchdog is armed; ``complete`` adds the rest."""
    from pole.drivers.dimmer import Dimmer
    from pole.drivers.relay import Relay
    from pole.drivers.watchdog import Watchdog

    ports = Ports()
    ports.reset = machine.reset  # never soft_reset: that drives the PWM outputs to 0
    relay, dimmer = description["relay"], description["dimmer"]
    ports.relay = Relay(relay["pin"], relay["closed"])
    ports.dimmer = Dimmer(dimmer["pin"], dimmer["frequency"], dimmer["inverted"])
    ports.watchdog = Watchdog(description["watchdog"]["timeout_s"])
    return ports


def bound_heap(ports, description, own):
    """Sets the size of Python's heap (drivers/heap.py), which leaves the radio on; *own*, where given, is that heap."""
    from pole.drivers import heap
    from pole.drivers.wifi import Radio
    from pole.modules import unload

    ports.radio = Radio()
    ports.kept = heap.bound(description, ports.radio, own or heap.Heap())
    del heap
    unload("pole.drivers.heap", "pole.drivers.program")


def complete(ports, description, vfs, data, net, nonce, partition, console):
    """Opens everything else; *net*, *nonce* and *console*, where given, are those ports, and *partition* is the data
    partition.
    """
    from pole.drivers import chip, deaths, high_water, storage
    from pole.drivers.files import Files
    from pole.modules import unload

    partition = partition or storage.Partition(data)
    ports.store, ports.reformatted = partition.store, storage.bring_up(partition)
    unload("pole.drivers.storage")
    ports.board = description["name"]
    ports.capabilities = [name for name in _CAPABILITIES if name in description]
    ports.chip = chip
    ports.deaths = deaths
    ports.high_water = high_water
    ports.nonce = nonce or os.urandom
    ports.factory = Files(vfs)
    if net is None:
        from pole.drivers import net
    ports.net = net
    if console is None:
        from pole.drivers.console import Console

        console = Console()
    ports.console = console
    ports.meter = ports.rtc = ports.photocell = ports.accelerometer = None
    ports.door = ports.leakage = ports.gear = ports.supply = None
    part = description.get
    meter, rtc, photocell, accelerometer = part("meter"), part("rtc"), part("photocell"), part("accelerometer")
    door, leakage, gear, supply = part("door"), part("leakage"), part("gear"), part("supply")
    if meter:
        from pole.drivers.bl0942 import Bl0942

        ports.meter = Bl0942(meter["uart"], meter["tx"], meter["rx"], meter["baud"])
    if rtc:
        from pole.drivers.ds3231 import Ds3231

        ports.rtc = Ds3231(i2c(rtc))
    if photocell:
        from pole.drivers.inputs import Sensor

        ports.photocell = Sensor(photocell["pin"], photocell["full_scale_lux"])
    if accelerometer:
        from pole.drivers.lis3dh import Lis3dh

        ports.accelerometer = Lis3dh(i2c(accelerometer))
    if door:
        from pole.drivers.inputs import Contact

        ports.door = Contact(door["pin"], door["open"])
    if leakage:
        from pole.drivers.inputs import Sensor

        ports.leakage = Sensor(leakage["pin"], leakage["full_scale_ma"])
    if gear:
        from pole.drivers.lw14 import Lw14

        ports.gear = Lw14(i2c(gear))
    if supply:
        from pole.drivers.supply import Supply

        ports.supply = Supply(supply["pin"], supply["present"])


def i2c(part):
    """The bus that *part*, a table of the board file, is on.  Several parts may share it: it is but one object."""
    return machine.I2C(part["bus"], scl=machine.Pin(part["scl"]), sda=machine.Pin(part["sda"]), freq=100000)
