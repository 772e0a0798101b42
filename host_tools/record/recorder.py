"""The recorder at work: takes what poles say, keeps it, acknowledges it, asks for what is missing, notes who is silent.

It may be killed at any moment. What it had not stored, the broker delivers again; what it had asked, it asks again; and
since the broker may have lost its queue meanwhile, every pole is asked after each connection for what may have come
after the last we know of.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from host_tools import envelope
from host_tools.broker import BrokerAddress
from host_tools.clock import SiteClock
from host_tools.clock import topic as clock_topic
from host_tools.envelope import Counters, Key
from host_tools.errors import BrokerError
from host_tools.link import Message
from host_tools.record import failures, gaps, silence
from host_tools.record.asking import Asker
from host_tools.record.session import Session
from host_tools.record.store import Record, Taken
from pole import contract

BACK_OFF_S = (0.2, 10.0)  # between two connections: the first, the longest
TURN_S = 0.2  # longest wait for a message
CHECK_S = 5.0  # between two looks for silent poles
SHARED = ""  # name in `keys` of the key for poles that have none of their own

_LIVE = (contract.PRESENCE, contract.BIRTH, contract.STATE, contract.METER, contract.ACK)


@dataclass
class Totals:
    """What one run has done."""

    events: int = 0
    doubles: int = 0
    malformed: int = 0
    asked: int = 0
    silent: int = 0
    connections: int = 0


class Recorder:
    """Records *site* below *root* from the broker at *address* into *record*.

    *keys* {name: Key} sign the questions: a pole's own where there is one called like it, else the one shared key.
    *say* is told in a sentence what an operator should know.  *silent_s* without a word makes a pole silent, in the
    site's time; *retry_s* is real time.
    """

    def __init__(
        self, record: Record, address: BrokerAddress, root: str, site: str, *, keys: dict[str, Key] | None = None,
        silent_s: int = silence.SILENT_S, retry_s: float = gaps.RETRY_S, simulated: bool = False,
        say: Callable[[str], None] = lambda sentence: None,
    ) -> None:  # fmt: skip
        self._record = record
        self._root, self._site, self._address = root, site, address
        self._keys = keys or {}
        self._silent_s = silent_s
        self._say = say
        # fixed for this file: the broker queues under this name, and a second file is a second recorder
        client_id = record.remembered("clientId", f"diya-record-{site}-{random.SystemRandom().getrandbits(32):08x}")
        self._sender = client_id[:64]
        self._counters = Counters(record.path)
        self._clock = SiteClock(simulated)
        self._clock_topic = clock_topic(root, site)
        kept, *live = (f"{root}/{site}/+/{kind}" for kind in (contract.EVENT, *_LIVE))
        self._session = Session(address, client_id, [kept], [*live, self._clock_topic])
        self._asker = Asker(record, self._publish, retry_s)
        self._since = 0  # site's Unix s from which on silence counts
        self._looked = 0.0
        self._missing = False  # the broker, for so long that it was noted
        self.totals = Totals()

    def run(self, going: Callable[[], bool]) -> Totals:
        """Record for as long as *going* says so.  Raises BrokerError where the broker refuses us, RecordError."""
        try:
            while going():
                if not self._session.connected and not self._connect(going):
                    break
                self._turn()
        finally:
            self._session.close()
        return self.totals

    def _connect(self, going: Callable[[], bool]) -> bool:
        """Connect, however long it takes; False where there is no time left for it."""
        wait, longest = BACK_OFF_S
        waiting = False
        lost = self._clock.now()
        while going():
            try:
                self._session.connect()
            except BrokerError as error:
                if self._session.refused and not self.totals.connections:
                    raise
                if not waiting:
                    self._say(f"{error}; trying on")
                waiting = True
                until = time.monotonic() + wait * random.uniform(0.5, 1.0)
                while going() and (left := until - time.monotonic()) > 0:
                    time.sleep(min(left, 0.2))
                    self._miss(lost)
                wait = min(wait * 2, longest)
                continue
            if waiting or self.totals.connections:
                self._say(f"connected to {self._address}")
            self.totals.connections += 1
            self._since, self._missing = int(self._clock.now()), False
            self._asker.forget_all()
            with self._record.transaction() as db:
                gaps.open_ends(db, time.time())
            return True
        return False

    def _miss(self, lost: float) -> None:
        """Without the broker since *lost* (site's Unix s): after a minute every pole is out of hearing."""
        now = self._clock.now()
        if not self._missing and now - lost >= silence.BROKER_S:
            self._missing = True
            with self._record.transaction() as db:
                self.totals.silent += failures.without_broker(db, int(now))

    def _turn(self) -> None:
        messages = self._session.take(TURN_S)
        if messages:
            for message in messages:
                if message.topic == self._clock_topic:
                    self._set_clock(message)
            taken = self._record.take(messages, int(self._clock.now()), time.time())
            self._session.acknowledge()
            self._count(taken)
            for ack in taken.acks:
                if ack.sender == self._sender:
                    self._asker.answered(ack, time.time())
        self.totals.asked += self._asker.ask(time.time())
        if self._session.connected and time.monotonic() >= self._looked + CHECK_S / max(1.0, self._clock.factor):
            self._looked = time.monotonic()
            with self._record.transaction() as db:
                self.totals.silent += failures.check(db, int(self._clock.now()), self._since, self._silent_s)

    def _set_clock(self, message: Message) -> None:
        before = self._clock.fresh
        if self._clock.feed(message.payload, message.retained) and before != self._clock.fresh:
            self._since = int(self._clock.now())
        remark = self._clock.remark(self._clock_topic)
        if remark:
            self._say(remark)

    def _count(self, taken: Taken) -> None:
        if taken.malformed and not self.totals.malformed:
            self._say("a pole sends what makes no sense; `diya record show --latest` tells which and how often")
        self.totals.events += taken.events
        self.totals.doubles += taken.doubles
        self.totals.malformed += taken.malformed

    def _publish(self, pole: str, body: str) -> int | None:
        """Send *body* to *pole*; its n, or None where it cannot go out."""
        topic = contract.topic(self._root, self._site, pole, contract.COMMAND)
        simulated = f"{self._address}/{self._site}" if self._clock.simulated else ""
        n = self._counters.next(self._sender, int(self._clock.now() * 1000), simulated)
        payload = envelope.seal(topic, self._sender, n, body, self._keys.get(pole) or self._keys.get(SHARED))
        return n if self._session.publish(topic, payload) else None
