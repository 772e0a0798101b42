"""One run of a simulated street from its options to its report: what `diya simulate`, tests and benchmarks call."""

from __future__ import annotations

import contextlib
import json
import selectors
import tempfile
import time as wall
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from host_tools.boards import load_board
from host_tools.broker import BrokerAddress, embedded_broker, parse_broker
from host_tools.clock import topic as clock_topic
from host_tools.link import Link
from host_tools.site.model import Site
from simulator.engines.engine import Engine
from simulator.happening import Scenario
from simulator.kernel import Kernel, RealPace
from simulator.network.broker_model import BrokerModel
from simulator.network.modelled import ModelledNetwork
from simulator.network.real import RealNetwork
from simulator.recorder import Recorder
from simulator.report.report import Totals, build_report
from simulator.run_time import RunTime
from simulator.scenario import find_scenario, load_scenario
from simulator.street import Street
from simulator.transcript import Transcript

CACHE = Path(__file__).parent.parent / "build" / "mpy"
BROKER_HOST = "broker.invalid"  # what the poles resolve; the network knows who that is
CLOCK_MS = 1000  # between two words about the simulated time, in real milliseconds
GRACE_S = 2.0  # for the broker to hand over the last messages


@dataclass(frozen=True)
class Options:
    """A run.  *start* is local time at the site; *speed* None is virtual time, else simulated seconds a real second.

    *broker*: "none" (modelled), "embedded", or an `mqtt://` address.  *settings* are put over every pole's own.
    """

    site: Site
    start: datetime
    hours: float | None = None
    engine: str = "cpython"
    speed: float | None = None
    scenario: str | None = None
    seed: int = 1
    broker: str = "none"
    transcript: bool = False
    heap_bytes: int = 192 * 1024
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Outcome:
    """What came of a run."""

    street: Street
    report: dict[str, Any]
    transcript: Transcript | None


def simulate(
    options: Options,
    progress: Callable[[int, int, str], None] = lambda done, total, clock: None,
    ready: Callable[[str], None] = lambda url: None,
    begin: Callable[[Street], None] = lambda street: None,
) -> Outcome:
    """Lives the run.  *progress* is told (ms done, of so many, local time); *ready* is told the broker's address once
    there is one; *begin* is handed the street before anything happens on it, to put something more into its time.

    Raises DiyaError with a sentence for anything the user can put right.
    """
    time = RunTime(_unix(options), options.site.timezone)
    scenario = _scenario(options, time)
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="diya-")))
        engine = stack.enter_context(_engine(options))
        transcript = Transcript() if options.transcript else None
        if options.broker == "none":
            pace = RealPace(options.speed, stack.enter_context(selectors.DefaultSelector())) if options.speed else None
            street = _modelled(options, scenario, time, engine, folder, transcript, Kernel(pace))
        else:
            street = stack.enter_context(_real(options, scenario, time, engine, folder, transcript, ready))
        begin(street)
        started = wall.monotonic()
        street.run(scenario.hours, progress)
        lasted = wall.monotonic() - started
        return Outcome(street, _report(options, street, lasted), transcript)


def _unix(options: Options) -> int:
    return RunTime(0, options.site.timezone).local_ms(options.start) // 1000


def _scenario(options: Options, time: RunTime) -> Scenario:
    if options.scenario is None:
        return Scenario("quiet", 24.0 if options.hours is None else options.hours)
    return load_scenario(find_scenario(options.scenario), options.site, time, options.hours)


@contextlib.contextmanager
def _engine(options: Options) -> Iterator[Engine]:
    engine: Engine
    if options.engine == "micropython":
        from simulator.engines.micropython import MicroPythonEngine

        engine = MicroPythonEngine(CACHE, options.heap_bytes)
    else:
        from simulator.engines.cpython import CPythonEngine

        engine = CPythonEngine()
    try:
        yield engine
    finally:
        engine.close()


def _boards(site: Site) -> dict[str, dict[str, Any]]:
    return {name: load_board(name) for name in sorted({pole.board for pole in site.poles})}


def _settings(options: Options) -> dict[str, Any]:
    """What the simulator puts over each pole's settings.

    With a real broker, time-outs and keepalive are real seconds: an answer takes as long as it takes, however fast
    simulated time runs.
    """
    out: dict[str, Any] = {"link.ssid": "city", "link.password": "lamplight", "link.host": BROKER_HOST}
    if options.broker != "none" and options.speed:
        factor = max(1.0, options.speed)
        for name, seconds in (("link.keepalive", 30), ("link.timeout", 10)):
            out[name] = min(65535, round(seconds * factor))
    return {**out, **options.settings}


def _modelled(
    options: Options,
    scenario: Scenario,
    time: RunTime,
    engine: Engine,
    folder: Path,
    transcript: Transcript | None,
    kernel: Kernel,
) -> Street:
    recorder = Recorder(kernel, options.site, lambda: time.unix(kernel.now_ms), transcript)
    broker = BrokerModel(lambda: kernel.now_ms, recorder.heard)
    network = ModelledNetwork(
        kernel,
        options.seed,
        broker,
        lambda: time.start_unix * 1000 + kernel.now_ms,
        lambda name: street.poles[name].wiring.radio.carries,
        BROKER_HOST,
    )
    around = _ModelledSurroundings(network, lambda: street)
    street = Street(
        options.site, _boards(options.site), scenario, time, options.seed, engine, kernel, network, around, recorder,
        folder, _settings(options),
    )  # fmt: skip
    return street


class _Surroundings:
    """What a scenario can do to the air and the time, whatever the network."""

    def __init__(self, network: ModelledNetwork | RealNetwork, street: Callable[[], Street]) -> None:
        self._network = network
        self._street = street
        self._unserved: set[str] = set()
        network.time_served = lambda pole: pole not in self._unserved

    def reach(self, pole: str, reachable: bool) -> None:
        self._street().poles[pole].wiring.radio.reach(reachable)
        self._network.changed(pole)

    def time_served(self, pole: str, served: bool) -> None:
        (self._unserved.discard if served else self._unserved.add)(pole)


class _ModelledSurroundings(_Surroundings):
    def __init__(self, network: ModelledNetwork, street: Callable[[], Street]) -> None:
        super().__init__(network, street)
        self._model = network.broker

    def broker(self, running: bool) -> None:
        if running:
            self._model.start()
        else:
            self._model.stop()

    def publish(self, topic: str, payload: bytes) -> None:
        if self._model.running:
            self._model.publish(topic, payload, 1)


@contextlib.contextmanager
def _real(
    options: Options,
    scenario: Scenario,
    time: RunTime,
    engine: Engine,
    folder: Path,
    transcript: Transcript | None,
    ready: Callable[[str], None],
) -> Iterator[Street]:
    with contextlib.ExitStack() as stack:
        server = None
        if options.broker == "embedded":
            server, _warning = embedded_broker()
            stack.enter_context(server)
            address = server.address
        else:
            address = parse_broker(options.broker)
        selector = stack.enter_context(selectors.DefaultSelector())
        factor = options.speed or 1.0
        pace = RealPace(factor, selector)
        kernel = Kernel(pace)
        site = options.site
        recorder = Recorder(kernel, site, lambda: time.unix(kernel.now_ms), transcript)
        network = RealNetwork(
            kernel,
            selector,
            (address.host, address.port),
            BROKER_HOST,
            lambda: time.start_unix * 1000 + kernel.now_ms,
            lambda name: street.poles[name].wiring.radio.carries,
        )
        stack.callback(network.close)
        around = _RealSurroundings(network, lambda: street, server, address, site, recorder)
        stack.callback(around.close)
        street = Street(
            site, _boards(site), scenario, time, options.seed, engine, kernel, network, around, recorder, folder,
            _settings(options),
        )  # fmt: skip
        kernel.every(max(1, round(CLOCK_MS * factor)), lambda: around.tell_time(time.unix(kernel.now_ms), factor))
        kernel.every(max(1, round(CLOCK_MS * factor / 10)), around.listen)
        ready(str(address))
        pace.begin()
        yield street


class _RealSurroundings(_Surroundings):
    """The city's side of a real broker: hears everything, tells the simulated time, sends the scenario's commands."""

    def __init__(
        self,
        network: RealNetwork,
        street: Callable[[], Street],
        server: Any,
        address: BrokerAddress,
        site: Site,
        recorder: Recorder,
    ) -> None:
        super().__init__(network, street)
        self._server = server
        self._recorder = recorder
        self._clock = clock_topic(site.root, site.name)
        self._link = Link(address, [f"{site.root}/{site.name}/#"])
        self._link.__enter__()

    def broker(self, running: bool) -> None:
        if self._server is None:
            return  # somebody else's broker is not ours to kill
        if running:
            self._server.start()
        else:
            self._server.stop()

    def publish(self, topic: str, payload: bytes) -> None:
        if self._server is None or self._server.running:
            self._link.post(topic, payload)  # and no waiting: the street's time goes on

    def tell_time(self, unix: int, factor: float) -> None:
        """Retains the simulated time, which `diya watch` and `diya send` go by."""
        self._link.post(self._clock, json.dumps({"unix": unix, "factor": factor}).encode(), retain=True)

    def listen(self) -> None:
        """Hands on what has come in.

        What a broker of our own had retained is news, said while we were away; what somebody else's had is of old.
        """
        for message in self._link.drain():
            if self._server is not None or not message.retained:
                self._recorder.heard(message.topic, message.payload)

    def close(self) -> None:
        """Hears the last words, and takes the simulated time back."""
        for message in self._link.settle(0.3, GRACE_S):
            self._recorder.heard(message.topic, message.payload)
        self._link.post(self._clock, b"", retain=True)
        self._link.__exit__(None, None, None)


def _report(options: Options, street: Street, lasted_s: float) -> dict[str, Any]:
    scenario, recorder = street.scenario, street.recorder
    end_ms = round(scenario.hours * 3_600_000)
    resets = street.resets()
    totals = Totals(
        site=options.site.name,
        scenario=scenario.name,
        engine=options.engine,
        broker=options.broker,
        seed=options.seed,
        poles=len(street.poles),
        hours=scenario.hours,
        wall_s=lasted_s,
        messages=recorder.messages,
        bytes=recorder.bytes,
        max_heap_bytes=street.max_heap(),
        counts={
            "steps": sum(stage.pole.steps for stage in street.poles.values()),
            "failures": len(street.failures()),
            "reported": sum(1 for kinds in recorder.reported.values() if kinds),
            **{f"boots_{cause}": count for cause, count in resets.items()},
            **{f"acks_{reason}": count for reason, count in recorder.acks.items()},
        },
    )
    return build_report(totals, street.time, street.darkness, street.detection(end_ms))
