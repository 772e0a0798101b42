"""Gives the chip from golden to the app in a slot: golden's code is forgotten, then the slot's own boot.py takes over.

It is a module of its own, because it stays in memory as long as the app runs.
"""

import gc
import sys

import machine


def hand_over(handed):
    """Runs the app that *handed* names (boot.py makes it); returns when that returns, as after Ctrl-C.

    What it raises before its control loop runs resets the chip, whose lamp stays lit; the next start counts that.
    """
    clear(handed)
    try:
        ports = __import__("boot_app").take_over(handed)
        del sys.modules["boot_app"]
        __import__("main_app").main(ports)
    except Exception as error:
        give_up(handed, error)


def clear(handed):
    """Forgets golden's modules; from now on imports find those of the slot."""
    slot, data, folders = handed[1], handed[3], handed[7]
    for name in list(sys.modules):
        file = getattr(sys.modules[name], "__file__", None) or ""
        if file[-4:] == ".mpy" and file.rpartition("/")[0] in folders:
            del sys.modules[name]
    folder = data + "/" + slot
    sys.path[:] = [folder] + [one for one in sys.path if one not in folders] + [folder + "/lib"]
    gc.collect()


def give_up(handed, error):
    """Resets the chip: the app in a slot has raised *error*, which the next start finds as last words."""
    print("diya: the app in slot " + handed[1] + " does not start")
    if hasattr(sys, "print_exception"):  # not on CPython
        sys.print_exception(error)
    try:  # see drivers/chip/early_resets.py
        memory = machine.RTC()
        memory.memory(memory.memory()[:5] + (type(error).__name__ + ": " + str(error)).encode()[:200])
    except Exception:
        pass
    machine.reset()
