"""What the pole remembers of configurations from afar, in one small file: who sent the last one, and what was undone.

    asked    [hash, key, sender, n] of the configuration that was staged last; None before the first
    trial    [hash, whether it touches the link] of the one in force, as long as it has not proved itself; else None
    undone   [[hash, reason, detail], ...] of those that are never to come in force (again), the latest last
    untold   whether the city has not been told what became of ``asked``

It is loaded for a moment only.
"""

import json

from pole import const
from pole.wire import ack_reasons

NAME = const("config.state.json")
_KEPT = const(8)  # a broker keeps one configuration for a pole: of those before it none comes again
_DETAIL = const(160)  # characters


def read(store):
    """The state as a dictionary; that of a pole which was never sent a configuration where it cannot be read."""
    state = {"asked": None, "trial": None, "undone": [], "untold": False}
    text = store.read(NAME)
    if text:
        try:
            saved = json.loads(text)
            if saved["asked"]:
                state["asked"] = [str(saved["asked"][0])] + list(saved["asked"][1:4])
            if saved["trial"]:
                state["trial"] = [str(saved["trial"][0]), bool(saved["trial"][1])]
            state["undone"] = [[str(one[0]), str(one[1]), str(one[2])] for one in saved["undone"]]
            state["untold"] = bool(saved["untold"])
        except (ValueError, TypeError, KeyError, IndexError):
            print("diya: " + NAME + " cannot be read")
    return state


def write(store, state):
    """Stores *state*.  Raises OSError."""
    store.write(NAME, json.dumps(state).encode())


def condemn(state, digest, reason, detail):
    """From now on the configuration with that hash is never to be in force, and the city is to be told."""
    if len(detail) > _DETAIL:
        detail = detail[: _DETAIL - 3] + "..."
    if not state["asked"] or state["asked"][0] != digest:
        state["asked"] = [digest, "", "", None]  # who sent it was lost
    state["undone"] = state["undone"][1 - _KEPT :] + [[digest, reason, detail]]
    state["trial"] = None
    state["untold"] = True


def undone(state, digest):
    """(reason, detail) why the configuration with that hash must not be in force, or None."""
    for one, reason, detail in state["undone"]:
        if one == digest:
            return reason, detail
    return None


def undo(store, digest, trial_s):
    """Ends the trial of the configuration with that hash: the one before it is to come back.  Is that stored?"""
    state = read(store)
    condemn(state, digest, ack_reasons.REVERTED, "no session within %d s after it came in force" % trial_s)
    return _stored(store, state)


def settle(store):
    """The trial has ended well, or nobody will ask again; and the city was told."""
    state = read(store)
    state["trial"] = None
    state["untold"] = False
    _stored(store, state)  # else it is told once more after the next start


def _stored(store, state):
    try:
        write(store, state)
    except OSError as error:
        print("diya: what became of a configuration cannot be stored: " + str(error))
        return False
    return True


def outcome(state):
    """What became of the configuration that was asked for: fields of an ack."""
    asked = state["asked"] or ["", "", "", None]
    why = undone(state, asked[0])
    fields = {
        "key": asked[1],
        "sender": asked[2],
        "n": asked[3],
        "outcome": ack_reasons.REJECTED if why else ack_reasons.APPLIED,
    }
    fields["reason"], fields["detail"] = why or ("", "")
    return fields
