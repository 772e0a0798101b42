"""Makes the files of an update: a file that the running app has is copied, one of which the list has a difference from
the running one is made of that, any other is fetched whole.

Each is written as ``<name>.new``, hashed, and renamed when it is right; at the end all are read and hashed once more.
"""

from pole import const
from pole.update import delta, slot_file
from pole.update.updating import FETCH, FINISH

_PACE_MS = const(100)  # behind a step that writes: the control loop is on time
_READ_MS = const(20)  # behind one that reads
_WRONG = const(3)  # times that a hash may be wrong before it is no accident
_CHANGES = ".new" + ".new"  # a name of its own would stay in memory for good
# steps
_LIST, _ROOM, _LINE, _HAVE, _BASE, _COPY = const(0), const(1), const(2), const(3), const(4), const(5)
_APPLY, _SEAL, _PROOF = const(6), const(7), const(8)


def assemble(parts):
    """Does one small step; milliseconds until the next.  Raises OSError, and ValueError for what is wrong."""
    work, store = parts.updating.work, parts.ports.store
    step = work.step
    if step == _LIST:
        _list(work, store)
    elif step == _ROOM:
        _room(work, store)
    elif step in (_LINE, _PROOF):
        _next(work, store)
    elif step == _HAVE:
        found = slot_file.hash_more(work.hash, store, work.path)
        if found:
            work.at, work.step = (work.next, _LINE) if found == work.file[2] else (work.at, _BASE)
    elif step == _BASE:
        _base(work, store, *_running(parts.ports, work))
    elif step == _SEAL:
        _seal(work, store)
    else:
        base, path = _running(parts.ports, work)
        if step == _COPY:
            if not slot_file.copy_more(base, path, store, work.path + ".new"):
                work.step = _SEAL
        else:
            _apply(work, store, base, path)
        return _PACE_MS
    return _READ_MS


def _fetch(work, path, size, piece):
    work.target = (path, size, piece)
    work.phase = FETCH


def _list(work, store):
    """The list of files, of which the signed manifest has the hash."""
    path, size = work.list, work.listed
    if store.size(path) != size:
        _fetch(work, path, size, 0)
        return
    found = slot_file.hash_more(work.hash, store, path)
    if found == work.content:
        work.step = _ROOM
    elif found:
        _wrong(work, store, path, "the list of files is not the one that was signed")


def _room(work, store):
    """Whether there is room for exactly these files."""
    from pole.update import capacity

    at = blocks = size = 0
    while True:
        found = slot_file.line(store, work.list, at)
        if not found:
            break
        one, at = found
        size += one[1]
        if not store.size(work.slot + "/" + one[0]):
            blocks += capacity.blocks_of(one[1])
    if size != work.size:
        raise ValueError("bytes is %d and the list has %d" % (work.size, size))
    capacity.check(store, blocks, work)
    work.at, work.step = 0, _LINE


def _next(work, store):
    """The next file: at first what is to be made, in the end whether it is read as it was written."""
    found = slot_file.line(store, work.list, work.at)
    if not found:
        work.at = 0
        if work.step == _PROOF:
            work.phase = FINISH
        work.step = _PROOF
        return
    work.file, work.next = found
    work.path = work.slot + "/" + work.file[0]
    if work.step == _LINE:
        work.delta = None
        work.step = _HAVE if store.size(work.path) else _BASE
        return
    found = slot_file.hash_more(work.hash, store, work.path)
    if found == work.file[2]:
        work.at = work.next
    elif found:
        work.at, work.step = 0, _LINE
        _wrong(work, store, work.path, work.file[0] + " is read otherwise than it was written")


def _base(work, store, base, path):
    """Where the bytes are to come from."""
    found = slot_file.hash_more(work.hash, base, path) if base.size(path) else "none"
    if not found:
        return
    change = work.file[4].get(found[:16])
    if found == work.file[2]:
        store.remove(work.path + ".new")
        work.step = _COPY
    elif change and work.delta is not False:
        work.step = _APPLY
        if store.size(work.path + _CHANGES) != change[0]:
            _fetch(work, work.path + _CHANGES, change[0], change[1])
    else:
        work.step = _SEAL
        _fetch(work, work.path + ".new", work.file[1], work.file[3])
        if not work.file[1]:
            store.append(work.path + ".new", b"")


def _apply(work, store, base, path):
    new, changes = work.path + ".new", work.path + _CHANGES
    if not work.delta:
        store.remove(new)
        work.delta = delta.begin()
    try:
        with store.open(changes) as steps, base.open(path) as old:
            data = delta.more(work.delta, steps, old, work.file[1])
    except ValueError:  # then it comes whole
        _whole(work, store)
        return
    if data:
        store.append(new, data)
        return
    store.remove(changes)
    work.step = _SEAL


def _whole(work, store):
    store.remove(work.path + _CHANGES)
    store.remove(work.path + ".new")
    work.delta = False  # it comes whole
    work.step = _BASE


def _seal(work, store):
    """Gives the file its name where its hash is right."""
    new = work.path + ".new"
    found = slot_file.hash_more(work.hash, store, new)
    if not found:
        return
    if found == work.file[2]:
        store.rename(new, work.path)
        work.at, work.step = work.next, _LINE
        return
    _wrong(work, store, new, work.file[0] + " is not as it was signed")
    _whole(work, store)


def _running(ports, work):
    """(files, path) of the running app's file of the same name."""
    if ports.slot:
        return ports.store, ports.slot + "/" + work.file[0]
    return ports.factory, work.file[0]


def _wrong(work, store, path, what):
    """Removes *path*, whose hash is wrong: it is fetched again, a few times."""
    store.remove(path)
    work.wrong += 1
    if work.wrong > _WRONG:
        raise ValueError(what)
