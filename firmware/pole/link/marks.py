"""The marks against replay: for each key and sender the highest ``n`` that was taken.

    "P0001\\niccc"   of one sender under one key
    "P0001\\n"       of every sender under that key
    ""              of everyone: the mark of NVS, which does not record whose it was

They are bounded: where there are too many, the key that has most gives up its lowest, which from then on is the mark of
every sender under that key.  So no key can use up the marks of another, a new sender is always heard, and nothing that
was taken once is taken again.
"""

from pole import const, contract_acks
from pole.link.fields import Refused

SENDERS = 32  # marks of senders kept; each takes about 60 bytes
_AHEAD_MS = const(86400000)  # a sender whose clock is a day ahead would lock itself out for that day
_GRACE_S = const(60)  # a sender's clock may be so much behind the pole's
_LONGEST = const(16)  # bytes of a sender's name that are kept under a shared key


def check_new(envelope, marks, now, shared=False):
    """Gives *envelope* its mark; raises Refused where it is too far ahead of *now* (Unix s or None) or comes again.

    *shared*: under a shared key, whose holder may be a stranger.
    """
    if now is not None and envelope.n > now * 1000 + _AHEAD_MS:
        detail = "n is %d and must be at most a day ahead of the pole's clock, %d" % (envelope.n, now * 1000)
        raise Refused(contract_acks.BAD_ENVELOPE, detail)
    key = envelope.key + "\n"
    name = key + (short(envelope.sender) if shared else envelope.sender)
    least = 0
    for kept in (name, key, ""):  # that of the sender, of all under this key, and of all where names were lost
        mark = marks.get(kept, 0)
        if mark > least and not _is_ahead(mark, now):
            least = mark
    if envelope.n <= least:
        envelope.held = least
        raise Refused(contract_acks.REPLAYED, "n is %d and must be above %d" % (envelope.n, least))
    envelope.mark = (name, envelope.n)
    envelope.now = now


def _is_ahead(mark, now):
    return now is not None and mark > now * 1000 + _AHEAD_MS


def lower(marks, now):
    """Lowers every mark that lies more than a day ahead of *now* (Unix s) to a minute ago: the sender's clock was
    wrong, or the pole's.  Returns {"marks": how many, "n": the highest}, empty where there was none.
    """
    ahead = [name for name in marks if _is_ahead(marks[name], now)]
    if not ahead:
        return {}
    highest = max([marks[name] for name in ahead])
    for name in ahead:
        marks[name] = (now - _GRACE_S) * 1000
    return {"marks": len(ahead), "n": highest}


def short(sender):
    """What *sender* is known by under a shared key: a long name takes no more room than its digest."""
    if len(sender.encode()) <= _LONGEST:
        return sender
    from pole.digest import hash_of

    return hash_of(sender.encode())


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
    """From now on every sender under *key* must be above *n*.  A bench without keys ("") is not locked up by it."""
    if key:
        marks[key + "\n"] = max(n, marks.get(key + "\n", 0))


def has_spoken(marks, own):
    """Whether the key *own* has a mark: it has spoken since they were lost, or since the node was flashed."""
    return any([name.startswith(own + "\n") for name in marks])
