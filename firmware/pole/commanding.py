"""From a message of the city to a decision: judged, remembered on flash, and only then in force.

What is remembered is one file: the marks against replay, and the overrides that are held, so that a power cut neither
lets an old command in again nor ends an election night's light.
"""

import json

from pole import aio, contract
from pole.lighting.arbiter import Override
from pole.link.commands import Commands
from pole.link.envelope import remember

NAME = "commands.json"


class Commanding:
    """Takes commands for *arbiter*.  *store* keeps the file."""

    def __init__(self, settings, store, arbiter):
        self._store = store
        self._arbiter = arbiter
        self._floor = settings["floor"]
        self._marks = {}
        self._restore()
        self._commands = Commands(settings["keys"], self._marks)

    def _restore(self):
        text = self._store.read(NAME)
        if text:
            try:
                saved = json.loads(text)
                self._marks.update(saved["marks"])
                self._arbiter.restore([Override(*fields) for fields in saved["held"]])
            except (ValueError, TypeError, KeyError):
                print("diya: " + NAME + " cannot be read, held commands are gone")

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
        if verdict.mark:
            before = self._arbiter.held()
            if verdict.cancel and not self._arbiter.cancel(verdict.cancel.owner, verdict.cancel.ref):
                outcome, reason = contract.REJECTED, contract.UNKNOWN_REFERENCE
                detail = "nothing of " + verdict.cancel.owner + " is held under this cmsRefId"
            if verdict.override:
                self._hold(verdict.override, ticks)
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

    def _hold(self, asked, ticks):
        override = Override(
            asked.owner, asked.level, asked.reason, asked.ref, asked.start, asked.expiration, asked.ramp_s
        )
        deadline = None if asked.hold_s is None else aio.ticks_add(ticks, asked.hold_s * 1000)
        self._arbiter.hold(override, deadline)

    def _save(self, mark):
        """Stores the mark and what is held; why it could not, or ""."""
        remember(self._marks, mark)
        held = [
            [one.owner, one.level, one.reason, one.ref, one.start, one.expiration, one.ramp_s]
            for one in self._arbiter.held()
        ]
        try:
            self._store.write(NAME, json.dumps({"marks": self._marks, "held": held}).encode())
        except OSError as error:
            return "the command could not be stored: " + str(error)
        return ""
