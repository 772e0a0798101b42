"""Reports the loss of mains on a board with stored energy for a last message: only loaded when mains changes."""

from pole import const

_LOST = const("supply.lost")  # in the data store, from that report on


def say(reporter, store, now, present):
    """Reports that the mains is gone, or has returned before the pole lost power."""
    reporter.event(now, "supplyLoss", {}, not present, 1)
    try:
        if present:
            store.remove(_LOST)
        else:
            store.write(_LOST, b"1")
    except OSError:
        pass  # then it is reported once more after the next start


def was_said(store):
    """Whether the loss of mains was reported before this start; removes that note."""
    said = store.read(_LOST)
    if said:
        store.remove(_LOST)
    return bool(said)
