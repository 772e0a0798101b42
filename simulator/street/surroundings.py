"""The surroundings that a scenario can change: the access points, the time server, the broker, the city."""

from __future__ import annotations

import contextlib
import json
import selectors
import socket
from collections.abc import Callable
from typing import Protocol

from host_tools.broker.connection import Link
from host_tools.site.broker_address import BrokerAddress
from host_tools.site.model import Site
from host_tools.wire.simulated_clock import topic as clock_topic
from pole.wire import contract
from simulator.hardware.radio import Radio
from simulator.network.modelled import ModelledNetwork
from simulator.network.real import RealNetwork
from simulator.street.recorder import Recorder

GRACE_S = 2.0  # for the broker to hand over the last messages


class Air:
    """Changes of a scenario to Wi-Fi and time, on any network."""

    def __init__(self, network: ModelledNetwork | RealNetwork, radio: Callable[[str], Radio]) -> None:
        self._network = network
        self._radio = radio
        self._unserved: set[str] = set()
        network.time_served = lambda pole: pole not in self._unserved

    def reach(self, pole: str, reachable: bool) -> None:
        self._radio(pole).reach(reachable)
        self._network.changed(pole)

    def time_served(self, pole: str, served: bool) -> None:
        (self._unserved.discard if served else self._unserved.add)(pole)


class ModelledSurroundings(Air):
    """With the broker model, which can be stopped and started."""

    def __init__(self, network: ModelledNetwork, radio: Callable[[str], Radio], recorder: Recorder) -> None:
        super().__init__(network, radio)
        self._model = network.broker
        self._recorder = recorder

    def broker(self, running: bool) -> None:
        self._recorder.broker(running)
        if running:
            self._model.start()
        else:
            self._model.stop()

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        if self._model.running:
            self._model.publish(topic, payload, 1, retain)


class Server(Protocol):
    """A broker of our own."""

    @property
    def running(self) -> bool: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


class RealSurroundings(Air):
    """The city's side of a real broker: receives all messages, publishes the simulated time, sends commands."""

    def __init__(
        self,
        network: RealNetwork,
        radio: Callable[[str], Radio],
        server: Server | None,
        address: BrokerAddress,
        site: Site,
        recorder: Recorder,
        selector: selectors.BaseSelector,
    ) -> None:
        super().__init__(network, radio)
        self._selector = selector
        self._server = server
        self._recorder = recorder
        self._clock = clock_topic(site.root, site.name)
        self._link = Link(address, [f"{site.root}/{site.name}/#"], clears=self._clock)
        self._link.__enter__()
        self._woken, self._waking = socket.socketpair()
        for end in (self._woken, self._waking):
            end.setblocking(False)
        selector.register(self._woken, selectors.EVENT_READ, self._wake)
        self._link.arrived = self._arrived

    def _arrived(self, topic: str) -> None:
        """Handles a request for the time at once: a pole accepts no answer that is later than 4 s of its own time."""
        if topic.endswith("/" + contract.TIME):
            with contextlib.suppress(OSError):  # it is woken already, or at its end
                self._waking.send(b"\0")

    def _wake(self, _mask: int) -> None:
        self._woken.recv(4096)
        self.listen()

    def broker(self, running: bool) -> None:
        if self._server is None:
            return  # a broker that was not started here must not be killed
        if running:
            self._server.start()
        else:
            self._server.stop()

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        if self._server is None or self._server.running:
            self._link.post(topic, payload, retain)  # and no waiting: the street's time goes on

    def tell_time(self, unix: int, factor: float) -> None:
        """Retains the simulated time, for verbs with --simulated."""
        self._link.post(self._clock, json.dumps({"unix": unix, "factor": factor}).encode(), retain=True)

    def listen(self) -> None:
        """Hands on the messages that have come in.

        Retained messages of a broker of our own are new, sent while it was not connected; those of another are old.
        """
        self._recorder.broker(self._link.connected)
        for message in self._link.drain():
            if self._server is not None or not message.retained:
                self._recorder.heard(message.topic, message.payload)

    def close(self) -> None:
        """Takes the last messages, and clears the simulated time."""
        for message in self._link.settle(0.3, GRACE_S):
            self._recorder.heard(message.topic, message.payload)
        self._link.post(self._clock, b"", retain=True)
        self._link.__exit__(None, None, None)
        self._selector.unregister(self._woken)
        self._woken.close()
        self._waking.close()
