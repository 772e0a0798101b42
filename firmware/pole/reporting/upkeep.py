"""Maintenance of the journal's files: recovery at a start, and retiring a segment when there is no room.

Loaded when it is needed and unloaded afterwards (``UPKEEP`` in ``journal``).
"""

import json

from pole import const
from pole.reporting import frame
from pole.reporting.frame import GOING, name_of
from pole.wire import contract

DROPPED = "eventsDropped"  # eventType: which events are gone, and how many
_DANGERS = const(12)  # segments that these keep against all others


def recover(store, nonce):
    """Where the journal in *store* ended: (keys, growing, epoch, last sequence, release mark, damage, headless).

    The first three are those of ``Segments``; damage is None or the epoch that is damaged, "" where that is unknown;
    headless are keys of newest segments that cannot be read, which may be removed once a new epoch is on the flash.

    The content of a damaged end is unknown, so sequences could repeat: a new epoch begins.  littlefs never leaves such
    an end after a power cut; worn-out flash does.
    """
    keys = _keys(store)
    newest, headless = _newest(store, keys)
    growing = {}
    last = mark = 0
    damage = None
    current = ""
    for key in reversed(newest):
        epoch, seed, size, sound, _, end, _, marked = scan(store, name_of(key), key, 0)
        last, mark = max(last, end, (key >> 3) - sound), max(mark, marked)
        current = current or epoch
        if epoch == current:  # damage of an earlier epoch was handled at an earlier start
            if not sound:
                damage = epoch
            growing[key & 7] = (key, seed, size)
    if headless:
        damage = damage or ""
    if damage is None and current:
        raw = bytes([int(current[at : at + 2], 16) for at in range(0, 12, 2)])
    else:
        raw = nonce(frame.EPOCH)
        growing = {}
    return keys, growing, raw, max(last, mark), mark, damage, headless


def tidy(journal, store, losses, now, mark, sequence, damage, headless):
    """Handles what an earlier run left: a segment that was being retired, and files that cannot be read.

    *sequence*: the next one of *journal*; *mark*, *damage* and *headless*: as ``recover`` found them.
    """
    if GOING in store.names():
        drop_segment(journal, store, losses, lost(store, GOING, mark, now))
    if damage is not None:
        journal.keep(note(damage or None, sequence, None, None, now))
        for key in headless:
            if key not in journal.segments.keys:  # the name may have been taken since
                store.remove(name_of(key))


def drop_segment(journal, store, losses, text, routine=0):
    """Stores the eventsDropped record *text* in *journal*, then deletes the retired segment.

    Where neither flash nor memory takes it, it is tried again after the deletion; else *losses* counts it.
    """
    kept = not text or journal.keep(text, routine)
    store.remove(GOING)
    if not kept and not journal.keep(text, routine):
        gone = json.loads(text)["attributes"]
        losses.add(gone["epoch"], gone["first"], gone["last"], gone["count"])


def retire(segments, store, mark, now):
    """Retires the least severe of *segments*; its file is ``GOING`` from then on: (what ``lost`` says of it, the
    class of that event: what a flood of dangers displaces is reported as routine, so that the report displaces no
    fault).

    Steps that need memory come first: where there is none, nothing has changed.  *mark* is the last sequence up to
    which everything is released; *now*: Unix s or None.  Raises OSError or MemoryError.
    """
    keys, growing = segments.keys, segments.growing
    key = _least_wanted(keys, mark)
    text = lost(store, name_of(key), mark, now)
    routine = int(_dangers(keys) >= _DANGERS)
    store.rename(name_of(key), GOING)
    keys.remove(key)
    if growing.get(key & 7) and growing[key & 7][0] == key:
        growing[key & 7] = None
    return text, routine


def tell(losses, keep):
    """As ``Losses.tell``."""
    epoch, first, last, count, begin, end = losses.untold[0]
    if keep(note(epoch, first, last, count, losses.clock(), (begin, end))):
        del losses.untold[0]


def lost(store, name, mark, now):
    """The event that says which records of file *name* were not released, None when nothing is lost."""
    epoch, _, _, _, first, last, count, _ = scan(store, name, None, mark)
    return note(epoch, first, last, count, now) if count else None


def note(epoch, first, last, count, now, span=None):
    """The event that says that *count* events are gone, dated *now* (Unix s or None); None: not known.

    *span*: when the first and the last of them were raised (Unix s or None), where that is known.
    """
    gone = {"epoch": epoch, "first": first, "last": last, "count": count}
    if span:
        gone["from"], gone["to"] = span
    event = {"v": contract.VERSION, "at": now, "eventType": DROPPED, "timestamp": now, "attributes": gone}
    return contract.encode(contract.FIELDS[contract.EVENT], event)


def scan(store, name, key, above):
    """What file *name* holds: (epoch, seed, bytes, sound, first, last, count, mark).

    first, last and count are those of the records above sequence *above*, 0 without any; where one of them is itself an
    eventsDropped record, the records it reports count in its place.  The epoch is "" where the head is damaged, or not
    of *key* (None: any).
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
                    before, gone = _told_in(text, head[0], sequence)
                    first = min(first or before, before)
                    last = sequence
                    count += gone
                found = frame.read(file, head[1])
    except OSError:
        found = frame.DAMAGED
    return head[0], head[1], size, found is None, first, last, count, mark


def _told_in(text, epoch, sequence):
    """(first, count) of the events lost with a record: itself, or those it reports, if they are of the same *epoch*."""
    if b'"' + DROPPED.encode() + b'"' in text:
        gone = json.loads(text)["attributes"]
        if gone["epoch"] == epoch and gone["first"] and gone["count"]:
            return min(gone["first"], sequence), gone["count"]
    return sequence, 1


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
        if key & 7 not in newest:
            if scan(store, name_of(key), key, 0)[0]:
                newest[key & 7] = key
            else:
                keys.remove(key)
                headless.append(key)
    return sorted(newest.values()), headless


def _least_wanted(keys, mark):
    """The oldest segment of which everything is released, else the oldest routine one, else the oldest with faults.

    Dangers keep ``_DANGERS`` segments against all others.  Where they have more, the kind with most of them loses one:
    never its first, because after a week of outage the events of the first evening matter most.
    """
    kinds = [[] for _ in frame.CLASSES]
    for key in keys:
        kinds[key & 7].append(key)
    for key in keys:
        own = kinds[key & 7]
        at = own.index(key) + 1
        if at < len(own) and own[at] >> 3 <= mark + 1:
            return key
    faults, routine = kinds[:2]
    others = routine or faults
    most = max(kinds[frame.DANGER :], key=len)
    if len(most) > 1 and (not others or _dangers(keys) > _DANGERS):
        return most[1]
    return (others or most)[0]


def _dangers(keys):
    return len([key for key in keys if key & 7 >= frame.DANGER])


def _key(name):
    """The segment whose file is *name*, None when it is no segment's."""
    if len(name) != 11 or name[0] != "j" or name[9] != "." or name[10] not in frame.CLASSES:
        return None
    try:
        return int(name[1:9], 16) * 8 + frame.CLASSES.index(name[10])
    except ValueError:
        return None
