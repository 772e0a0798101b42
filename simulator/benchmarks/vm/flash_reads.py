"""Runs under MicroPython: starts a pole from an image of its flash, as a chip does, and counts the reads.

Arguments: the image, a file of JSON, [[what, [module, ...]], ...]: what is loaded for a moment, and where the app in a
slot runs an image of the data partition.  The last line it
prints is JSON: [[what, reads, bytes, us], ...], "lit" when PWM holds the lamp, "started" when the app is made, and then
each thing that is loaded for a moment, alone.  All reads are those of MicroPython's own VfsLfs2, its mounting included.
The microseconds are this computer's, without those of the image here; only a start's rows have some.
"""

import builtins
import gc
import json
import os
import sys

import utime
import vfs

BLOCK = 4096
rows = []


class Partition:
    """The image, with a count of its reads."""

    reads = bytes = 0  # of all partitions
    us = 0

    def __init__(self, data):
        self.data = data

    def readblocks(self, block, buffer, offset=0):
        began = utime.ticks_us()
        Partition.reads += 1
        Partition.bytes += len(buffer)
        at = block * BLOCK + offset
        buffer[:] = self.data[at : at + len(buffer)]
        Partition.us += utime.ticks_us() - began

    def writeblocks(self, block, buffer, offset=0):
        if self is flash:
            raise OSError(30)
        at = block * BLOCK + offset
        self.data[at : at + len(buffer)] = buffer

    def ioctl(self, what, argument):
        if what == 6 and self is not flash:
            self.data[argument * BLOCK : (argument + 1) * BLOCK] = b"\xff" * BLOCK
        return {4: len(self.data) // BLOCK, 5: BLOCK}.get(what, 0)


def load_chip():
    """Loads the virtual chip's modules over a chip that answers almost nothing."""
    from ops import I2C_READ_MEM, NVS_GET

    class Chip:
        @staticmethod
        def call(op, a=0, b=0, data=b""):
            return 0

        post = call
        ticks = 0
        typed = False

        @staticmethod
        def idle(ms, deaf=0):
            return b""

        @staticmethod
        def read(op, a=0, b=0, data=b""):
            return bytes(4 if op == NVS_GET else 16) if op != 60 else b""

        @staticmethod
        def read_into(op, buffer, a=0, b=0):
            if op == I2C_READ_MEM and len(buffer) >= 7:
                buffer[:7] = bytes((0x00, 0x30, 0x12, 0x02, 0x24, 0x11, 0x26))
            return 0

    sys.modules["_chip"] = Chip
    import asyncio_tasks

    sys.modules["_asyncio"] = asyncio_tasks
    import asyncio
    import socket
    import ssl

    import esp32
    import machine
    import network

    pwm = machine.PWM

    def lit(*arguments, **named):
        note("lit")
        return pwm(*arguments, **named)

    machine.PWM = lit
    esp32.Partition.find = lambda kind, label: {"vfs": [flash], "data": data}.get(label, [])
    asyncio.core  # noqa: B018 - frozen in a chip's MicroPython
    asyncio.StreamReader  # noqa: B018
    return esp32, network, socket, ssl


def look_for_built_in():
    """Has an import look for files first where a chip's MicroPython would: its own modules of these names are C there.

    Here some are the virtual chip's, which an import would find in sys.modules at once.
    """
    found = {}
    for name in ("binascii", "errno", "hashlib", "json", "machine", "os", "select", "socket", "struct", "time"):
        found[name] = __import__(name)
        sys.modules.pop(name, None)
    load = builtins.__import__

    def find(name, *more):
        if name not in found or name in sys.modules:
            return load(name, *more)
        for folder in sys.path:
            if folder != ".frozen":
                for kind in ("", ".py", ".mpy"):
                    try:
                        os.stat((folder and folder + "/") + name + kind)
                    except OSError:
                        pass
        return found[name]

    builtins.__import__ = find


def note(what):
    rows.append((what, Partition.reads, Partition.bytes, utime.ticks_us() - begun_us - Partition.us))


def run(name, names):
    """What MicroPython does with boot.py and main.py."""
    os.stat(name)
    with open(name) as file:
        exec(file.read(), names)


with open(sys.argv[1], "rb") as file:
    flash = Partition(file.read())
with open(sys.argv[2]) as file:
    moments = json.load(file)
data = []
if len(sys.argv) > 3:
    with open(sys.argv[3], "rb") as file:
        data = [Partition(bytearray(file.read()))]
load_chip()
look_for_built_in()
vfs.umount("/")
sys.path[:] = ["", ".frozen", "/lib"]
gc.collect()
begun_us = utime.ticks_us()
vfs.mount(flash, "/")
note("mounted")
names = {"__name__": "__main__"}
import asyncio  # noqa: E402


def stop(life):
    """Replaces asyncio.run: the app is made, and then the run ends."""
    asyncio.core.cur_task = asyncio.core.Task(life)
    try:
        life.send(None)
    except BaseException as error:
        sys.print_exception(error)


asyncio.run = stop
run("boot.py", names)
note("ports open")
run("main.py", names)
note("started")
for what, loaded, forgotten in moments:
    for name in list(sys.modules):
        if name in forgotten:
            del sys.modules[name]
    before = Partition.reads, Partition.bytes
    for name in loaded:
        __import__(name)
    rows.append((what, Partition.reads - before[0], Partition.bytes - before[1], 0))
print(json.dumps(rows))
