"""Accepts an update that was judged (update/receive.py), or says why it is not to be had now.

The message is retained, so it comes again with each session.  A manifest is new by its ``serial``, which must be higher
than the mark of the highest one that was accepted; the manifest that is under way, or that runs, comes again and again.
"""

from binascii import a2b_base64

from pole import const
from pole.update import pointer as pointers
from pole.update.progress import FAILED, MANIFEST, SERIAL, WHOM, keep, under_way
from pole.wire import ack_reasons, contract

NVS_SERIAL = const("updateSerial")
_KEY = "update.key: a short text of its own would stay in memory for good"
_SERIAL_AT = const(400)  # in that file (signer.py)


def accept(parts, order):
    """Fields of the ack for *order* (receive.Order), None where there is nothing to say (yet).  Never raises."""
    try:
        found = order.refused or (_cancel(parts, order) if order.cancel else _judged(parts, order))
    except OSError as error:
        found = ack_reasons.NOT_STORED, "the update could not be stored: " + str(error)
    if not found:
        return None
    outcome, reason, detail = found if len(found) == 3 else (contract.REJECTED, found[0], found[1])
    return {
        "key": order.key, "sender": order.sender, "n": order.n, "outcome": outcome, "reason": reason, "detail": detail,
    }  # fmt: skip


def _cancel(parts, order):
    """Stops a download, or a switch that has not happened; what runs stays as it is.

    The same manifest is taken once more if it is asked for after this, and not where an older message comes again.
    """
    updating, store = parts.updating, parts.ports.store
    state, new = under_way(store), pointers.read(store)["new"]
    serial = new["serial"] if pointers.cancel(store) else _drop_image(store) or (state[SERIAL] if state else 0)
    updating.active = False
    updating.work = updating.waiting = None
    parts.session.ask("")
    if serial:
        failed, whom = [ack_reasons.REPLAYED, "it was cancelled after that"], [order.key, order.sender, order.n]
        keep(store, ["", pointers.SLOTS[0], True, 0, whom, failed, "", serial, 0, "", 0, 0])
    return ack_reasons.APPLIED, "", ""


def _judged(parts, order):
    said, ports = order.items, parts.ports
    if not said:
        return None
    serial, key = said[:2]
    pointer = pointers.read(ports.store)
    mark = mark_of(ports, pointer)
    replayed = "serial is %d and must be above %d, accepted before" % (serial, mark)
    if key:
        if serial <= mark:
            return ack_reasons.REPLAYED, replayed
        from pole.update import signer

        new = a2b_base64(key)
        signer.change(ports.store, ports.factory, new, serial)
        parts.reporter.identity["app"]["key"] = signer.print_of(new)
        parts.inbox.announce = parts.session.online
        outcome = ack_reasons.APPLIED
    else:
        state = under_way(ports.store)
        again = state and (state[MANIFEST] == order.text or (not state[MANIFEST] and state[SERIAL] == serial))
        if again and (not state[FAILED] or state[WHOM][2] >= order.n):
            return state[FAILED]
        known = None if again else _known(parts, pointer, order, mark)
        if known is not None:
            return known
        if serial <= mark and not again:
            return ack_reasons.REPLAYED, replayed
        why = _begin(parts, pointer, order)
        if why:
            return why
        outcome = ack_reasons.ACCEPTED
    remember(ports, serial)
    return outcome, "", ""


def mark_of(ports, pointer):
    """The highest serial that was accepted: of the data store, of NVS, and of the last change of the key."""
    changed = (ports.store.read(_KEY[:10]) or b"")[_SERIAL_AT:]
    return max(pointer["serial"], ports.high_water.get(NVS_SERIAL) or 0, int(changed) if changed.isdigit() else 0)


def remember(ports, serial):
    """Stores *serial* as that mark.  Raises OSError."""
    pointers.accept(ports.store, serial)
    ports.high_water.put(serial, NVS_SERIAL)


def _known(parts, pointer, order, mark):
    """The outcome where this app is staged, runs or was undone; None where it is another one."""
    updating, slot = parts.updating, parts.ports.slot
    serial, content, listed = order.items[0], order.items[4], order.items[5]
    if not listed:
        return _known_image(parts, order, mark)
    if pointer["new"] and pointer["new"]["serial"] == serial:
        updating.waiting = (order.key, order.sender, order.n)
        return ()
    if slot and slot in pointer["run"] and pointer["slots"][slot][1] == content[:16]:
        if serial > mark:  # the same files, signed anew
            pointers.accept(parts.ports.store, serial)
        if updating.told == serial:
            return ()
        updating.told = serial
        return ack_reasons.APPLIED, "", ""
    if pointer["reverted"] and serial == pointer["serial"]:
        return ack_reasons.REVERTED, pointer["reverted"]["reason"], "it was tried and undone"
    return None


def _known_image(parts, order, mark):
    """As ``_known``, for a MicroPython image."""
    from pole.update import image

    updating, store = parts.updating, parts.ports.store
    serial, content = order.items[0], order.items[4]
    state = image.read(store)
    if not state:
        return None
    if state[image.SERIAL] == serial and state[image.STATE]:
        updating.waiting = (order.key, order.sender, order.n)
        return ()
    if state[image.SERIAL] == serial and state[image.REASON]:
        return ack_reasons.REVERTED, state[image.REASON], "it was tried and undone"
    if state[image.STATE] or state[image.REASON] or state[image.CONTENT] != content[:16]:
        return None
    if image.running().info()[4] != state[image.LABEL]:
        return None  # the pole was flashed since
    if serial > mark:  # the same image, signed anew
        pointers.accept(store, serial)
        state[image.SERIAL] = serial
        image.write(store, state)
    if updating.told == serial:
        return ()
    updating.told = serial
    return ack_reasons.APPLIED, "", ""


def _begin(parts, pointer, order):
    """Writes down what is to come; why that cannot be, else None."""
    serial, _, version, window, content, listed, size, downgrade = order.items
    running = parts.reporter.identity["firmware"]
    if not listed:
        from pole.update import image

        running = image.version()
    if _numbers(version) <= _numbers(running) and not downgrade:
        detail = "version is %s and must be above %s, which runs: no downgrade is signed"
        return ack_reasons.OLDER_VERSION, detail % (version, running)
    store = parts.ports.store
    slot = pointers.spare(pointer, parts.ports.slot)
    if not slot or _drop_image(store) is None:  # of the app or of MicroPython, and never both at once
        return contract.BUSY, "another version is being tried: send it later"
    if listed:
        pointers.vacate(store, slot)
    else:
        pointers.cancel(store)
    whom = [order.key, order.sender, order.n]
    keep(store, [order.text, slot, False, order.spread, whom, None, version, serial, window, content, listed, size])
    parts.updating.active = True
    parts.updating.work = None
    return None


def _drop_image(store):
    """As ``image.drop``, which a pole that has none need not load."""
    if not store.size("image"):
        return 0
    from pole.update import image

    return image.drop(store)


def _numbers(version):
    return [int(one) for one in version.split(".")]
