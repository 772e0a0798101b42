"""The marks against replay: for each key and sender the highest ``n`` that was taken."""

from pole import const, contract_acks
from pole.link.fields import Refused

SENDERS = 32  # marks kept; each takes about 60 bytes
_AHEAD_MS = const(86400000)  # a sender whose clock is a day ahead would lock itself out for that day
_GRACE_S = const(60)  # a sender's clock may be so much behind the pole's


def check_new(envelope, marks, now):
    """Gives *envelope* its mark; raises Refused where it is too far ahead of *now* (Unix s or None) or comes again."""
    if now is not None and envelope.n > now * 1000 + _AHEAD_MS:
        detail = "n is %d and must be at most a day ahead of the pole's clock, %d" % (envelope.n, now * 1000)
        raise Refused(contract_acks.BAD_ENVELOPE, detail)
    name = envelope.key + "\n" + envelope.sender
    last = marks.get(name)
    least = 0
    for mark in (last or 0, marks.get("", 0)):  # the nameless mark is everybody's, from where names were lost
        if mark > least and not _is_ahead(mark, now):
            least = mark
    if envelope.n <= least:
        envelope.held = least
        raise Refused(contract_acks.REPLAYED, "n is %d and must be above %d" % (envelope.n, least))
    if last is None and envelope.signed and len(marks) >= SENDERS:
        raise Refused(contract_acks.BAD_ENVELOPE, "sender is new, and the pole already knows %d senders" % SENDERS)
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


def remember(marks, mark):
    """Stores *mark* (name, n) in *marks*; when they are full, which only unsigned senders can bring about, the lowest
    is dropped.
    """
    name, n = mark
    if name not in marks and len(marks) >= SENDERS:
        lowest = None
        for other in sorted(marks):
            if lowest is None or marks[other] < marks[lowest]:
                lowest = other
        del marks[lowest]
    marks[name] = n
