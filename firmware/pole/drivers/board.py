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
    from pole.drivers.dimmer import Dimmer
    from pole.drivers.ports import Ports
    from pole.drivers.relay import Relay
    from pole.drivers.watchdog import Watchdog

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
    """Sets the size of Python's heap (drivers/heap.py), which leaves the radio on; *own*, where given, is that heap."""
    from pole.drivers import heap
    from pole.drivers.wifi import Radio
    from pole.modules import unload

    ports.radio = Radio()
    ports.kept = heap.bound(description, ports.radio, own or heap.Heap(), ports.failures)
    del heap
    unload("pole.drivers.heap", "pole.drivers.program")


def complete(ports, description, vfs, data, net, nonce, partition, console):
    """Opens everything else; *net*, *nonce* and *console*, where given, are those ports, and *partition* is the data
    partition.
    """
    from pole.drivers import chip
    from pole.drivers.deaths import Deaths
    from pole.drivers.entropy import Entropy
    from pole.drivers.files import Files
    from pole.drivers.high_water import HighWater
    from pole.modules import unload

    failures = ports.failures
    ports.store, ports.reformatted = _store(ports, partition, data)
    ports.store.failures = failures
    unload("pole.drivers.storage")
    ports.board = description["name"]
    ports.capabilities = [name for name in _CAPABILITIES if name in description]
    ports.chip = chip
    ports.deaths = Deaths(failures)
    ports.high_water = HighWater(failures)
    ports.nonce = Entropy(nonce or os.urandom, failures).draw
    ports.factory = Files(vfs, failures)
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

        ports.rtc = Ds3231(_bus(failures, "rtc", rtc))
    if photocell:
        from pole.drivers.inputs import Sensor

        ports.photocell = Sensor(photocell["pin"], photocell["full_scale_lux"])
    if accelerometer:
        from pole.drivers.lis3dh import Lis3dh

        ports.accelerometer = Lis3dh(_bus(failures, "accelerometer", accelerometer))
    if door:
        from pole.drivers.inputs import Contact

        ports.door = Contact(door["pin"], door["open"])
    if leakage:
        from pole.drivers.inputs import Sensor

        ports.leakage = Sensor(leakage["pin"], leakage["full_scale_ma"])
    if gear:
        from pole.drivers.lw14 import Lw14

        ports.gear = Lw14(_bus(failures, "gear", gear))
    if supply:
        from pole.drivers.supply import Supply

        ports.supply = Supply(supply["pin"], supply["present"])


def _store(ports, partition, data):
    """The data store, and whether it was lost; one in which nothing can be stored where the partition raises."""
    from pole.drivers import storage

    try:
        partition = partition or storage.Partition(data)
        return partition.store, storage.bring_up(partition)
    except Exception as error:
        from pole.drivers.files import Files

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
