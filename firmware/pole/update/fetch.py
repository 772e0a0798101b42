"""Fetches pieces of an update, one at a time, by the pole's own connection: retained messages of up to 1,024 bytes."""

from pole import const
from pole.update.updating import ASSEMBLE

PIECE = const(1024)  # bytes
_PACE_MS = const(100)  # between two steps: the control loop is on time
_ASK_MS = const(5000)  # until a piece is asked for again, twice as long each time
_ASK_MOST = const(7)  # doublings: 11 minutes
_OFFLINE_MS = const(5000)
_WRONG = const(3)


def fetch(parts):
    """Puts the piece that came to the end of its file, and asks for the next; milliseconds until the next step.

    What is there after a restart is gone on with.  Raises OSError, and ValueError for pieces that are wrong.
    """
    work, store, session = parts.updating.work, parts.ports.store, parts.session
    path, size, first = work.target
    here = store.size(path)
    if here > size or (here % PIECE and here != size):
        store.remove(path)
        here = 0
    came, work.came = work.came, None
    if came is not None and here < size:
        if len(came) != min(PIECE, size - here):
            work.wrong += 1
            if work.wrong > _WRONG:
                text = "the piece %d has %d bytes and must have %d"
                raise ValueError(text % (first + here // PIECE, len(came), min(PIECE, size - here)))
        else:
            store.append(path, came)
            here += len(came)
            work.tries = parts.updating.faults = 0
    if here >= size:
        work.phase = ASSEMBLE
        work.hash = []
        return _PACE_MS
    if not session.online:
        return _OFFLINE_MS
    session.ask(work.topic + str(first + here // PIECE))
    wait = _ASK_MS << min(work.tries, _ASK_MOST)
    work.tries += 1
    return wait
