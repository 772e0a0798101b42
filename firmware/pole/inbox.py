"""What the other tasks leave for the control task, and how they wake it."""

from pole import aio, const

_MESSAGES = const(16)


class Inbox:
    """``times`` (network_time's answers), ``messages`` (topic, payload), ``dropped`` (messages there was no room for),
    ``announce`` (a session began), ``failure`` (what ended a task), ``wake`` (set when any of them is new).
    """

    def __init__(self):
        self.wake = aio.Wake()
        self.times = []
        self.messages = []
        self.dropped = 0
        self.announce = False
        self.failure = None

    def heard(self, topic, payload, oversize):
        """A message came (session's *on_message*)."""
        if len(self.messages) < _MESSAGES:
            self.messages.append((topic, payload))
        else:
            self.dropped += 1
        self.wake.set()

    def online(self):
        """A session began (its *on_online*)."""
        self.announce = True
        self.wake.set()

    def answered(self, *answer):
        """A time came (network_time's *on_answer*)."""
        self.times.append(answer)
        self.wake.set()

    async def guard(self, task):
        """Runs *task* (called without arguments); an exception that ends it ends the app."""
        try:
            await task()
        except Exception as error:
            self.failure = error
            self.wake.set()
