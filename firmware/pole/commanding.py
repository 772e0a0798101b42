"""From a message of the city to a decision: judged, remembered on flash, and only then in force.

The code for each of these steps, a seventh of all, is loaded when a message comes and forgotten afterwards.
"""

from pole import contract
from pole.modules import unload

JUDGING = (  # modules that messages need and nothing else does
    "pole.link.json_reader", "pole.link.envelope", "pole.link.hmac", "pole.link.marks", "pole.link.fields",
    "pole.link.message", "pole.link.commands", "pole.link.command_body", "pole.link.rekey", "pole.link.keyring",
    "pole.link.configuration", "pole.config_state", "pole.obeying", "pole.remembered", "pole.link.verdict",
)  # fmt: skip


class Commanding:
    """Takes commands for *arbiter*, and requests to send again for *journal*.

    *store* keeps what must not be forgotten; *high_water* (drivers/high_water.py) keeps the highest mark once more,
    elsewhere.  An authenticated command raises the floor of *clock*.

    ``keys`` {name: 64 hexadecimal digits}; ``marks`` {name: n}; ``forgetful``: the marks were lost.
    """

    def __init__(self, settings, store, high_water, arbiter, clock, journal):
        from pole.remembered import restore

        self.store = store
        self.high_water = high_water
        self.arbiter = arbiter
        self.journal = journal
        self.keys = settings["keys"]
        self.marks = {}
        self._clock = clock
        self._floor = settings["floor"]
        self.forgetful = not restore(self) and bool(self.keys)
        unload(*JUDGING)

    def take(self, message, now, ticks, unclocked_level):
        """Judges and applies *message* (topic, payload); returns the fields of its ack.

        *now*: Unix s, None when the clock is unknown.  *unclocked_level*: percent the lamp has without a clock and
        without commands.
        """
        topic, payload = message
        try:
            verdict = self._judge(topic, payload, now, unclocked_level)
            if verdict.issued:
                self._clock.raise_floor(verdict.issued)
            outcome = (verdict.outcome, verdict.reason, verdict.detail)
            if verdict.mark:
                unload(*JUDGING)  # obeying takes room too, and the verdict is all it needs
                from pole.obeying import obey

                outcome = obey(self, verdict, ticks) or outcome
        except MemoryError:
            return self._refused("the pole has no memory for a message now: send it again")
        return {
            "key": verdict.key,
            "sender": verdict.sender,
            "n": verdict.n,
            "cmsRefId": verdict.ref,
            "outcome": outcome[0],
            "reason": outcome[1],
            "detail": outcome[2],
        }

    def _judge(self, topic, payload, now, unclocked_level):
        from pole.link.commands import Commands

        judge = Commands(self.keys, self.marks)
        return judge.take(topic, payload, now, self._floor, unclocked_level, self.forgetful)

    def dropped(self, count):
        """Fields of the ack for *count* messages there was no room for, whoever sent them."""
        return self._refused("%d messages came faster than they could be judged: send them again" % count)

    def _refused(self, detail):
        return {"outcome": contract.REJECTED, "reason": contract.BUSY, "detail": detail}
