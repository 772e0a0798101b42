"""Takes a received configuration while the pole runs: judged, staged for the next start, and then on trial.

It comes in force at the next start, which checks it as a whole (settings/at_start.py).  Then it is on trial until the
pole has been online with it.  One that changes the link and is not online within ``link.trial`` seconds is undone: the
configuration before it returns, by itself, and that is reported to the city.
"""

from pole import const
from pole.runtime import aio
from pole.runtime.transient import unload
from pole.wire import contract

_NEVER_MS = const(86400000)
_UNREAD_MS = const(3600000)  # until another start tries to read the keys
_AGAIN_MS = const(60000)  # until a write that the flash refused is tried again


class Configuring:
    """*standing* is what ``at_start.in_force`` says of the *settings* in force; *ticks* are those of the start.

    *nonce*: that of the flashing.  ``digest`` is the settings' hash.  ``restart``: the pole is to restart, so that
    another configuration comes in force.  ``mark``: (name, n) of what the pole's own key signed, None where the last
    message was not genuine.
    """

    def __init__(self, settings, store, standing, ticks, nonce=""):
        self._settings = settings
        self._store = store
        self.digest, self._trial, self._untold = standing  # on trial: whether it changes the link; else None
        self._ends = aio.ticks_add(ticks, settings["link.trial"] * 1000)
        self._online = False
        self._nonce = nonce
        self._unread = None  # ticks of the next try, where the pole could not read its keys
        if "" in settings["keys"].values():
            self._unread = aio.ticks_add(ticks, _UNREAD_MS)
        self.mark = None
        self.restart = False

    def take(self, topic, payload, now):
        """Judges a message of kind ``config``; fields of its ack, None where there is nothing to say (yet).

        *payload*: bytes, None when it was too large.  *now*: Unix s, None when the clock is unknown.
        """
        self.mark = None
        if self.restart:  # a retained configuration comes again in the next session
            return None
        try:
            from pole.settings.receive import Envelope, judge

            message = Envelope()
            fields, self.restart = judge(
                topic, payload, now, self._settings, self._store, self.digest, self._nonce, message
            )
            if message.signed and message.key == self._settings["pole"]:
                self.mark = message.mark
        except MemoryError:
            detail = "no memory for it now: it is judged in the next session"
            return {"outcome": contract.REJECTED, "reason": contract.BUSY, "detail": detail}
        return fields

    def online(self):
        """Notes that a session has begun, which ends the trial with success."""
        if self._trial is not None:
            self._trial = None
            self._untold = True
        self._online = True

    def due(self, _now, ticks):
        """Milliseconds until it is to be called again; ends a trial whose time is over."""
        if self._unread is not None:
            left = aio.ticks_diff(self._unread, ticks)
            self.restart = self.restart or left <= 0
            return max(left, 0)
        if self._trial is None:
            return _NEVER_MS
        left = aio.ticks_diff(self._ends, ticks)
        if left > 0:
            return left
        if not self._trial:  # the link is lost, but this configuration did not change the link
            self._trial = None
            self._untold = True
            return _NEVER_MS
        self._ends = aio.ticks_add(ticks, _AGAIN_MS)
        try:
            from pole.settings import state_file

            self.restart = state_file.undo(self._store, self.digest, self._settings["link.trial"])
        except MemoryError:
            pass  # a minute later there may be some
        return _AGAIN_MS

    def report(self):
        """Fields of an ack the city is waiting for, or None; call ``told`` once they are in the outbox."""
        if not (self._untold and self._online):
            return None
        try:
            from pole.settings import state_file

            return state_file.outcome(state_file.read_state(self._store))
        except MemoryError:
            return None  # later

    def told(self):
        """Notes that the outbox has the ack."""
        self._untold = False
        try:
            from pole.settings import state_file

            state_file.settle(self._store)
        except MemoryError:
            pass  # likewise
        unload("pole.settings.state_file")
