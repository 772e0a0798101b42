"""Handles a message of the city: it is judged, then stored on flash, and only then in force.

The code for each of these steps, a seventh of all, is loaded when a message comes and unloaded afterwards.
"""

from pole.runtime.transient import unload
from pole.wire import contract

JUDGING = (  # modules that messages need and nothing else does
    "pole.wire.json_reader", "pole.security.envelope", "pole.security.hmac", "pole.security.replay", "pole.wire.fields",
    "pole.security.open_message", "pole.commands.judge", "pole.commands.body", "pole.security.rekey",
    "pole.security.keyring",
    "pole.settings.receive", "pole.settings.state_file", "pole.commands.apply", "pole.commands.restore",
    "pole.commands.verdict",
    "pole.lighting.overrides", "pole.security.replay_check", "pole.security.sender_names",
    "pole.update.receive", "pole.update.verify", "pole.update.signer", "pole.update.manifest", "pole.update.accept",
    "pole.update.progress", "pole.update.pointer", "pole.update.image",
)  # fmt: skip


class Commanding:
    """Takes commands for *arbiter*, and requests to send again for *journal*.

    *store* keeps marks and overrides; *high_water* (drivers/chip/replay_mark.py) keeps the highest mark of the pole's
    own key a second time, in NVS.  An authenticated command raises the floor of *clock*.  *nonce*: of the flashing
    (security/flash_nonce.py).  Where there are keys and no nonce, any message may be from before the node was flashed.

    ``own``: name of the pole's own key; ``keys`` {name: 64 hexadecimal digits}; ``marks`` {name: n}; ``forgetful``: the
    marks were lost; ``unread``: they could not be read.
    """

    def __init__(self, settings, store, high_water, arbiter, clock, journal, nonce=""):
        self.store = store
        self.high_water = high_water
        self.arbiter = arbiter
        self.journal = journal
        self.nonce = nonce
        self.own = settings.get("pole")
        self.keys = settings["keys"]
        self.marks = {}
        self.unread = False
        self._clock = clock
        self.floor = settings["floor"]
        self.lowered = ()  # attributes of the event that marks lay too far ahead, until it is reported
        self.spent = {}  # {shared key: (messages, ticks of the first)}, within an hour
        self._restore()
        unload(*JUDGING)

    def _restore(self):
        from pole.commands.restore import restore

        self.forgetful = (not restore(self) or not self.nonce) and bool(self.keys)

    def take(self, message, now, ticks, unclocked_level):
        """Judges and applies *message* (topic, payload); returns the fields of its ack.

        *now*: Unix s, None when the clock is unknown.  *unclocked_level*: percent the lamp has without a clock and
        without commands.
        """
        topic, payload = message
        try:
            if self.unread:
                self._restore()
                self.unread = False  # after two failures the file counts as lost
                unload(*JUDGING)
            from pole.commands.judge import judged

            verdict = judged(self, topic, payload, now, ticks, unclocked_level)
            del judged
            outcome = (verdict.outcome, verdict.reason, verdict.detail)
            if verdict.issued:
                self._clock.raise_floor(verdict.issued)
            if verdict.mark:
                unload(*JUDGING)  # applying takes memory too, and needs nothing but the verdict
                from pole.commands.apply import apply

                outcome = apply(self, verdict, ticks) or outcome
        except MemoryError:
            return self._refused("no memory for a message now: send it again")
        fields = {
            "key": verdict.key,
            "sender": verdict.sender,
            "n": verdict.n,
            "cmsRefId": verdict.ref,
            "outcome": outcome[0],
            "reason": outcome[1],
            "detail": outcome[2],
        }
        if verdict.held:
            fields["mark"] = verdict.held
        return fields

    def own_key_used(self, mark):
        """Notes that the pole's own key has signed a configuration, whose *mark* is (name, n)."""
        try:
            unload(*JUDGING)
            from pole.commands.apply import note

            note(self, mark)
        except MemoryError:
            pass  # the configuration comes again with the next session

    def dropped(self, count):
        """Fields of the ack for *count* messages that were dropped because there was no room, of any sender."""
        return self._refused("%d messages came faster than they could be judged: send them again" % count)

    def _refused(self, detail):
        return {"outcome": contract.REJECTED, "reason": contract.BUSY, "detail": detail}
