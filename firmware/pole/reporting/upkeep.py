"""What the journal's files need now and then: found again at a start, and one of them taken out when there is no room.

Loaded when it is wanted and forgotten afterwards (``UPKEEP`` in ``journal``).
"""

from pole import contract
from pole.reporting import frame
from pole.reporting.frame import GOING, name_of

DROPPED = "eventsDropped"  # eventType: which events are gone, and how many


def recover(store, nonce):
    """Where the journal in *store* ended: (keys, growing, epoch, last sequence, release mark, damage, headless).

    The first three are ``Segments``'s; damage is None or the epoch it befell, "" where nobody knows; headless are keys
    of newest segments nothing can be read of, which may be removed once a new epoch stands on the flash.

    What a damaged end held nobody knows, so sequences could repeat: a new epoch begins.  littlefs does not leave
    such an end behind, whenever the power is cut; worn-out flash does.
    """
    keys = _keys(store)
    newest, headless = _newest(store, keys)
    growing = [None, None]
    last = mark = 0
    damage = None
    current = ""
    for key in reversed(newest):
        epoch, seed, size, sound, _, end, _, marked = scan(store, name_of(key), key, 0)
        last, mark = max(last, end, (key >> 1) - sound), max(mark, marked)
        current = current or epoch
        if epoch == current:  # whatever befell an earlier epoch has been dealt with
            if not sound:
                damage = epoch
            growing[key & 1] = (key, seed, size)
    if headless:
        damage = damage or ""
    if damage is None and current:
        raw = bytes([int(current[at : at + 2], 16) for at in range(0, 12, 2)])
    else:
        raw = nonce(frame.EPOCH)
        growing = [None, None]
    return keys, growing, raw, max(last, mark), mark, damage, headless


def retire(store, keys, mark, now):
    """Takes the least wanted of *keys* out; its file is ``GOING`` from here on: (key, what ``lost`` says of it).

    That is the oldest of which everything is released (*mark* is the last such sequence), else the oldest routine
    one, else the oldest.  What needs memory is done first: where there is none, nothing has changed.
    """
    key = _released(keys, mark)
    if key is None:
        routine = [key for key in keys if key & 1]
        key = routine[0] if routine else keys[0]
    text = lost(store, name_of(key), mark, now)
    store.rename(name_of(key), GOING)
    return key, text


def lost(store, name, mark, now):
    """The event that says what of file *name* was not released, None when nothing is lost."""
    epoch, _, _, _, first, last, count, _ = scan(store, name, None, mark)
    return note(epoch, first, last, count, now) if count else None


def note(epoch, first, last, count, now):
    """The event that says that *count* events are gone, dated *now* (Unix s or None); None: nobody knows."""
    gone = {"epoch": epoch, "first": first, "last": last, "count": count}
    event = {"v": contract.VERSION, "at": now, "eventType": DROPPED, "timestamp": now, "attributes": gone}
    return contract.encode(contract.FIELDS[contract.EVENT], event)


def scan(store, name, key, above):
    """What file *name* holds: (epoch, seed, bytes, sound, first, last, count, mark).

    first, last and count are those of the records above sequence *above*, 0 without any; the epoch is "" where the
    head is damaged, or not of *key* (None: whichever).
    """
    first = last = count = mark = 0
    size = frame.HEAD
    head, found = ("", 0), frame.DAMAGED
    try:
        with store.open(name) as file:
            head = frame.read_head(file, key) or head
            found = frame.read(file, head[1]) if head[0] else found
            while found:
                kind, sequence, marked, text = found
                size += frame.HEAD + len(text)
                mark = max(mark, marked)
                if kind == frame.EVENT and sequence > above:
                    first = first or sequence
                    last = sequence
                    count += 1
                found = frame.read(file, head[1])
    except OSError:
        found = frame.DAMAGED
    return head[0], head[1], size, found is None, first, last, count, mark


def _keys(store):
    keys = []
    for name in store.names():
        key = _key(name)
        if key is None:
            continue
        if store.size(name):
            keys.append(key)
        else:
            store.remove(name)  # it was created, and the power was cut before anything was in it
    return sorted(keys)


def _newest(store, keys):
    """(the newest key with a sound head of each class there is, older one first; the others, taken out of *keys*)."""
    newest, headless = {}, []
    for key in list(reversed(keys)):
        if key & 1 not in newest:
            if scan(store, name_of(key), key, 0)[0]:
                newest[key & 1] = key
            else:
                keys.remove(key)
                headless.append(key)
    return sorted(newest.values()), headless


def _released(keys, mark):
    for key in keys:
        for follower in keys:
            if follower > key and follower & 1 == key & 1:
                if follower >> 1 <= mark + 1:
                    return key
                break
    return None


def _key(name):
    """The segment whose file is *name*, None when it is no segment's."""
    if len(name) != 11 or name[0] != "j" or name[9:] not in (".f", ".r"):
        return None
    try:
        return int(name[1:9], 16) * 2 + (name[10] == "r")
    except ValueError:
        return None
