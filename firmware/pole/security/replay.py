"""The marks of the replay protection: for each key and sender the highest ``n`` that was taken.

    "P0001\\niccc"   of one sender under one key
    "P0001\\n"    of every sender under that key
    ""     of every sender: the mark of NVS, which does not record whose it was

They are bounded: where there are too many, the key that has most loses its lowest, which from then on is the mark of
every sender under that key.  So no key can use up the marks of another, a new sender is always accepted, and no message
is taken twice.
"""

from pole import const

SENDERS = 32  # marks of senders kept; each takes about 60 bytes
_AHEAD_MS = const(86400000)  # a sender whose clock is a day ahead would lock itself out for that day
_GRACE_S = const(60)  # a sender's clock may be so much behind the pole's


def lower(marks, now):
    """Lowers every mark that lies more than a day ahead of *now* (Unix s) to a minute ago: the sender's clock was
    wrong, or the pole's.  Returns {"marks": how many, "n": the highest}, empty where there was none.
    """
    ahead = [name for name in marks if marks[name] > now * 1000 + _AHEAD_MS]
    if not ahead:
        return {}
    highest = max([marks[name] for name in ahead])
    for name in ahead:
        marks[name] = (now - _GRACE_S) * 1000
    return {"marks": len(ahead), "n": highest}


def remember(marks, mark):
    """Stores *mark* (name, n) in *marks*, and drops the lowest of the key that has most where they are too many."""
    marks[mark[0]] = mark[1]
    names = sorted([name for name in marks if name and name[-1] != "\n"])
    if len(names) <= SENDERS:
        return
    keys = [name[: name.index("\n") + 1] for name in names]
    most = max(keys, key=keys.count)
    lowest = min([name for name in names if name.startswith(most)], key=marks.get)
    raise_all(marks, most[:-1], marks.pop(lowest))


def raise_all(marks, key, n):
    """Requires every sender under *key* to be above *n* from now on.  A bench without keys ("") is not locked by it."""
    if key:
        marks[key + "\n"] = max(n, marks.get(key + "\n", 0))
