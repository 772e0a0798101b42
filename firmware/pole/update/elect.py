"""At the start, once the lamp is lit: which software runs, written down before it does.  Only golden loads it."""

from pole.update import pointer as pointers
from pole.update.choice import choose, confirmed
from pole.update.whole import whole


def elect(store, cause, early, feed):
    """The slot that this start runs, "" for golden; whether another one than before was undone for that; and whether
    the software that runs has to come to a decision, about itself or about the one that is new.

    *cause* is that of the reset, *early* the number of early resets in a row before this start, *feed()* the
    watchdog's.  Where it cannot be written down that a new slot is tried, what is confirmed runs.
    """
    pointer = pointers.read(store)
    present = list(pointers.SLOTS)
    stored = True
    while True:
        slot, after = choose(pointer, cause, early, present)
        if not stored:
            slot = confirmed(pointer, present)
        if slot and not whole(store, slot, pointer["slots"][slot][1], feed):
            print("diya: the app in slot " + slot + " is damaged")
            present.remove(slot)
        elif stored and after is not pointer:
            try:
                pointers.write(store, after)
                return slot, after["reverted"] is not pointer["reverted"], _is_open(after)
            except OSError as error:
                print("diya: what runs cannot be written down:", error)
                stored = False
        else:
            return slot, False, False


def _is_open(pointer):
    new = pointer["new"]
    return bool(new) and new["state"] in (pointers.TRIAL, pointers.ASKING)
