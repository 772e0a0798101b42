"""Applies genuine messages of the city; everything is stored on flash before it is in force.

One file holds the marks of the replay protection and the overrides in force, so that after a power cut an old command
is still refused and an override (the light of an election night) goes on.
"""

import json

from pole import const
from pole.runtime import aio
from pole.security import replay
from pole.security.sender_names import has_spoken
from pole.wire import ack_reasons, contract

_NAME = const("commands.json")  # as in commands/restore.py


def apply(commanding, verdict, ticks):
    """Applies a genuine message, if that is allowed; returns None, or the outcome where it cannot be done.

    The override is in the arbiter before it is stored, but no decision is taken in between: if it cannot be stored
    it is taken back, and the lamp's level never changed.
    """
    arbiter, ended, override, out = commanding.arbiter, verdict.cancel, verdict.override, None
    before = list(arbiter.held)
    if ended or override:
        from pole.lighting import overrides
    if ended and not overrides.cancel(arbiter, ended.owner, ended.ref):
        out = _unknown("nothing of " + ended.owner + " is held under this cmsRefId")
    if override:
        hold_s = override.hold_s
        if not overrides.hold(arbiter, override, None if hold_s is None else aio.ticks_add(ticks, hold_s * 1000)):
            arbiter.held = before
            out = ack_reasons.REJECTED, ack_reasons.BUSY, "the pole holds as many commands as it can, none below it"
    problem = _save(commanding, verdict)
    if problem:
        arbiter.held = before
        return ack_reasons.REJECTED, ack_reasons.NOT_STORED, problem
    if verdict.rekey:
        out = _rekey(commanding, verdict)
    if verdict.resend:
        epoch, first, last = verdict.resend
        if not commanding.journal.knows(epoch):
            out = _unknown("the pole has no journal of epoch " + epoch)
        elif (verdict.shared and commanding.journal.asked()) or not commanding.journal.resend(epoch, first, last):
            out = ack_reasons.REJECTED, ack_reasons.BUSY, "the pole is still sending what it was asked for before"
    return out


def note(commanding, mark):
    """Stores *mark*, of a configuration under the pole's own key, where it is the first message under that key."""
    if not has_spoken(commanding.marks, commanding.own):
        _heard(commanding, mark)
        replay.remember(commanding.marks, mark)
        _stored(commanding)


def _rekey(commanding, verdict):
    """Changes a key; None, or the outcome where it cannot be stored.  Under a new key of its own the pole cannot be
    replayed a message that was signed before it lost its marks.
    """
    name, key = verdict.rekey
    same = commanding.keys.get(name) == key
    try:
        from pole.security.keyring import change

        problem = change(commanding.store, commanding.keys, name, key)
    except MemoryError as error:
        problem = "the key could not be stored: " + str(error)
    if problem:
        return ack_reasons.REJECTED, ack_reasons.NOT_STORED, problem
    if name == verdict.key:
        if not commanding.forgetful:
            return None
        commanding.forgetful = False
    elif same:
        return None
    else:  # the overrides of the former key end with it, and do not return if that key is set again
        from pole.lighting import overrides

        overrides.forget(commanding.arbiter, name)
        for mark in list(commanding.marks):
            if mark.startswith(name + "\n"):
                del commanding.marks[mark]
        if key:
            replay.raise_all(commanding.marks, name, verdict.n)
    problem = _save(commanding, verdict)
    return (ack_reasons.REJECTED, ack_reasons.NOT_STORED, problem) if problem else None


def _save(commanding, verdict):
    """Stores the mark and the overrides in force; returns why it could not, or ""."""
    if verdict.now is not None:
        commanding.lowered = replay.lower(commanding.marks, verdict.now) or commanding.lowered
    if verdict.signed and not verdict.shared:
        _heard(commanding, verdict.mark)
    replay.remember(commanding.marks, verdict.mark)
    problem = _stored(commanding)
    if not problem and verdict.signed and not verdict.shared and not commanding.forgetful:
        try:
            commanding.high_water.put(_highest(commanding.marks, verdict.key))
        except OSError as error:
            return "the command could not be stored: " + str(error)
    return problem


def _heard(commanding, mark):
    """Notes the first message under the pole's own key since the flashing, which ends overrides under shared keys."""
    if commanding.nonce and not has_spoken(commanding.marks, commanding.own):
        for name in commanding.keys:
            if name != commanding.own:
                replay.raise_all(commanding.marks, name, mark[1])


def _stored(commanding):
    try:
        held = [
            [one.owner, one.level, one.reason, one.ref, one.start, one.expiration, one.ramp_s, one.raises]
            for one in commanding.arbiter.held
            if one.owner in contract.COMMAND_OWNERS  # and not a technician's own
        ]
        saved = {"marks": commanding.marks, "held": held, "forgetful": commanding.forgetful}
        commanding.store.write(_NAME, json.dumps(saved).encode())
    except (OSError, MemoryError) as error:
        return "the command could not be stored: " + str(error)
    return ""


def _highest(known, own):
    """The highest of the *known* marks that belongs to the pole's own key: no other key may lock that one out."""
    return max([known[name] for name in known if not name or name.startswith(own + "\n")])


def _unknown(detail):
    return ack_reasons.REJECTED, ack_reasons.UNKNOWN_REFERENCE, detail
