"""Makes a pole's ports from its board file: which drivers, on which pins.  A driver no table names is not imported.

It is only needed to start, so main.py forgets it, and what the board file says, when the ports are open.
"""

import json
import os

import machine

_CAPABILITIES = ("accelerometer", "dimmer", "door", "gear", "leakage", "meter", "photocell", "relay", "rtc", "supply")


def read(vfs):
    """The board's description from ``board.json``, as ``boards/*.toml`` has it.

    Raises OSError when the file is missing and ValueError when it is not JSON.
    """
    with open(vfs + "/board.json") as file:
        return json.load(file)


def light(description):
    """Ports whose lamp is lit and whose watchdog is armed; ``complete`` adds the rest."""
    from pole.drivers.chip.watchdog import Watchdog
    from pole.drivers.output.dimmer import Dimmer
    from pole.drivers.output.relay import Relay
    from pole.drivers.ports import Ports

    ports = Ports()
    ports.reset = machine.reset  # never soft_reset: that drives the PWM outputs to 0
    relay, dimmer = description["relay"], description["dimmer"]
    ports.relay = Relay(relay["pin"], relay["closed"])
    ports.dimmer = Dimmer(dimmer["pin"], dimmer["frequency"], dimmer["inverted"])
    ports.watchdog = Watchdog(description["watchdog"]["timeout_s"])
    from pole.drivers.failures import Failures

    ports.failures = failures = Failures()
    for part, port in (("relay", ports.relay), ("dimmer", ports.dimmer), ("watchdog", ports.watchdog)):
        failures.look(part, port)
    return ports


def bound_heap(ports, description, own):
    """Sets the size of Python's heap (drivers/chip/heap.py), which leaves the radio on; *own*: a heap in its place."""
    from pole.drivers.chip import heap
    from pole.drivers.network.wifi import Radio
    from pole.runtime.transient import unload

    ports.radio = Radio()
    ports.kept = heap.bound(description, ports.radio, own or heap.Heap(), ports.failures)
    del heap
    unload("pole.drivers.chip.heap", "pole.drivers.flash.program")


def complete(ports, description, vfs, data, net, nonce, partition, console):
    """Opens everything else; *net*, *nonce* and *console*, where given, are those ports, and *partition* is the data
    partition.
    """
    from pole.drivers.chip import identity
    from pole.drivers.chip.early_resets import Deaths
    from pole.drivers.chip.entropy import Entropy
    from pole.drivers.chip.replay_mark import HighWater
    from pole.drivers.flash.files import Files
    from pole.runtime.transient import unload

    failures = ports.failures
    ports.store, ports.reformatted = _store(ports, partition, data)
    ports.store.failures = failures
    unload("pole.drivers.flash.storage")
    ports.board = description["name"]
    ports.capabilities = [name for name in _CAPABILITIES if name in description]
    ports.chip = identity
    ports.deaths = Deaths(failures)
    ports.high_water = HighWater(failures)
    ports.nonce = Entropy(nonce or os.urandom, failures).draw
    ports.factory = Files(vfs, failures)
    if net is None:
        from pole.drivers.network import sockets as net
    ports.net = net
    if console is None:
        from pole.drivers.chip.console import Console

        console = Console()
    ports.console = console
    ports.meter = ports.rtc = ports.photocell = ports.accelerometer = None
    ports.door = ports.leakage = ports.gear = ports.supply = None
    part = description.get
    meter, rtc, photocell, accelerometer = part("meter"), part("rtc"), part("photocell"), part("accelerometer")
    door, leakage, gear, supply = part("door"), part("leakage"), part("gear"), part("supply")

    if meter:
        from pole.drivers.meter.bl0942 import Bl0942

        ports.meter = Bl0942(meter["uart"], meter["tx"], meter["rx"], meter["baud"])
    if rtc:
        from pole.drivers.rtc.ds3231 import Ds3231

        ports.rtc = Ds3231(_bus(failures, "rtc", rtc))
    if photocell:
        from pole.drivers.sensor.inputs import Sensor

        ports.photocell = Sensor(photocell["pin"], photocell["full_scale_lux"])
    if accelerometer:
        from pole.drivers.sensor.lis3dh import Lis3dh

        ports.accelerometer = Lis3dh(_bus(failures, "accelerometer", accelerometer))
    if door:
        from pole.drivers.sensor.inputs import Contact

        ports.door = Contact(door["pin"], door["open"])
    if leakage:
        from pole.drivers.sensor.inputs import Sensor

        ports.leakage = Sensor(leakage["pin"], leakage["full_scale_ma"])
    if gear:
        from pole.drivers.gear.lw14 import Lw14

        ports.gear = Lw14(_bus(failures, "gear", gear))
    if supply:
        from pole.drivers.sensor.supply import Supply

        ports.supply = Supply(supply["pin"], supply["present"])


def _store(ports, partition, data):
    """The data store, and whether it was lost; one in which nothing can be stored where the partition raises."""
    from pole.drivers.flash import storage

    try:
        partition = partition or storage.Partition(data)
        return partition.store, storage.bring_up(partition)
    except Exception as error:
        from pole.drivers.flash.files import Files

        ports.failures.note("data", error)
        return Files(data), False


def i2c(part):
    """The bus that *part*, a table of the board file, is on.  Several parts may share it: it is but one object."""
    return machine.I2C(part["bus"], scl=machine.Pin(part["scl"]), sda=machine.Pin(part["sda"]), freq=100000)


def _bus(failures, part, table):
    """The bus of *part*; None where it raises twice: each use of it then raises too, as where nothing answers."""
    for _ in range(2):
        try:
            return i2c(table)
        except Exception as error:
            failures.note(part, error)
    return None
