"""Chooses at each start what runs: golden, or a slot.  Pure, and only loaded at the start.

What a start finds says how the software before it ended: by a power cut, which is no failure of any software, or by
itself (watchdog, exception, a reset of its own).  Each is counted before the slot that is on trial is started.
"""

from pole import const
from pole.update import pointer as states

FAILURES = 3  # of a new slot, and it is undone
POWER_CUTS = 20  # of a new slot before its probation is over, and it is undone: it may be the cause
FALL_BACK = 8  # early resets in a row (four of them in safe mode), and a confirmed slot makes room for the one before
_POWER_ON = const("powerOn")


def choose(pointer, cause, early, present):
    """(slot to run, "" for golden; the pointer to be stored before that, *pointer* itself where it is as before).

    *cause* is that of the reset (drivers/chip/identity.py), *early* the number of early resets in a row, *present* the
    slots that are not known to be damaged.
    """
    after = dict(pointer)
    after["slots"] = dict(pointer["slots"])
    _drop_damaged(after, present)
    if after["new"]:
        after["new"] = dict(after["new"])
        _turn(after, cause, early)
    slot = _slot(after)
    if slot in after["run"] and cause != _POWER_ON and early >= FALL_BACK:
        states.undo(after, slot, states.DIED)
        slot = _slot(after)
    return slot, pointer if after == pointer else after


def confirmed(pointer, present):
    """What runs where nothing can be written down: the first confirmed slot of those *present*, else golden."""
    return "".join([slot for slot in pointer["run"] if slot in present][:1])


def _drop_damaged(after, present):
    for slot in states.SLOTS:
        if slot in after["slots"] and slot not in present:
            states.undo(after, slot, states.DAMAGED)


def _turn(after, cause, early):
    """The state of the new slot at this start."""
    new = after["new"]
    state = new["state"]
    if state == states.GO or state == states.ASK:
        new["state"] = states.TRIAL if state == states.GO else states.ASKING
        new["failed"] = 0
        new["boots"] = 1
    elif state == states.TRIAL or state == states.ASKING:
        new["boots"] += 1
        new["failed"] += cause != _POWER_ON
        over = states.DIED if new["failed"] >= FAILURES else ""
        if new["boots"] - new["failed"] > POWER_CUTS:
            over = over or states.POWER_CUTS
        if over and state == states.TRIAL:
            states.undo(after, new["slot"], over)
        elif over:  # the old software gives no answer
            new["state"] = states.UNPROVEN
    elif state == states.UNPROVEN and cause != _POWER_ON and early >= FALL_BACK:
        states.undo(after, new["slot"], states.DIED)


def _slot(after):
    new = after["new"]
    if new and new["state"] in (states.TRIAL, states.UNPROVEN):
        return new["slot"]
    return "".join(after["run"][:1])
