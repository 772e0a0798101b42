"""Reads the fields of a request, and refuses wrong ones."""


class Raw:
    """``text`` is JSON already."""

    def __init__(self, text):
        self.text = text


class Wrong(Exception):
    """The request is refused; the text says why, in a sentence."""


def whole(asked, name, low, high):
    """The field *name* of *asked*, an integer from *low* to *high*.  Raises Wrong."""
    value = asked.get(name)
    if type(value) is not int or not low <= value <= high:
        raise Wrong("%s is %s and must be a whole number, %d to %d" % (name, repr(value)[:40], low, high))
    return value


def time_said(clock, ticks):
    """Unix seconds by the witnesses of *clock*: the agreed time, else that of a single one which no other
    contradicts.

    None when there is none or two disagree.  Not to be used alone for the lamp, for dates or signatures: only as a
    second opinion beside a sensor.
    """
    now = clock.now(ticks)
    if now is None and clock.saying is not None:
        return (clock.saying + clock.up_ms()) // 1000
    return now
