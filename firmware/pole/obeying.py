"""Does what genuine messages of the city ask for, and remembers it on flash before it is in force.

What is remembered is one file: the marks against replay, and the overrides that are held, so that a power cut neither
lets an old command in again nor ends an election night's light.
"""

import json

from pole import aio, const, contract_acks
from pole.lighting import holding
from pole.link.marks import lower, remember

_NAME = const("commands.json")  # as in remembered.py


def obey(commanding, verdict, ticks):
    """Does what a genuine message asks for, if it may; None, or the outcome where it cannot be done.

    It stands in the arbiter before it is stored, but no decision is taken in between: if it cannot be stored it is
    taken back, and the lamp never knew.
    """
    arbiter, cancel, override, out = commanding.arbiter, verdict.cancel, verdict.override, None
    before = list(arbiter.held)
    if cancel and not holding.cancel(arbiter, cancel.owner, cancel.ref):
        out = _unknown("nothing of " + cancel.owner + " is held under this cmsRefId")
    if override:
        hold_s = override.hold_s
        holding.hold(arbiter, override, None if hold_s is None else aio.ticks_add(ticks, hold_s * 1000))
    problem = _save(commanding, verdict)
    if problem:
        arbiter.held = before
        return contract_acks.REJECTED, contract_acks.NOT_STORED, problem
    if verdict.rekey:
        out = _rekey(commanding, verdict)
    if verdict.resend:
        epoch, first, last = verdict.resend
        if not commanding.journal.knows(epoch):
            out = _unknown("the pole has no journal of epoch " + epoch)
        elif not commanding.journal.resend(epoch, first, last):
            out = contract_acks.REJECTED, contract_acks.BUSY, "the pole is still sending what it was asked for before"
    return out


def _rekey(commanding, verdict):
    """Changes a key; None, or the outcome where it cannot be stored.  With a new key of its own the pole need not
    fear what was signed before it lost its marks.
    """
    name, key = verdict.rekey
    try:
        from pole.link.keyring import change

        problem = change(commanding.store, commanding.keys, name, key)
    except MemoryError as error:
        problem = "the key could not be stored: " + str(error)
    if not problem and name == verdict.key and commanding.forgetful:
        commanding.forgetful = False
        problem = _save(commanding, verdict)
    return (contract_acks.REJECTED, contract_acks.NOT_STORED, problem) if problem else None


def _save(commanding, verdict):
    """Stores the mark and what is held; why it could not, or ""."""
    try:
        if verdict.now is not None:
            commanding.lowered = lower(commanding.marks, verdict.now) or commanding.lowered
        remember(commanding.marks, verdict.mark)
        held = [
            [one.owner, one.level, one.reason, one.ref, one.start, one.expiration, one.ramp_s]
            for one in commanding.arbiter.held
        ]
        saved = {"marks": commanding.marks, "held": held, "forgetful": commanding.forgetful}
        commanding.store.write(_NAME, json.dumps(saved).encode())
        if verdict.signed and not commanding.forgetful:
            commanding.high_water.put(max(commanding.marks.values()))
    except (OSError, MemoryError) as error:
        return "the command could not be stored: " + str(error)
    return ""


def _unknown(detail):
    return contract_acks.REJECTED, contract_acks.UNKNOWN_REFERENCE, detail
