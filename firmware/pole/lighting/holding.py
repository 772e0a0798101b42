"""What an Arbiter holds changes when a command is obeyed: this is only needed then."""

from pole.lighting.arbiter import OWNERS

MAX_HELD = 16


def hold(arbiter, override, ticks_deadline=None):
    """Hold *override* in the place of one with the same owner and ref; whether there was room for it.

    *ticks_deadline*: the ticks at which it ends, at most six days ahead; without it, it does not count while the
    clock is unknown.  When all MAX_HELD places are taken, the lowest owner's that started first goes,
    be it the new one.
    """
    cancel(arbiter, override.owner, override.ref)
    override.ticks_deadline = ticks_deadline
    held = arbiter.held
    held.append(override)
    if len(held) <= MAX_HELD:
        return True
    loser = min(held, key=lambda one: (OWNERS.index(one.owner), one.start))
    held.remove(loser)
    return loser is not override


def cancel(arbiter, owner, ref):
    """Drop what *owner* holds under *ref*, all of it when *ref* is None; whether there was any."""
    held = arbiter.held
    count = len(held)
    for place in range(count - 1, -1, -1):
        if held[place].owner == owner and ref in (None, held[place].ref):
            del held[place]
    return len(held) != count
