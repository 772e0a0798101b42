"""A pole's writing to its flash, and what must hold wherever in it the power is cut.

``run`` writes once, without a cut, while the device keeps a log of its operations; ``check`` boots from what was left
at any moment of that log.  It is the same on both runtimes: only what is handed in as *mount* differs.
"""

import asyncio
import json

from pole.link.outbox import Outbox
from pole.reporting.counters import Counters
from pole.reporting.journal import DUPLICATES, Journal
from pole.reporting.upkeep import DROPPED
from pole.settings import at_start, schema
from pole.wire import contract

BUDGET = 8192  # bytes of flash for the journal: segments of 448 bytes, five records each
UNIX = 1800000000
SECONDS = 600  # of light between two counts of the counters


class Pole:
    """What of a pole writes to flash: settings, counters, journal.  *store* is its file system, just mounted."""

    def __init__(self, store, boot):
        self.store = store
        self.boot = boot
        self.now = 5
        self.version = at_start.in_force(store, store)[0]["version"]
        self.counters = Counters(store, None)
        self.counters.count(True, None, 0)
        self.journal = Journal(store, self._nonce, lambda: UNIX, BUDGET)
        self.box = Outbox(lambda: self.now, self.journal)

    def _nonce(self, n):
        return bytes([self.boot & 255, self.boot >> 8 & 255, self.boot >> 16]) + bytes(n - 3)

    def put(self, number, routine):
        text = '{"v":1,"eventType":"test","timestamp":%d}' % number
        assert self.box.put(contract.EVENT, text, routine)

    def send(self, limit, acknowledge=True):
        """Sends what may go out, at most *limit* records; the events in their order."""
        events = []
        while len(events) < limit:
            self.now += 1
            record = self.box.take()
            if record is None:
                wait = self.journal.wait_ms(self.now)
                if wait > 1000000:
                    break
                self.now += wait - 1
                continue
            events.append(json.loads(record.payload))
            if acknowledge:
                self.box.acknowledge(record.packet_id)
        return events

    def configure(self, version):
        """Replaces the settings, the old ones kept beside them."""
        old = self.store.read(schema.NAME)
        if old:
            self.store.write(schema.LAST_GOOD, old)
        given = dict(schema.UNCONFIGURED)
        given["version"] = version
        self.store.write(schema.NAME, json.dumps(given).encode())


class Promise:
    """What the pole has promised once ``operations`` operations were done, and what it is doing then.

    While a step is on its way both what was and what will be are right.
    """

    def __init__(self, operations, kept, sent, version, seconds):
        self.operations = operations
        self._kept, self._keeps = kept, len(kept)  # the lists grow on and are shared: a heap has no room for copies
        self._sent, self.sends = sent, 0
        self.versions = (version, version)  # of the settings, before and after the step
        self.seconds = (seconds, seconds)  # of light in the counters

    def kept(self):
        """Sequences of the events whose put has returned."""
        return self._kept[: self._keeps]

    def sent(self):
        """Events that went out and were acknowledged until the end of the step."""
        return self._sent[: self.sends]


def run(store, log, steps):
    """Writes for *steps* steps; a Promise for the beginning of each, and one for the end.

    Every fifth step counts and saves, every 16th replaces the settings; the network is there for 30 steps of 160.
    """
    pole = Pole(store, 1)
    kept, sent = [], []
    version = seconds = 0
    promises = []
    for step in range(1, steps + 2):
        promise = Promise(len(log), kept, sent, version, seconds)
        promises.append(promise)
        if step > steps:
            pass
        elif step % 5 == 0:
            ticks = step // 5 * SECONDS * 1000 & 0x3FFFFFFF
            pole.counters.count(True, None, ticks)
            pole.counters.save(None, ticks)
            seconds = pole.counters.on_seconds
        elif step % 16 == 1:
            version += 1
            pole.configure(version)
        elif step % 160 < 30 and step % 4 == 2:
            sent += pole.send(12)
        else:
            pole.put(step, step % 3 == 0)
            kept.append(pole.journal._next - 1)
        promise.sends = len(sent)
        promise.versions = (promise.versions[0], version)
        promise.seconds = (promise.seconds[0], seconds)
    return promises


def check(mount, promise, boot):
    """Boots from the flash that *mount()* mounts and holds it against *promise*."""
    pole = Pole(mount(), boot)
    assert pole.version in promise.versions, (pole.version, promise.versions)
    seconds, (before, after) = pole.counters.on_seconds, promise.seconds
    ahead = seconds - after if before != after else 0  # what is written while they count is ahead of them
    assert seconds in (before, after) or 0 < ahead <= 450, (seconds, promise.seconds)
    new = 900000 + boot
    pole.put(new, False)
    events = pole.send(100000)
    _ids_keep_their_meaning(promise.sent(), events)
    assert events[-1]["timestamp"] == new
    for event in events:
        assert event["replayed"] or event["timestamp"] == new or event["eventType"] == DROPPED
    sent = [event["id"] for event in promise.sent()]
    assert len([event for event in events if event["id"] in sent]) <= DUPLICATES
    _nothing_is_missing(promise, events)
    _usable(pole, mount, boot)


def _ids_keep_their_meaning(sent, events):
    meanings = {}
    for event in sent:
        meanings[event["id"]] = _meaning(event)
    last = 0
    for event in events:
        assert meanings.get(event["id"], _meaning(event)) == _meaning(event), event
        sequence = _sequence(event)
        assert sequence > last, "out of order"
        last = sequence


def _nothing_is_missing(promise, events):
    """What was put is sent before the cut or after it, or a record names it as dropped."""
    got = {}
    dropped = []
    for event in promise.sent() + events:
        got[_sequence(event)] = True
        if event["eventType"] == DROPPED:
            dropped.append((event["attributes"]["first"], event["attributes"]["last"]))
    for sequence in promise.kept():
        named = [1 for first, last in dropped if first <= sequence <= last]
        assert sequence in got or named, "event %d is missing" % sequence


def _meaning(event):
    return event["eventType"], event["timestamp"], event.get("attributes")


def _sequence(event):
    return int(event["id"].split("-")[1])


def _usable(pole, mount, boot):
    """The journal takes more, and what it takes outlives the next start."""
    for number in range(1, 4):
        pole.put(800000 + number, number == 2)
    again = Pole(mount(), boot + 1)
    events = again.send(100000)
    assert [event["timestamp"] for event in events[-3:]] == [800001, 800002, 800003]


def within_loop(work, *arguments):
    """Runs *work* with a running event loop, which CPython's ticks need."""

    async def main():
        return work(*arguments)

    return asyncio.run(main())
