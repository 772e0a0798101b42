"""What the other tasks leave for the control task, and how they wake it."""

from pole import const
from pole.runtime import aio

_MESSAGES = const(16)
_BYTES = const(4096)  # of their payloads in all; a single one may be longer
_AGAIN_MS = const(30000)  # until a task that ended is begun again


class Inbox:
    """``times`` (network_time's answers), ``messages`` (topic, payload), ``dropped`` (messages there was no room for),
    ``announce`` (a session began), ``wake`` (set when any of them is new).

    *failures*: drivers/failures.py, told of tasks that end.
    """

    def __init__(self, failures):
        self._failures = failures
        self.wake = aio.Wake()
        self.times = []
        self.messages = []
        self.dropped = 0
        self.announce = False

    def heard(self, topic, payload, oversize):
        """A message came (session's *on_message*); "" as the topic: one was given up.

        False where there is no room for it now.  One that bears no signature is dropped then: a flood of those must not
        keep back the others.
        """
        messages = self.messages
        self.wake.set()
        if topic:
            size = sum([len(one[1] or b"") for one in messages])
            if len(messages) < _MESSAGES and (not messages or size + len(payload or b"") <= _BYTES):
                messages.append((topic, payload))
                return True
            if payload and b'"mac"' in payload:
                return False
        self.dropped += 1
        return True

    def online(self):
        """A session began (its *on_online*)."""
        self.announce = True
        self.wake.set()

    def answered(self, *answer):
        """A time came (network_time's *on_answer*)."""
        self.times.append(answer)
        self.wake.set()

    async def guard(self, part, task):
        """Runs *task* (called without arguments), and again when an exception has ended it, told as *part*'s."""
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
