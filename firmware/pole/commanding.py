"""From a message of the city to a decision: judged, remembered on flash, and only then in force.

What is remembered is one file: the marks against replay, and the overrides that are held, so that a power cut neither
lets an old command in again nor ends an election night's light.
"""

import json

from pole import aio, const, contract
from pole.lighting.arbiter import Override
from pole.link.commands import Commands
from pole.link.envelope import remember

_NAME = const("commands.json")


class Commanding:
    """Takes commands for *arbiter*.  *store* keeps the file; an authenticated command raises the floor of *clock*."""

    def __init__(self, settings, store, arbiter, clock):
        self._store = store
        self._clock = clock
        self._arbiter = arbiter
        self._floor = settings["floor"]
        self._marks = {}
        self._restore()
        self._commands = Commands(settings["keys"], self._marks)

    def _restore(self):
        text = self._store.read(_NAME)
        if text:
            try:
                saved = json.loads(text)
                self._marks.update([(name, int(saved["marks"][name])) for name in saved["marks"]])
                self._arbiter.restore([_restored(*fields) for fields in saved["held"]])
            except (ValueError, TypeError, KeyError):
                print("diya: " + _NAME + " cannot be read, held commands are gone")

    def take(self, message, now, ticks, unclocked_level):
        """Judges and applies *message* (topic, payload); returns the fields of its ack.

        What it asks for stands in the arbiter before it is stored, but no decision is taken in between: if it cannot
        be stored it is taken back, and the lamp never knew.

        *now*: Unix s, None when the clock is unknown.  *unclocked_level*: percent the lamp has without a clock and
        without commands.
        """
        topic, payload = message
        verdict = self._commands.take(topic, payload, now, self._floor, unclocked_level)
        outcome, reason, detail = verdict.outcome, verdict.reason, verdict.detail
        if verdict.issued:
            self._clock.raise_floor(verdict.issued)
        if verdict.mark:
            before = self._arbiter.held()
            if verdict.cancel and not self._arbiter.cancel(verdict.cancel.owner, verdict.cancel.ref):
                outcome, reason = contract.REJECTED, contract.UNKNOWN_REFERENCE
                detail = "nothing of " + verdict.cancel.owner + " is held under this cmsRefId"
            override = verdict.override
            if override:
                hold_s = override.hold_s
                self._arbiter.hold(override, None if hold_s is None else aio.ticks_add(ticks, hold_s * 1000))
            problem = self._save(verdict.mark)
            if problem:
                self._arbiter.restore(before)
                outcome, reason, detail = contract.REJECTED, contract.NOT_STORED, problem
        return {
            "key": verdict.key,
            "sender": verdict.sender,
            "n": verdict.n,
            "cmsRefId": verdict.ref,
            "outcome": outcome,
            "reason": reason,
            "detail": detail,
        }

    def dropped(self, count):
        """Fields of the ack for *count* messages there was no room for, whoever sent them."""
        detail = "%d messages came faster than they could be judged: send them again" % count
        return {"outcome": contract.REJECTED, "reason": contract.BUSY, "detail": detail}

    def _save(self, mark):
        """Stores the mark and what is held; why it could not, or ""."""
        remember(self._marks, mark)
        held = [
            [one.owner, one.level, one.reason, one.ref, one.start, one.expiration, one.ramp_s]
            for one in self._arbiter.held()
        ]
        try:
            self._store.write(_NAME, json.dumps({"marks": self._marks, "held": held}).encode())
        except OSError as error:
            return "the command could not be stored: " + str(error)
        return ""


def _restored(owner, level, reason, ref, start, expiration, ramp_s):
    """An override as it was saved.  Raises ValueError where it cannot be one: a bad file must not stop the pole."""
    if owner not in contract.COMMAND_OWNERS or not 0 <= level <= 100 or not 0 <= ramp_s <= 3600:
        raise ValueError
    return Override(owner, int(level), str(reason), str(ref), int(start), int(expiration), int(ramp_s))
