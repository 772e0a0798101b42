"""What is due of an update, step by step: the switch, the probation, the question to the old software, and the report.

Loaded for a moment whenever something is due (control.py), by the old software and by the new.  Every step that counts
is written down before it is taken, so a power cut at any moment leaves one that can be taken again.
"""

import gc

import machine

from pole import const
from pole.runtime import aio
from pole.update import pointer as pointers
from pole.update.health import BEGAN, FRESH_S, LAMP, LIT, LOOKS, ONLINE, facts_of, look
from pole.update.health import notes as begun
from pole.update.situation import is_steady, restart, see

LOOK_MS = const(10000)  # between two looks on probation
_MOMENT_MS = const(60000)  # between two questions whether the moment is good
_HEAP_LOOKS = const(6)  # of which one also looks at the heap, for which the detectors make room
_ASK_MS = const(900000)  # that the old software has to get online
_DAY_S = const(86400)
_DAY_MS = const(86400000)
_NEVER_MS = const(86400000)
_MOST_DAYS = const(32)
_WINDOW_S = const(600)  # of a probation whose manifest says nothing
_STARTED = ("a new version", "its link is to be proven", "back to the new version")


def advance(parts, now, ticks):
    """Does what is due at *now* (Unix s, None when the clock is unknown); milliseconds until something is due again.

    -1: nothing is, and there are notes of an image (image_trial.py).
    """
    pointer = pointers.read(parts.ports.store)
    _tell(parts, pointer, now)
    new = pointer["new"]
    wait = None
    if new:
        mine = new["slot"] == parts.ports.slot
        step = {
            pointers.STAGED: None if mine else _staged, pointers.GO: None if mine else _staged,
            pointers.TRIAL: _trial if mine else None, pointers.ASK: _ask if mine else None,
            pointers.ASKING: None if mine else _asking, pointers.UNPROVEN: _unproven if mine else None,
        }[new["state"]]  # fmt: skip
        if step:
            wait = step(parts, pointer, now, ticks)
    if wait is None:
        parts.update_at = None
        if parts.ports.store.size("image"):  # as in image.py, whose notes ``parts.update`` may be
            return -1
        parts.update = None
        return _NEVER_MS
    parts.update_at = aio.ticks_add(ticks, wait)
    return wait


def app_of(parts, pointer):
    """What ``birth`` says of the app."""
    new, past, slot = pointer["new"], pointer["reverted"], parts.ports.slot
    on_trial = bool(new) and new["slot"] == slot
    out = {
        "slot": slot, "version": parts.reporter.identity["firmware"], "probation": on_trial,
        "serial": pointer["serial"], "key": parts.reporter.identity["app"]["key"],
    }  # fmt: skip
    if past:
        out["reverted"] = past["reason"]
    return out


def _tell(parts, pointer, now):
    past = pointer["reverted"]
    app = app_of(parts, pointer)
    identity = parts.reporter.identity
    if app != identity["app"]:
        identity["app"] = app
        parts.inbox.announce = parts.inbox.announce or parts.session.online
    if past and not past["told"]:
        attributes = {"from": past["from"], "to": identity["firmware"], "reason": past["reason"]}
        parts.reporter.event(now, "updateReverted", attributes)
        past["told"] = True
        pointers.write(parts.ports.store, pointer)  # after the event: told twice is better than never


def _staged(parts, pointer, now, ticks):
    """The old software waits for a good moment to start the new."""
    new, notes = pointer["new"], parts.update
    if not notes:
        spread_s = min(new["detail"].get("spread", 0), _DAY_S)
        notes = parts.update = [aio.ticks_add(ticks, parts.random.below(spread_s * 1000 + 1))]
    left = aio.ticks_diff(notes[0], ticks)
    if left > 0:
        return min(left, _DAY_MS)
    if not is_steady(parts, now):
        return _MOMENT_MS
    window_s = new["detail"].get("window", _WINDOW_S)
    new["detail"] = {"window": window_s, "last": facts_of(see(parts), now)}
    new["state"] = pointers.GO
    _restart(parts, pointer, now, ticks, _STARTED[0])
    return _MOMENT_MS


def _trial(parts, pointer, now, ticks):
    """The new software on probation."""
    new = pointer["new"]
    facts, notes = new["detail"]["last"], parts.update
    if not notes:
        parts.update = begun(ticks)
        return LOOK_MS
    since_ms = aio.ticks_diff(ticks, notes[BEGAN])
    at = facts[-1]
    if now is None or at is None:
        fresh = new["boots"] == 1 and since_ms < FRESH_S * 1000
    else:
        fresh = 0 <= now - at < FRESH_S
    free = None
    if notes[LOOKS] % _HEAP_LOOKS == 0 and hasattr(gc, "mem_free"):
        parts.make_room()
        free = gc.mem_free()
    seen = see(parts)
    late_ms = aio.ticks_diff(ticks, parts.update_at)
    reason = look(notes, facts, seen, since_ms, fresh, late_ms, free)
    notes[ONLINE] = notes[ONLINE] or parts.session.online
    notes[LIT] = notes[LIT] or (seen.level > 0 and seen.closed)
    if not reason and since_ms >= _DAY_MS:
        reason = LAMP  # it was never lit
    if reason:
        pointers.undo(pointer, new["slot"], reason)
        try:
            pointers.write(parts.ports.store, pointer)
        except OSError:
            pass  # where nothing can be written the old software runs
        _restart(parts, None, now, ticks, "undone: " + reason)
        return LOOK_MS
    window_s = max(60, min(new["detail"].get("window", _WINDOW_S), 3600))
    if since_ms < window_s * 1000 or not notes[LIT]:
        return LOOK_MS
    if notes[ONLINE] or not parts.settings["link.host"]:
        pointers.confirm(pointer)
        return _kept(parts, pointer, now)
    new["state"] = pointers.ASK
    _restart(parts, pointer, now, ticks, _STARTED[1])
    return LOOK_MS


def _kept(parts, pointer, now):
    """The new software is confirmed, or its link is proven; written and announced.  None: nothing more is due."""
    pointers.write(parts.ports.store, pointer)
    machine.Timer(0).deinit()  # golden's, which restarts what comes to no decision (drivers/chip/maintenance.py)
    _tell(parts, pointer, now)
    return None


def _ask(parts, pointer, now, ticks):
    """A restart is asked for and has not happened."""
    _restart(parts, None, now, ticks, _STARTED[1])
    return LOOK_MS


def _asking(parts, pointer, now, ticks):
    """The old software finds out whether there is a network: then the new one has failed."""
    new = pointer["new"]
    notes = parts.update
    if not notes:
        parts.update = [ticks]
    if parts.session.online:
        pointers.undo(pointer, new["slot"], pointers.NOT_ONLINE)
        return _kept(parts, pointer, now)
    if notes and aio.ticks_diff(ticks, notes[0]) >= _ASK_MS:
        new["state"] = pointers.UNPROVEN
        new["days"] = min(2 * new["days"] or 1, _MOST_DAYS)
        new["detail"]["asked"] = now
        _restart(parts, pointer, now, ticks, _STARTED[2])
    return LOOK_MS


def _unproven(parts, pointer, now, ticks):
    """The new software runs for good, and has never been online."""
    new = pointer["new"]
    notes = parts.update
    if not notes:
        notes = parts.update = [ticks, 0]
    if parts.session.online:
        pointers.confirm(pointer)
        return _kept(parts, pointer, now)
    notes[1] += aio.ticks_diff(ticks, notes[0])
    notes[0] = ticks
    asked = new["detail"].get("asked")
    due = notes[1] >= new["days"] * _DAY_MS
    if now is not None and asked is not None:
        due = due or now - asked >= new["days"] * _DAY_S
    if due and is_steady(parts, now):
        new["state"] = pointers.ASK
        _restart(parts, pointer, now, ticks, _STARTED[1])
    return _MOMENT_MS


def _restart(parts, pointer, now, ticks, why):
    """Writes *pointer* (None: it is written), and restarts."""
    if pointer:
        pointers.write(parts.ports.store, pointer)
    restart(parts, now, ticks, why)
