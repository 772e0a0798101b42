"""Empties the slot that an update comes into, and asks whether there is room: first roughly, then by the list.

The slot of an update that failed is emptied, too.
"""

from pole import const
from pole.update import capacity
from pole.update.updating import ASSEMBLE, FINISH

_PACE_MS = const(100)  # between two steps: the control loop is on time
_REMOVED = const(4)  # files at once
_MOST = const(400)  # steps, for a flash that removes nothing; more than any slot needs


def clear(parts):
    """Removes some files; milliseconds until the next step.  Raises OSError, and ValueError where there is no room."""
    store, work = parts.ports.store, parts.updating.work
    slot = work.slot
    left = [slot + "/lib" + "/" + name for name in store.names(slot + "/lib")]
    left = left or [slot + "/" + name for name in store.names(slot) if "/" + name != "/lib"]
    for path in left[:_REMOVED]:
        store.remove(path)
    if left and work.tries < _MOST:
        work.tries += 1
        return _PACE_MS
    if work.error is not None:
        work.slot = ""
        work.phase = FINISH
        return 0
    store.folder(slot)
    store.folder(slot + "/lib")
    capacity.check(store, capacity.least(work.size), work)
    from pole.update.progress import CLEAN, keep

    work.tries = 0
    work.state[CLEAN] = True
    keep(store, work.state)
    work.phase = ASSEMBLE
    return _PACE_MS
