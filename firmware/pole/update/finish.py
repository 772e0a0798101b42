"""Ends an update: the slot is whole and is staged, or it cannot be had and the city is told why.

Afterwards it tells the city how the probation has ended, where that waits for it.
"""

from pole import const
from pole.update import pointer as pointers
from pole.update.progress import FAILED, LISTED, SERIAL, SPREAD, STATE, VERSION, WHOM, WINDOW, keep
from pole.update.updating import CLEAR
from pole.wire import ack_reasons, contract

_AGAIN_MS = const(30000)
_LOOK_MS = const(60000)  # between two looks whether what is tried has passed
_FAULTS = const(5)  # of the flash, in a row
_FULL = const(28)  # ENOSPC


def finish(parts, now, ticks):
    """Milliseconds until the next step.  Raises OSError."""
    updating = parts.updating
    work, store = updating.work, parts.ports.store
    if not work:
        _look(parts, now)
        return _LOOK_MS
    if work.error is None:
        state = work.state
        if not state[LISTED]:
            from pole.update import image_fetch

            image_fetch.stage(store, state)
        else:
            if store.size(work.list):
                store.rename(work.list, work.slot + pointers.LIST)
            facts = {"window": state[WINDOW], "spread": state[SPREAD]}
            pointers.stage(store, work.slot, state[VERSION], state[SERIAL], facts)
        store.remove(STATE)
        updating.waiting = state[WHOM]
        parts.update_at = ticks  # the switch is due at the next good moment (update/advance.py)
    else:
        wait = _fail(parts, work, now)
        if wait is not None:
            return wait
    parts.session.ask("")
    updating.active = False
    updating.work = None
    updating.faults = 0
    return 0


def _fail(parts, work, now):
    """Writes down and says why the update cannot be had; None when that is done, else milliseconds until the next step.

    What came of it is removed first: a flash that is full has room again for the journal.
    """
    error = work.error
    reason, detail = work.reason or ack_reasons.WRONG_CONTENT, str(error)
    if isinstance(error, OSError):
        if error.args[:1] == (_FULL,):
            reason, detail = ack_reasons.NO_SPACE, "the flash of the pole is full"
        else:
            reason, detail = ack_reasons.NOT_STORED, "the update could not be stored: " + detail
            parts.updating.faults += 1
            if parts.updating.faults <= _FAULTS:
                parts.updating.work = None  # it begins again where it was
                return _AGAIN_MS
    if work.slot:
        work.tries = 0
        work.phase = CLEAR
        return 0
    if not parts.outbox.room():
        return _AGAIN_MS
    work.state[FAILED] = [reason, detail]
    try:
        keep(parts.ports.store, work.state)
    except OSError:
        parts.ports.store.remove(STATE)
    _tell(parts, work.state[WHOM], contract.REJECTED, reason, detail, now)
    return None


def _look(parts, now):
    pointer, slot = pointers.read(parts.ports.store), parts.ports.slot
    image = _image(parts.ports.store)
    if pointer["new"] or (image and image[0]) or not parts.outbox.room():
        return
    past = pointer["reverted"]
    if image and image[1] == pointer["serial"]:  # that is what was accepted last
        past = {"reason": image[2]} if image[2] else None
        slot = ""
    if past and not (slot and slot in pointer["run"]):
        _tell(parts, parts.updating.waiting, ack_reasons.REVERTED, past["reason"], "", now)
    else:
        _tell(parts, parts.updating.waiting, ack_reasons.APPLIED, "", "", now)
    parts.updating.waiting = None


def _image(store):
    """State, serial and reason of the MicroPython image there; None where there is none."""
    if not store.size("image"):
        return None
    from pole.update import image

    state = image.read(store)
    return state and (state[image.STATE], state[image.SERIAL], state[image.REASON])


def _tell(parts, whom, outcome, reason, detail, now):
    fields = {
        "key": whom[0], "sender": whom[1], "n": whom[2], "outcome": outcome, "reason": reason, "detail": detail,
    }  # fmt: skip
    parts.reporter.ack(now, fields)
