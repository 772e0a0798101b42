"""Modules that are needed for a moment only: their memory is given back afterwards."""

import gc
import sys


def unload(*names):
    """Forgets the modules *names* as far as they are loaded; nothing may refer to them any more.

    On CPython, where a thousand poles share the modules and memory is no matter, it does nothing.
    """
    if sys.implementation.name != "micropython":
        return
    for name in names:
        if name in sys.modules:
            del sys.modules[name]
            parent, _, child = name.rpartition(".")
            delattr(sys.modules[parent], child)
    gc.collect()
