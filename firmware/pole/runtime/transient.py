"""Unloads modules that are needed for a moment only, so that their memory is freed."""

import gc
import sys


def unload(*names):
    """Unloads the modules *names* as far as they are loaded; nothing may refer to them any more.

    On CPython, where a thousand poles share the modules and memory is no matter, it does nothing.
    """
    if sys.implementation.name != "micropython":
        return
    for name in names:
        if name in sys.modules:
            del sys.modules[name]
            package, _, child = name.rpartition(".")  # on a chip there are none (shrink/flatten.py)
            if package and hasattr(sys.modules[package], child):  # not if there was no memory to load it to its end
                delattr(sys.modules[package], child)
    gc.collect()
