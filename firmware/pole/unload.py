"""Gives back the memory of modules that were only needed to start."""

import gc
import sys


def unload(*names):
    """Forgets the modules *names*, such as ``pole.config``; nothing may refer to them any more.

    On CPython, where a thousand poles share the modules and memory is no matter, it does nothing.
    """
    if sys.implementation.name != "micropython":
        return
    for name in names:
        if sys.modules.pop(name, None):
            parent, _, child = name.rpartition(".")
            delattr(sys.modules[parent], child)
    gc.collect()
