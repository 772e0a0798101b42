"""The last word of a pole whose board outlives the mains for a moment: only loaded when mains goes or comes back."""

from pole import const

_LOST = const("supply.lost")  # in the data store, from the last word on


def say(reporter, store, now, present):
    """Tells that the mains is gone, or back after all."""
    reporter.event(now, "supplyLoss", {}, not present, 1)
    try:
        if present:
            store.remove(_LOST)
        else:
            store.write(_LOST, b"1")
    except OSError:
        pass  # then it is told once more after the next start


def was_said(store):
    """Whether the life before this one told that the mains was gone; asking forgets it."""
    said = store.read(_LOST)
    if said:
        store.remove(_LOST)
    return bool(said)
