"""Checks whether a message is new, by the marks of replay.py."""

from pole import const
from pole.security.sender_names import short
from pole.wire import ack_reasons
from pole.wire.fields import Refused

_AHEAD_MS = const(86400000)  # as in replay.py


def check_new(envelope, marks, now, shared=False):
    """Gives *envelope* its mark; raises Refused where it is too far ahead of *now* (Unix s or None) or comes again.

    *shared*: under a shared key, whose holder may be anyone.
    """
    if now is not None and envelope.n > now * 1000 + _AHEAD_MS:
        detail = "n is %d and must be at most a day ahead of the pole's clock, %d" % (envelope.n, now * 1000)
        raise Refused(ack_reasons.BAD_ENVELOPE, detail)
    key = envelope.key + "\n"
    name = key + (short(envelope.sender) if shared else envelope.sender)
    least = 0
    for kept in (name, key, ""):  # marks of this sender, of all senders under this key, and of all senders
        mark = marks.get(kept, 0)
        if mark > least and not _is_ahead(mark, now):
            least = mark
    if envelope.n <= least:
        envelope.held = least
        raise Refused(ack_reasons.REPLAYED, "n is %d and must be above %d" % (envelope.n, least))
    envelope.mark = (name, envelope.n)
    envelope.now = now


def _is_ahead(mark, now):
    return now is not None and mark > now * 1000 + _AHEAD_MS
