"""A journal in an outbox, a clock the test turns, and a broker that acknowledges when told."""

import json

from pole.link.outbox import Outbox
from pole.reporting.journal import Journal
from pole.wire import contract

UNIX = 1800000000


class Bench:
    """One pole's reporting over *store*; ``boot`` starts it again, as after a power cut."""

    def __init__(self, store, budget=262144, boots=0):
        self.store = store
        self.budget = budget
        self.boots = boots
        self.now = 0
        self.boot()

    def boot(self):
        self.boots += 1
        self.now = 5
        self._drawn = 0
        self.journal = Journal(self.store, self._nonce, lambda: UNIX, self.budget)
        self.box = Outbox(lambda: self.now, self.journal)

    def _nonce(self, n):
        self._drawn += 1
        return bytes([self.boots & 255, self.boots >> 8, self._drawn]) + bytes(n - 3)

    def put(self, number, routine=False, size=0):
        """Raises event *number*, dated with it."""
        text = '{"v":1,"eventType":"test","timestamp":%d,"attributes":{"fill":"%s"}}' % (number, "x" * size)
        return self.box.put(contract.EVENT, text, routine)

    def out(self, ms=1):
        """Records that go out in the next millisecond (or *ms* from here)."""
        self.now = (self.now + ms) & 0x3FFFFFFF
        records = []
        while True:
            record = self.box.take()
            if record is None:
                return records
            records.append(record)

    def drain(self, acknowledge=True, limit=100000):
        """All that goes out until nothing waits, acknowledged at once; events as dictionaries."""
        events = []
        for _ in range(limit):
            records = self.out(1)
            if not records:
                wait = self.journal.wait_ms(self.now)
                if wait > 1000000:
                    return events
                records = self.out(wait)
            for record in records:
                events.append(json.loads(record.payload))
                if acknowledge:
                    self.box.acknowledge(record.packet_id)
        raise AssertionError("the journal never ends")

    def missing(self):
        """All ranges that were asked for and are not there, as seen from the next millisecond on."""
        self.now += 1
        gone = []
        while True:
            found = self.box.missing()
            if found is None:
                return gone
            gone.append(found)


def numbers(events):
    """The numbers ``put`` gave."""
    return [event["timestamp"] for event in events if event["eventType"] == "test"]
