"""What a request may ask for, and what is wrong with it."""


class Raw:
    """``text`` is JSON already."""

    def __init__(self, text):
        self.text = text


class Wrong(Exception):
    """What was asked for is not done; the text says why, in a sentence."""


def whole(asked, name, low, high):
    """The field *name* of *asked*, an integer from *low* to *high*.  Raises Wrong."""
    value = asked.get(name)
    if type(value) is not int or not low <= value <= high:
        raise Wrong("%s is %s and must be a whole number, %d to %d" % (name, repr(value)[:40], low, high))
    return value


def time_said(clock, ticks):
    """Unix seconds by what the witnesses of *clock* say: the agreed time, else what a single one says and no other
    contradicts.

    None when none speaks or two disagree.  Not to be lit, dated or signed by on its own: it may be a second opinion
    beside a sensor.
    """
    now = clock.now(ticks)
    if now is None and clock.saying is not None:
        return (clock.saying + clock.up_ms()) // 1000
    return now
