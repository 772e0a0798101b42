"""Empties the slot that an update comes into, and asks whether there is room: first roughly, then by the list."""

from pole import const
from pole.update import capacity
from pole.update.updating import ASSEMBLE

_PACE_MS = const(100)  # between two steps: the control loop is on time
_REMOVED = const(4)  # files at once


def clear(parts):
    """Removes some files; milliseconds until the next step.  Raises OSError, and ValueError where there is no room."""
    store, work = parts.ports.store, parts.updating.work
    slot = work.slot
    left = [slot + "/lib" + "/" + name for name in store.names(slot + "/lib")]
    left = left or [slot + "/" + name for name in store.names(slot) if "/" + name != "/lib"]
    for path in left[:_REMOVED]:
        store.remove(path)
    if left:
        return _PACE_MS
    store.folder(slot)
    store.folder(slot + "/lib")
    capacity.check(store, capacity.least(work.size), work)
    from pole.update.progress import CLEAN, keep

    work.state[CLEAN] = True
    keep(store, work.state)
    work.phase = ASSEMBLE
    return _PACE_MS
