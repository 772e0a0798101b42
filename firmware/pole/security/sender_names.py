"""Names under which senders have their marks (``marks``)."""

from pole import const

_LONGEST = const(16)  # bytes of a sender's name that are kept under a shared key


def short(sender):
    """What *sender* is known by under a shared key: a long name takes no more room than its digest."""
    if len(sender.encode()) <= _LONGEST:
        return sender
    from pole.wire.digest import hash_of

    return hash_of(sender.encode())


def has_spoken(marks, own):
    """Whether the key *own* has a mark: it has spoken since they were lost, or since the node was flashed."""
    return any([name.startswith(own + "\n") for name in marks])
