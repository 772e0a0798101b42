# mypy: disable-error-code="attr-defined"
"""Brings a MicroPython image into the partition that does not run, by pieces of 1,024 bytes; and stages it.

The blocks are erased first, one a step, for each takes some 50 ms and the link is to live.  After a restart the last
block that has something in it is written anew: so nothing of how far it came has to be kept.  In the end all of it is
read and hashed.
"""

from binascii import hexlify
from hashlib import sha256

from pole import const
from pole.update import image
from pole.update.progress import BYTES, CLEAN, CONTENT, SERIAL, SPREAD, STATE, VERSION, WINDOW, keep
from pole.update.updating import FINISH, IMAGE, Work

_BLOCK = const(4096)
_PIECE = const(1024)  # bytes, as in fetch.py
_PACE_MS = const(100)  # behind a step that writes: the control loop is on time
_READ_MS = const(20)
_ASK_MS = const(5000)
_ASK_MOST = const(7)
_OFFLINE_MS = const(5000)
_AT_ONCE = const(8)  # pieces that are hashed in a step
_WRONG = const(3)
_ERASE, _FIND, _FETCH, _PROOF = const(0), const(1), const(2), const(3)


def begin(parts, state):
    """Makes ``updating.work`` of the progress *state*; milliseconds until the next step."""
    updating, store = parts.updating, parts.ports.store
    there = image.read(store)
    if there and there[image.STATE] and there[image.SERIAL] == state[SERIAL]:
        store.remove(STATE)  # it is staged already
        updating.active = False
        return 0
    work = Work()
    work.phase = IMAGE
    work.state = state
    work.content, work.size = state[CONTENT], state[BYTES]
    settings = parts.settings
    work.slot = ""  # none has to be emptied where it fails
    work.topic = settings["link.root"] + "/" + settings["site"] + "/_update/%s/" % work.content[:16]
    work.came = work.error = work.reason = None
    work.tries = work.wrong = 0
    work.hash = []
    work.step = _FIND if state[CLEAN] else _ERASE
    work.at = (work.size - 1) // _BLOCK if state[CLEAN] else 0
    updating.work = work
    return 0


def more(parts):
    """Does one step; milliseconds until the next.  Raises OSError, and ValueError for what is wrong."""
    work = parts.updating.work
    new = image.running().get_next_update()
    if work.step == _ERASE:
        new.ioctl(6, work.at)
        work.at += 1
        if work.at * _BLOCK >= work.size:
            work.at, work.step = 0, _FETCH
            work.state[CLEAN] = True
            keep(parts.ports.store, work.state)
    elif work.step == _FIND:
        if work.at < 0 or not _is_blank(new, work.at):
            work.at = max(work.at, 0)
            new.ioctl(6, work.at)
            work.at, work.step = work.at * _BLOCK, _FETCH
        else:
            work.at -= 1
        return _READ_MS
    elif work.step == _FETCH:
        return _fetch(parts, work, new)
    else:
        _prove(parts, work, new)
        return _READ_MS
    return _PACE_MS


def _is_blank(part, block):
    data, blank = bytearray(256), b"\xff" * 256
    for at in range(0, _BLOCK, 256):
        part.readblocks(block, data, at)
        if data != blank:
            return False
    return True


def _fetch(parts, work, new):
    session = parts.session
    came, work.came = work.came, None
    if came is not None:
        wanted = min(_PIECE, work.size - work.at)
        if len(came) == wanted:
            new.writeblocks(work.at // _BLOCK, came, work.at % _BLOCK)
            work.at += wanted
            work.tries = parts.updating.faults = 0
        else:
            work.wrong += 1
            if work.wrong > _WRONG:
                text = "the piece %d has %d bytes and must have %d"
                raise ValueError(text % (work.at // _PIECE, len(came), wanted))
    if work.at >= work.size:
        work.step, work.hash, work.at = _PROOF, [], 0
        return _PACE_MS
    if not session.online:
        return _OFFLINE_MS
    session.ask(work.topic + str(work.at // _PIECE))
    wait = _ASK_MS << min(work.tries, _ASK_MOST)
    work.tries += 1
    return wait


def _prove(parts, work, new):
    """Hashes some more of what was written; at its end it is staged, or comes once more."""
    data = bytearray(_PIECE)
    if not work.hash:
        work.hash.append(sha256())
    for _ in range(_AT_ONCE):
        new.readblocks(work.at // _BLOCK, data, work.at % _BLOCK)
        n = min(_PIECE, work.size - work.at)
        work.hash[0].update(memoryview(data)[:n])
        work.at += n
        if work.at >= work.size:
            found = hexlify(work.hash.pop().digest()).decode()
            if found == work.content:
                work.phase = FINISH
                return
            work.wrong += 1
            if work.wrong > _WRONG:
                raise ValueError("the image is not read as it was signed")
            work.at, work.step = 0, _ERASE
            work.state[CLEAN] = False
            keep(parts.ports.store, work.state)
            return


def stage(store, state):
    """Notes that the image of the progress *state* is whole: the next good moment switches to it.  Raises OSError."""
    label = image.running().get_next_update().info()[4]
    image.write(store, [
        image.STAGED, state[VERSION], state[SERIAL], state[CONTENT][:16], state[WINDOW], state[SPREAD], label,
        image.version(), 0, 0, None, None, "", False,
    ])  # fmt: skip
