"""What is due of a MicroPython image, step by step: the switch, its probation, and the way back.

Judged as a new app is (health.py), by the same app on both images.  Until it is marked valid any restart is the
bootloader's way back; a power cut is one too, and so it is tried again a few times.
"""

import gc

from pole import const
from pole.runtime import aio
from pole.update import image
from pole.update.health import BEGAN, FRESH_S, LAMP, LIT, LOOKS, ONLINE, facts_of, look
from pole.update.health import notes as begun
from pole.update.situation import is_steady, restart, see

_LOOK_MS = const(10000)
_MOMENT_MS = const(60000)
_HEAP_LOOKS = const(6)  # as in advance.py
_ASK_MS = const(900000)
_DAY_S = const(86400)
_DAY_MS = const(86400000)
_NEVER_MS = const(86400000)
_MOST_DAYS = const(32)
_TRIES = const(3)  # power cuts: one that hangs before the watchdog is armed is ended by nothing else
# why an image is undone, as for an app
_DIED, _CUTS, _DAMAGED, _OFFLINE = "died powerCuts damaged notOnline".split(" ")  # noqa: SIM905 - as in pointer.py


def advance(parts, now, ticks):
    """Does what is due at *now* (Unix s or None); milliseconds until something is due again."""
    store = parts.ports.store
    parts.update_at = aio.ticks_add(ticks, _LOOK_MS)  # also where a step raises
    state = image.read(store)
    wait = None
    if state:
        old = image.running()
        new = old.info()[4] == state[image.LABEL]
        if parts.update is None:
            _turn(parts, state, new)
        wait = _step(parts, state, new, old.get_next_update(), now, ticks)
        _tell(parts, state, new, now)
    if wait is None:
        parts.update_at = parts.update = None
        return _NEVER_MS
    parts.update_at = aio.ticks_add(ticks, wait)
    if parts.update:
        parts.update[-1] = parts.update_at
    return wait


def _turn(parts, state, new):
    """The state at this start, by what runs and why the chip was reset; written where it is another."""
    was, cut = state[image.STATE], parts.reporter.identity["resetCause"] == "powerOn"
    if was in (image.GO, image.TRIAL):
        if new and (was == image.GO or cut):
            state[image.STATE] = image.TRIAL
        elif new:  # a bootloader that does not go back by itself
            _undo(state, _DIED)
        elif cut and state[image.TRIES] < _TRIES:
            state[image.STATE] = image.STAGED
            state[image.TRIES] += 1
        else:
            _undo(state, _CUTS if cut else _DIED)
    elif was == image.ASK or was == image.ASKING:
        state[image.STATE] = image.UNPROVEN if new else image.ASKING
    if state[image.STATE] == image.BACK and not new:
        state[image.STATE] = ""
    if was != state[image.STATE]:
        image.write(parts.ports.store, state)
    if state[image.STATE] == image.BACK:
        image.running().get_next_update().set_boot()


def _undo(state, reason):
    state[image.STATE], state[image.REASON], state[image.TOLD] = image.BACK, reason, False


def _tell(parts, state, new, now):
    """What ``birth`` says of the image, and the event that it was undone."""
    said = {
        "version": image.version(), "probation": new and state[image.STATE] not in ("", image.UNPROVEN),
        "serial": state[image.SERIAL],
    }  # fmt: skip
    if state[image.REASON]:
        said["reverted"] = state[image.REASON]
    identity = parts.reporter.identity
    if identity.get("image") != said:
        identity["image"] = said
        parts.inbox.announce = parts.inbox.announce or parts.session.online
    if state[image.REASON] and not state[image.STATE] and not state[image.TOLD]:
        attributes = {"from": state[image.VERSION], "to": state[image.BEFORE], "reason": state[image.REASON]}
        parts.reporter.event(now, "updateReverted", attributes)
        state[image.TOLD] = True
        image.write(parts.ports.store, state)  # after the event: told twice is better than never


def _step(parts, state, new, other, now, ticks):
    """Does the step of this state; milliseconds, None where nothing is due any more."""
    at = state[image.STATE]
    if parts.update is None:
        parts.update = begun(ticks)
        parts.update.append(ticks)
    if at == image.STAGED and not new:
        return _staged(parts, state, other, now, ticks)
    if at == image.TRIAL and new:
        return _trial(parts, state, now, ticks)
    if at == image.ASKING and not new:
        return _asking(parts, state, now, ticks)
    if at == image.UNPROVEN and new:
        return _unproven(parts, state, other, now, ticks)
    if at:  # a restart was asked for, and has not happened
        restart(parts, now, ticks, "another image")
        return _LOOK_MS
    return None


def _staged(parts, state, other, now, ticks):
    """The old image waits for a good moment to start the new."""
    began = parts.update[BEGAN]
    if parts.update[LOOKS] == 0:
        spread_s = min(state[image.SPREAD], _DAY_S) if not state[image.TRIES] + state[image.DAYS] else 0
        began = parts.update[BEGAN] = aio.ticks_add(ticks, parts.random.below(spread_s * 1000 + 1))
        parts.update[LOOKS] = 1
    left = aio.ticks_diff(began, ticks)
    if left > 0:
        return min(left, _DAY_MS)
    if is_steady(parts, now):
        state[image.FACTS] = facts_of(see(parts), now)
        _go(parts, state, other, now, ticks)
    return _MOMENT_MS


def _go(parts, state, other, now, ticks):
    """Starts the new image, if the bootloader can."""
    state[image.STATE] = image.GO
    image.write(parts.ports.store, state)
    try:
        other.set_boot()
        if _next() != state[image.LABEL]:
            raise OSError
    except OSError:  # it is checked once more there
        _undo(state, _DAMAGED)
        state[image.STATE] = ""
        image.write(parts.ports.store, state)
        return
    restart(parts, now, ticks, "a new image")


def _next():
    """The label of the partition that the next start takes."""
    part = type(image.running())
    return part(part.BOOT).info()[4]


def _trial(parts, state, now, ticks):
    """The new image on probation."""
    notes, facts = parts.update, state[image.FACTS]
    since_ms = aio.ticks_diff(ticks, notes[BEGAN])
    if not since_ms:
        return _LOOK_MS
    at = facts[-1]
    fresh = since_ms < FRESH_S * 1000 if now is None or at is None else 0 <= now - at < FRESH_S
    free = None
    if notes[LOOKS] % _HEAP_LOOKS == 0 and hasattr(gc, "mem_free"):
        parts.make_room()
        free = gc.mem_free()
    seen = see(parts)
    reason = look(notes, facts, seen, since_ms, fresh, aio.ticks_diff(ticks, notes[-1]), free)
    notes[ONLINE] = notes[ONLINE] or parts.session.online
    notes[LIT] = notes[LIT] or (seen.level > 0 and seen.closed)
    if not reason and since_ms >= _DAY_MS:
        reason = LAMP  # it was never lit
    if reason:
        _undo(state, reason)
        try:
            image.write(parts.ports.store, state)
        except OSError:
            pass  # the bootloader goes back all the same
        restart(parts, now, ticks, "undone: " + reason)
        return _LOOK_MS
    if since_ms < max(60, min(state[image.WINDOW], 3600)) * 1000 or not notes[LIT]:
        return _LOOK_MS
    proven = notes[ONLINE] or not parts.settings["link.host"]
    if not proven and not state[image.DAYS]:
        state[image.STATE] = image.ASK
        image.write(parts.ports.store, state)
        restart(parts, now, ticks, "its link is to be proven")
        return _LOOK_MS
    image.running().mark_app_valid_cancel_rollback()
    state[image.STATE] = "" if proven else image.UNPROVEN
    image.write(parts.ports.store, state)
    notes[BEGAN] = ticks
    return None if proven else _MOMENT_MS


def _asking(parts, state, now, ticks):
    """The old image finds out whether there is a network: then the new one has failed."""
    image.running().mark_app_valid_cancel_rollback()  # it may have been asked for by the new one, once that was valid
    if parts.session.online:
        state[image.STATE], state[image.REASON], state[image.TOLD] = "", _OFFLINE, False
        image.write(parts.ports.store, state)
        return None
    if aio.ticks_diff(ticks, parts.update[BEGAN]) >= _ASK_MS:
        state[image.DAYS] = min(2 * state[image.DAYS] or 1, _MOST_DAYS)
        state[image.ASKED] = now
        state[image.STATE] = image.STAGED  # it is judged once more, by what is seen in another good moment
        image.write(parts.ports.store, state)
        parts.update = None
    return _LOOK_MS


def _unproven(parts, state, other, now, ticks):
    """The new image runs for good, and has never been online."""
    notes = parts.update
    if parts.session.online:
        state[image.STATE] = ""
        image.write(parts.ports.store, state)
        return None
    notes[LOOKS] += max(aio.ticks_diff(ticks, notes[BEGAN]), 0)
    notes[BEGAN] = ticks
    asked, days = state[image.ASKED], state[image.DAYS]
    due = notes[LOOKS] >= days * _DAY_MS or (now is not None and asked is not None and now - asked >= days * _DAY_S)
    if due and is_steady(parts, now):
        state[image.STATE] = image.ASK
        image.write(parts.ports.store, state)
        other.set_boot()
        restart(parts, now, ticks, "its link is to be proven")
    return _MOMENT_MS
