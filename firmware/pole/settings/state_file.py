"""The state of received configurations, in one small file: who sent the last one, and which were undone.

    asked    [hash, key, sender, n] of the configuration that was staged last; None before the first
    trial [hash, whether it changes the link] of the one in force, while it is on trial; else None
    undone   [[hash, reason, detail], ...] of those that are never to come in force (again), the latest last
    untold   whether the result of ``asked`` was not reported to the city yet

It is loaded for a moment only.
"""

import json

from pole import const
from pole.wire import ack_reasons

NAME = const("config.state.json")
_KEPT = const(8)  # a broker retains one configuration for a pole: earlier ones do not come again
_DETAIL = const(160)  # characters


def read_state(store):
    """The state as a dictionary; where it cannot be read, that of a pole which never received a configuration."""
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
    """Marks the configuration with that hash as never to be in force, and its result as to be reported."""
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
    """Ends the trial of the configuration with that hash: the one before it is to return.  Whether that is stored."""
    state = read_state(store)
    condemn(state, digest, ack_reasons.REVERTED, "no session within %d s after it came in force" % trial_s)
    return _stored(store, state)


def settle(store):
    """Clears the trial, which has ended well, and ``untold``: the result was reported."""
    state = read_state(store)
    state["trial"] = None
    state["untold"] = False
    _stored(store, state)  # else it is reported once more after the next start


def _stored(store, state):
    try:
        write(store, state)
    except OSError as error:
        print("diya: what became of a configuration cannot be stored: " + str(error))
        return False
    return True


def outcome(state):
    """The result of the configuration that was sent last: fields of an ack."""
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
