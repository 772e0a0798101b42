"""The recorder's three sessions: events and meters each have a queue of their own at the broker.

In one queue the meters of an hour would displace the events: a broker that holds as many messages as it may drops what
comes after.  Presence, birth, state, acks, configurations and requests for the time are received in a session that the
broker does not keep: they are retained where they matter, or asked for again.
"""

from __future__ import annotations

import select
import time

from host_tools.broker.connection import Message
from host_tools.broker.persistent_client import MOST, Session
from host_tools.errors import BrokerError
from host_tools.site.broker_address import BrokerAddress
from pole.wire import contract

LULL_S = 0.002  # without a message for this long, what is here is stored
_LIVE = (contract.PRESENCE, contract.BIRTH, contract.STATE, contract.ACK, contract.TIME, contract.CONFIG)


class Sessions:
    """The sessions called *name* for the poles below *head* (root and site), and *clock_topic*.

    Where one is lost, all are connected again.
    """

    def __init__(self, address: BrokerAddress, name: str, head: str, clock_topic: str) -> None:
        event, meter, *live = (f"{head}/+/{kind}" for kind in (contract.EVENT, contract.METER, *_LIVE))
        # records of an older version have live topics and meters in the session of the events
        self._events = Session(address, name, [event], drops=[meter, *live, clock_topic])
        self._meters = Session(address, f"{name}-meters", [meter])
        self._live = Session(address, "", [*live, clock_topic])
        self._all = (self._events, self._meters, self._live)

    @property
    def connected(self) -> bool:
        return all(one.connected for one in self._all)

    def connect(self, wait_s: float) -> None:
        """Connect all, within *wait_s*.  Raises ContactError."""
        until = time.monotonic() + wait_s
        self.close()
        try:
            for one in self._all:
                one.connect(max(0.2, until - time.monotonic()))
        except BaseException:
            self.close()
            raise

    def listen(self, wait_s: float) -> list[Message]:
        """Messages of the live session within *wait_s*: to learn the time before anything else is taken."""
        self._wait([self._live], wait_s)
        self._live.read()
        return self._live.take()

    def take(self, wait_s: float) -> list[Message]:
        """Messages of all sessions, waiting at most *wait_s* for the first; none where a connection ended."""
        wait, before, count = wait_s, -1, 0
        while self.connected and before < count < MOST:
            self._wait(list(self._all), wait)
            for one in self._all:
                one.read()
            before, count = count, sum(one.waiting for one in self._all)
            wait = LULL_S
        return [message for one in self._all for message in one.take()]

    def acknowledge(self) -> None:
        """Acknowledge the messages that were taken last: they are stored."""
        for one in self._all:
            one.acknowledge()

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> bool:
        """Publish with QoS 1; False where there is no connection.  It may yet be lost."""
        return self._events.publish(topic, payload, retain)

    def post(self, topic: str, payload: bytes, retain: bool = False) -> None:
        """As `publish`.  Raises BrokerError where there is no connection."""
        if not self.publish(topic, payload, retain):
            raise BrokerError("there is no connection to the broker")

    def hear(self, topic: str, on: bool) -> None:
        """Subscribe to *topic* (*on*) in the session that the broker does not keep, or unsubscribe."""
        self._live.hear(topic, on)

    def close(self) -> None:
        """Disconnect; the broker keeps the queues of events and meters."""
        for one in self._all:
            one.close()

    @staticmethod
    def _wait(those: list[Session], wait_s: float) -> None:
        if any(one.readable for one in those):
            return
        sockets = [one.socket for one in those if one.socket is not None]
        if sockets:
            select.select(sockets, [], [], wait_s)
