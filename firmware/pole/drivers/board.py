"""Makes a pole's ports from its board file: which drivers, on which pins.  Only drivers it names are imported.

It is only needed at the start, so main.py unloads it, and the board file's content, when the ports are open.
"""

import json
import os
import sys

import machine

_CAPABILITIES = ("accelerometer", "dimmer", "door", "gear", "leakage", "meter", "photocell", "relay", "rtc", "supply")
_PARTS = ("meter", "rtc", "photocell", "accelerometer", "door", "leakage", "gear", "supply")  # as they are opened
_ROLES = ("meter", "rtc", "gear")  # of which each has a folder of drivers; the others are sensors


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
    ports.handed = None
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


def keep_heap(ports, kept):
    """As ``bound_heap``, where golden has set the size of the heap and *kept* keeps it."""
    from pole.drivers.network.wifi import Radio

    ports.radio = Radio()
    ports.kept = kept


def mount(ports, vfs, data, partition):
    """Opens the two file systems, and what counts early resets; *partition*, where given, is the data partition."""
    from pole.drivers.chip.early_resets import EarlyResets
    from pole.drivers.flash.files import Files
    from pole.runtime.transient import unload

    failures = ports.failures
    ports.store, ports.reformatted = _store(ports, partition, data)
    ports.store.failures = failures
    ports.factory = Files(vfs, failures)
    ports.deaths = EarlyResets(failures)
    unload("pole.drivers.flash.storage")


def complete(ports, description, net, nonce, console, slot, past):
    """Opens everything else; *net*, *nonce* and *console*, where given, are those ports.

    *slot* is the one that runs, *past* the early resets before this start where they are counted (None: they are not).
    """
    from pole.drivers.chip import identity
    from pole.drivers.chip.entropy import Entropy
    from pole.drivers.chip.replay_mark import HighWater

    failures = ports.failures
    ports.slot = slot
    ports.deaths.counted(past)
    ports.board = description["name"]
    ports.capabilities = [name for name in _CAPABILITIES if name in description]
    ports.chip = identity
    ports.high_water = HighWater(failures)
    ports.nonce = Entropy(nonce or os.urandom, failures).draw
    if net is None:
        from pole.drivers.network import sockets as net
    ports.net = net
    if console is None:
        from pole.drivers.chip.console import Console

        console = Console()
    ports.console = console
    made = set()
    for part in _PARTS:
        port = None
        if part in description:
            table = description[part]
            name = "pole.drivers.%s.%s" % (part if part in _ROLES else "sensor", table["driver"])  # see flatten.py
            __import__(name)
            port = sys.modules[name].make(table, _bus(failures, part, table) if "bus" in table else None)
            made.add(name)
        setattr(ports, part, port)
    if sys.implementation.name == "micropython":  # elsewhere the modules serve other poles too
        for name in made:  # no module is imported again: the driver object holds what it needs of it
            del sys.modules[name].make, sys.modules[name]


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
