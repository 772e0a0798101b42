"""How far the download of an update is, in one small file, so that it goes on after a restart.

It is a list, because each name would stay in memory for good; the places of its values:

    MANIFEST                 the text that was signed; empty where the update was cancelled
    SLOT                     the one it is put into
    CLEAN                    what was in the slot is removed
    SPREAD                   seconds over which the poles of a release are to switch
    WHOM                     [key, sender, n] of the message that asked for it
    FAILED                   None, or [reason, detail] why it ended: not begun again before somebody asks once more
    VERSION, SERIAL, WINDOW, CONTENT, LISTED, BYTES    fields of the manifest (LISTED: ``list``)
"""

import json

from pole import const
from pole.update.pointer import SLOTS

STATE = const("update.json")
MANIFEST, SLOT, CLEAN, SPREAD, WHOM, FAILED = const(0), const(1), const(2), const(3), const(4), const(5)
VERSION, SERIAL, WINDOW, CONTENT, LISTED, BYTES = const(6), const(7), const(8), const(9), const(10), const(11)


def under_way(store):
    """The list, None where there is none or the file makes no sense."""
    if not store.size(STATE):
        return None
    try:
        state = json.loads(store.read(STATE) or b"")
        sound = len(state) == 12 and state[SLOT] in SLOTS and isinstance(state[MANIFEST], str)
        sound = sound and len(state[WHOM]) == 3 and (not state[FAILED] or len(state[FAILED]) == 2)
        if sound and state[SERIAL] + state[WINDOW] + state[LISTED] + state[BYTES] + state[SPREAD] > 0:
            return state
    except (ValueError, TypeError, KeyError):
        pass
    print("diya: " + STATE + " cannot be read")
    return None


def keep(store, state):
    """Stores *state*.  Raises OSError."""
    store.write(STATE, json.dumps(state).encode())
