"""Names under which senders have their marks (replay.py)."""

from pole import const

_LONGEST = const(16)  # bytes of a sender's name that are kept under a shared key


def short(sender):
    """The name of *sender*'s mark under a shared key: a long name is replaced by its digest."""
    if len(sender.encode()) <= _LONGEST:
        return sender
    from pole.wire.digest import hash_of

    return hash_of(sender.encode())


def has_spoken(marks, own):
    """Whether the key *own* has a mark: a message came under it since marks were lost, or the node was flashed."""
    return any([name.startswith(own + "\n") for name in marks])
