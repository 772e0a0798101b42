"""Adds and cancels overrides of an Arbiter: only needed when a command is applied.

An override under a shared key is kept apart from those of the pole's own key: its ``ref`` begins with that key's name
and a line feed (``under``), which no cmsRefId can hold.  The own key may end all, a shared key only its own; and where
there is no room, those of shared keys are dropped first.
"""

from pole import const
from pole.lighting.arbiter import OWNERS

MAX_HELD = 16
ALL = "\n"  # no cmsRefId: all of them
_SHARED = const(2400)  # bytes for all that shared keys hold, each with its reason and cmsRefId
_EACH = const(150)  # bytes that one takes beside these


def under(key, ref):
    """The ref under which a *ref* of the shared *key* is held."""
    return key + "\n" + ref


def key_of(override):
    """Name of the shared key under which it was asked for, "" where that was the pole's own (or at the pole)."""
    key, line_feed, _ = override.ref.partition("\n")
    return key if line_feed else ""


def hold(arbiter, override, ticks_deadline=None):
    """Hold *override* in the place of one with the same owner and ref; whether there was room for it.

    *ticks_deadline*: the ticks at which it ends, at most six days ahead; without it, it does not count while the
    clock is unknown.  When all MAX_HELD places are taken, or the bytes for shared keys, the lowest owner's that started
    first is dropped, which may be the new one: of the shared key that holds most, and of the own key only where no
    other holds any.
    """
    cancel(arbiter, override.owner, override.ref)
    override.ticks_deadline = ticks_deadline
    held = arbiter.held
    held.append(override)
    while True:
        sizes = {}
        for one in held:
            key = key_of(one)
            if key:
                sizes[key] = sizes.get(key, 0) + _EACH + len(one.reason.encode()) + len(one.ref.encode())
        if len(held) <= MAX_HELD and sum(sizes.values()) <= _SHARED:
            return override in held
        most = max(sorted(sizes), key=sizes.get) if sizes else ""
        held.remove(min([one for one in held if key_of(one) == most], key=_rank))


def _rank(override):
    return OWNERS.index(override.owner), override.start


def cancel(arbiter, owner, ref):
    """Drop what *owner* holds under *ref*; whether there was any.

    *ref* None: all of it, under any key; ``under(key, ALL)``: all that came under that shared key.
    """
    held = arbiter.held
    count = len(held)
    for place in range(count - 1, -1, -1):
        if held[place].owner == owner and _means(ref, held[place].ref):
            arbiter.end(place)
    return len(held) != count


def forget(arbiter, key):
    """Drop what was asked for under the shared *key*, which the pole no longer has."""
    for place in range(len(arbiter.held) - 1, -1, -1):
        if key_of(arbiter.held[place]) == key:
            del arbiter.held[place]


def _means(ref, held):
    if ref is None or ref == held:
        return True
    if "\n" not in ref:  # the own key's
        return ref == held[held.find("\n") + 1 :]
    return ref.endswith("\n" + ALL) and held.startswith(ref[:-1])
