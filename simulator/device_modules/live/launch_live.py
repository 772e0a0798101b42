"""Starts a chip that was flashed, in a MicroPython virtual machine: what stock MicroPython does on an ESP32.

Arguments are the pipe, 1 when the raw REPL asked for the soft reset this start is (else 0), and the banner.  ``/`` is
the flash's own file system.
"""

import gc
import sys

import asyncio_tasks

sys.modules["_asyncio"] = asyncio_tasks  # before asyncio is imported: a file of that name would not be looked at

import _chip  # noqa: E402
import micropython  # noqa: E402
import timers  # noqa: E402
import vfs  # noqa: E402
from hostops import INTERRUPT, SOFT_RESET  # noqa: E402

_idle = _chip.idle


def _wait(ms, deaf=0):
    ready = _idle(timers.wait(ms), deaf)
    timers.run()
    return ready


_chip.idle = _wait

# all that is C on a chip, while its files can be seen; and only now, because they keep the idle they find
import select  # noqa: E402, F401
import socket  # noqa: E402, F401
import ssl  # noqa: E402, F401
import time  # noqa: E402

import esp32  # noqa: E402
import machine  # noqa: E402, F401
import network  # noqa: E402, F401
import ntptime  # noqa: E402, F401
import python_gc  # noqa: E402
import repl  # noqa: E402


class _Micropython:
    """``micropython``, but that Ctrl-C is seen by the simulator, which has to be told what it means."""


def _micropython():
    module = _Micropython()
    for name in dir(micropython):
        if not name.startswith("__"):
            setattr(module, name, getattr(micropython, name))
    module.kbd_intr = lambda byte: _chip.call(INTERRUPT, byte)
    return module


def _mount(names):
    """The file system in the partition ``vfs``: made where there is nothing, and waited for where it is damaged."""
    found = esp32.Partition.find(esp32.Partition.TYPE_DATA, label="vfs")
    if not found:
        return
    try:
        vfs.mount(found[0], "/")
        return
    except OSError:
        pass
    first = bytearray(4096)
    found[0].readblocks(0, first)
    while first != b"\xff" * len(first):
        _kind, _subtype, at, size, _label, _encrypted = found[0].info()
        print(
            "The file system in the %d bytes from 0x%x on is damaged: erase it, and flash this chip again." % (size, at)
        )
        time.sleep(3)
    print("Performing initial setup")
    vfs.VfsLfs2.mkfs(found[0])
    vfs.mount(found[0], "/")
    with open("boot.py", "w") as file:
        file.write("# Runs at every start, before main.py.\n")


def _run(name, names):
    """Whether the file ran to its end, or there is none."""
    import os

    try:
        os.stat(name)
    except OSError:
        return True
    return repl.run(lambda names: execfile(name, names), names)  # noqa: F821 - MicroPython has it


def _start(raw, banner):
    """Lives until a soft reset; whether it was the raw REPL that asked for it."""
    names = {"__name__": "__main__"}
    try:
        repl.run(_mount, names)
        gc.collect()
        if _run("boot.py", names) and not raw:
            _run("main.py", names)
    except SystemExit:
        return raw
    while True:
        try:
            if not (repl.raw(names) if raw else repl.friendly(names, banner)):
                return raw
            raw = not raw
        except KeyboardInterrupt:  # one that came when what it was for had just ended
            pass


# an ESP32 reads its flash without allocating: garbage would lie between the modules of a pole for good
esp32.small = 128  # what littlefs asks for at once
sys.modules["micropython"] = _micropython()
sys.modules["gc"] = python_gc
micropython.kbd_intr(3)  # SIGINT, which the simulator sends to a program that asks it for nothing, is Ctrl-C
vfs.umount("/")
sys.path[:] = ["", ".frozen", "/lib"]
_raw = _start(sys.argv[2] == "1", sys.argv[3])
print("MPY: soft reboot")
_chip.call(SOFT_RESET, 1 if _raw else 0)
