"""Connects the recorder to its broker, again after each loss, and gives way to another client with its identifier."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from host_tools.broker.contact import ContactError
from host_tools.city.record.record import Record
from host_tools.city.record.retry import QUICK_S, Retry
from host_tools.city.record.sessions import Sessions
from host_tools.site.broker_address import BrokerAddress

CONNECT_S = 10.0  # longest wait for a connection and its CONNACK
LEAST_S = 0.5  # with less time left there is no other try
SHARED_S = 2.0  # after which a session of an older version is connected again
_HOME, _CLIENT, _QUEUES = "home", "clientId", "queues"  # names in the record's `about`
_APART = "apart"


class Connector:
    """Connects the recorder of *record* to *address*, for the poles below *head*; *say* is called with each problem.

    ``sessions`` are those in use, ``name`` their client identifier, ``connections`` how often they were connected.
    The identifier stays the same for a file, for the broker queues under it.
    """

    def __init__(
        self, record: Record, address: BrokerAddress, head: str, clock_topic: str, say: Callable[[str], None]
    ) -> None:
        self._record = record
        self._address = address
        self._head, self._clock_topic = head, clock_topic
        self._say = say
        self._retry = Retry()
        self._home = record.home
        self._copied = record.remembered(_HOME, self._home) != self._home  # or moved, or brought back from a backup
        self._since = 0.0  # when it was connected (monotonic s)
        self.connections = 0
        self._disputed = False  # another client has our name, and that was reported
        fresh = self._new_name()
        self._use(record.remembered(_CLIENT, fresh))
        # a session of an older version, which had meters and states in one queue with the events, at QoS 0
        self._shared = record.remembered(_QUEUES, _APART if self.name == fresh else "shared") != _APART

    def connect(self, going: Callable[[], bool], until: float | None, away: Callable[[float], None]) -> bool:
        """Connect without a time limit; False where *going* or *until* (monotonic s) leave no time for it.

        *away* is called after each try with how long there has been no broker.  Raises ContactError where it was never
        reached, at once if waiting would not help.
        """
        lost = time.monotonic()
        if self.connections:
            self._retry.lost(lost - self._since)
            self._make_way()
        failed: ContactError | None = None
        while going():
            self._wait(self._retry.wait_s * random.uniform(0.5, 1.0), going)
            away(time.monotonic() - lost)
            left = CONNECT_S if until is None else until - time.monotonic()
            if failed and left < LEAST_S:
                break
            try:
                self.sessions.connect(min(CONNECT_S, max(LEAST_S, left)))
            except ContactError as error:
                if error.lasting and not self.connections:
                    raise
                if failed is None or str(failed) != str(error):
                    self._say(f"{error}; trying on")
                failed = error
                self._retry.failed()
                continue
            if failed or (self.connections and not self._disputed):
                self._say(f"connected to {self._address}")
            self._retry.reached()
            self._since = time.monotonic()
            self.connections += 1
            return True
        if failed and not self.connections:
            raise failed
        return False

    def look(self) -> None:
        """Check the connection; to be called at intervals while it is connected."""
        if self._shared and time.monotonic() - self._since > SHARED_S:
            # Mosquitto 2.0 stops handing over a queue in which there were messages of QoS 0, until the next connection
            self._shared = False
            self._record.remember(_QUEUES, _APART)
            self.sessions.close()
        if self._copied and self.sessions.connected and time.monotonic() - self._since > 2 * QUICK_S:
            self._settle()

    @staticmethod
    def _wait(wait_s: float, going: Callable[[], bool]) -> None:
        until = time.monotonic() + wait_s
        while going() and (left := until - time.monotonic()) > 0:
            time.sleep(min(left, 0.2))

    def _make_way(self) -> None:
        """Report that another client has our identifier; a copied file takes another one, the original keeps it."""
        if not self._retry.taken_over or self._disputed:
            return
        if not self._copied:
            self._disputed = True
            self._say(
                f"the broker ends every connection at once: another client has the identifier {self.name}; end the "
                "other `diya record run`, which writes a copy of this record"
            )
            return
        former = self.name
        self._use(self._new_name())
        self._record.remember(_CLIENT, self.name)
        self._settle()
        self._retry = Retry()
        self._say(
            f"another client has the identifier {former}, and this record is a copy: it goes on as {self.name}, with "
            "queues of its own"
        )

    def _new_name(self) -> str:
        site = self._head.rpartition("/")[2]
        return f"diya-record-{site}-{random.SystemRandom().getrandbits(32):08x}"

    def _use(self, name: str) -> None:
        """Be the client called *name* from now on."""
        self.name = name
        self._disputed = False
        self.sessions = Sessions(self._address, name, self._head, self._clock_topic)

    def _settle(self) -> None:
        self._copied = False
        self._record.remember(_HOME, self._home)
