"""The inbox of the control task: what other tasks leave for it, and the event that wakes it."""

from pole import const
from pole.runtime import aio

_MESSAGES = const(16)
_BYTES = const(4096)  # of their payloads in all; a single one may be longer
_AGAIN_MS = const(30000)  # until a task that ended is begun again


class Inbox:
    """``times`` (network_time's answers), ``messages`` (topic, payload), ``dropped`` (messages there was no room for),
    ``announce`` (a session began), ``wake`` (set when any of them is new).

    *failures* (drivers/failures.py) registers tasks that end.
    """

    def __init__(self, failures):
        self._failures = failures
        self.wake = aio.Wake()
        self.times = []
        self.messages = []
        self.dropped = 0
        self.announce = False

    def heard(self, topic, payload, oversize):
        """Takes a message (session's *on_message*); "" as the topic: one was dropped.

        Returns False when there is no room for it now.  One without a signature is dropped then: a flood of those must
        not delay the others.
        """
        messages = self.messages
        self.wake.set()
        if topic:
            size = len(payload or b"")
            for one in messages:
                size += len(one[1] or b"")
            if len(messages) < _MESSAGES and (not messages or size <= _BYTES):
                messages.append((topic, payload))
                return True
            if payload and b'"mac"' in payload:
                return False
        self.dropped += 1
        return True

    def online(self):
        """Notes that a session began (its *on_online*)."""
        self.announce = True
        self.wake.set()

    def answered(self, *answer):
        """Takes a time (network_time's *on_answer*)."""
        self.times.append(answer)
        self.wake.set()

    async def guard(self, part, task):
        """Runs *task* (called without arguments), and again when an exception has ended it, a failure of *part*."""
        while True:
            try:
                return await task()
            except Exception as error:
                try:
                    self._failures.note(part, error)
                    print("diya: " + part + ": " + str(error))
                except MemoryError:
                    pass
            await aio.sleep_ms(_AGAIN_MS)
