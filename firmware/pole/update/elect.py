"""At the start, once the lamp is lit: which software runs, written down before it does.  Only golden loads it."""

from pole.update import pointer as pointers
from pole.update.choice import choose, confirmed
from pole.update.whole import whole


def elect(store, cause, early, feed):
    """The slot that this start runs, "" for golden; and whether another one than before was undone for that.

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
                _limit(slot, after["new"])
                return slot, after["reverted"] is not pointer["reverted"]
            except OSError as error:
                print("diya: what runs cannot be written down:", error)
                stored = False
        else:
            return slot, False


def _limit(slot, new):
    """Golden's answers, and those that stand for good, need no limit in time."""
    if slot and new and new["state"] in (pointers.TRIAL, pointers.ASKING):
        from pole.drivers.chip import maintenance

        maintenance.limit()
